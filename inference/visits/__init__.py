"""Explained events in, visits out: carts as hypotheses until the shopper has left."""

from inference.visits.book import VisitBook
from inference.visits.closing import OnVerdict, Verdict
from inference.visits.state import VisitsState

__all__ = ["OnVerdict", "Verdict", "VisitBook", "VisitsState"]
