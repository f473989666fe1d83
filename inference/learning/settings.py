"""Numbers of re-estimation, with why they are what they are."""

from __future__ import annotations

# -- what counts, and how much ---------------------------------------------------------------------------
ISSUED_LEAST = 0.9
"""Events of receipts that nobody looked at count from this stated probability on ..."""
ISSUED_WORTH = 0.5
"""... and so much, times that probability: the program believed itself."""
ISSUED_MOST = 20.0
"""All such events of one product, or scale, together count at most as so many that a person has answered."""
HALF_LIFE_DAYS = 60.0
"""Packaging changes: an event counts half as much when another, so much later, is known."""
DAY_S = 86_400.0

# -- unit weights ----------------------------------------------------------------------------------------
PRIOR_SHARE = 0.02
"""Standard deviation of a catalogue's error, share of the weight. (AutoCheckout's: 0.2 to 0.7 %; a shop's
own, with packages that have changed, a few per cent.)"""
SPREAD_WORTH = 10.0
"""The catalogue's spread counts as this many events."""
LEAST_SPREAD = 0.001
"""Of the weight: no product is more even than that."""
MOST_MOVE = 0.15
"""A weight that would move by a larger share is another product's: somebody has to put one on a scale."""
ROUNDS = 25
SETTLED_G = 1e-4

# -- scales ----------------------------------------------------------------------------------------------
CHANGE_WORTH = 6.0
"""What any scale's changes are off by counts as this many events."""
REST_WORTH = 20.0
"""The noise that the store's file says counts as this many readings."""
REST_AWAY_S = 1.5
"""A scale that is this far from an event's moment may be at rest ..."""
REST_READINGS = 30
REST_STEP_SES = 4.0
"""... if both halves of the stretch, of so many readings at least, agree within so many standard errors."""
LEAST_CHANGE_SD_G = 0.1
LEAST_NOISE_SD_G = 0.05

# -- who -------------------------------------------------------------------------------------------------
TRUST_SD = 0.4
"""Of the exponent's logarithm before anything is known: a factor of 1.5 either way."""
TRUST_RANGE = (0.1, 3.0)
FLOOR = 0.002
"""Explanations less probable than this are not kept: whoever is not named has at most so much."""

# -- what is proposed ------------------------------------------------------------------------------------
LEAST_EVENTS = 5.0
"""Estimates that rest on fewer are not proposed."""
LEAST_GAIN = 0.03
"""Nats an event by which a proposed estimate must be better on events that it was not made from ..."""
LEAST_GAIN_SES = 2.5
"""... and by so many of its own standard errors: where nothing is off, hardly one in a hundred is."""
FOLDS = 10
"""Events are left out one by one where there are at most so many, else in so many parts."""
INTERVAL_SDS = 1.96
