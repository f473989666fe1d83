"""The attributions that open visits rest on, and which visits must be decided together."""

from __future__ import annotations

from collections.abc import Collection

from inference.messages import Attribution, Explanation
from inference.visits import settings as s
from inference.visits.hypotheses import Joint, joint
from inference.visits.state import VisitsState


class Evidence:
    """A view of the state: events by visit, groups of visits that share events, and their joint carts."""

    def __init__(self, state: VisitsState) -> None:
        self._state = state

    def allowed(self, attribution: Attribution, explanation: Explanation) -> bool:
        """False: a closed visit has settled that it was not so."""
        return all(
            (explanation.track == fact.track) is fact.did
            for fact in self._state.facts.get(attribution.event.id, ())
        )

    def share(self, attribution: Attribution, track: int) -> float:
        """Probability that this track did it, given what is settled."""
        fitting = [e for e in attribution.explanations if self.allowed(attribution, e)]
        total = sum(e.probability for e in fitting)
        return sum(e.probability for e in fitting if e.track == track) / total if total > 0 else 0.0

    def touching(self, tracks: Collection[int]) -> list[Attribution]:
        """Events that at least one of these tracks may have done."""
        return [
            a
            for a in self._state.attributions.values()
            if any(e.track in tracks and e.probability >= s.TOUCH for e in a.explanations)
        ]

    def group_of(self, track: int) -> list[int]:
        """Open visits that share events with this one, directly or through others; itself included."""
        group, fresh = {track}, {track}
        while fresh:
            found = {
                e.track
                for a in self.touching(fresh)
                for e in a.explanations
                if e.track is not None and e.track in self._state.visits and e.probability >= s.TOUCH
                if self.allowed(a, e)
            }
            fresh = found - group
            group |= fresh
        return sorted(group)

    def shared_with_others_inside(self, track: int) -> bool:
        """True: an event of this visit may be that of somebody who has not left."""
        for attribution in self.touching([track]):
            if self.share(attribution, track) < s.SHARED:
                continue
            for other in {e.track for e in attribution.explanations} - {track, None}:
                visit = self._state.visits.get(other) if other is not None else None
                if visit is None or visit.left_at is not None or visit.staff:
                    continue
                if self.share(attribution, visit.track) >= s.SHARED:
                    return True
        return False

    def carts(
        self, group: Collection[int], beam: int, only: tuple[str, frozenset[int]] | None = None
    ) -> Joint:
        """The joint carts of a group. ``only``: one event must have one of these explanations (indices)."""
        staff = [track for track in group if self._state.visits[track].staff]

        def allowed(attribution: Attribution, explanation: Explanation) -> bool:
            asked = only is not None and attribution.event.id == only[0]
            if asked and only and all(attribution.explanations[i] is not explanation for i in only[1]):
                return False
            return self.allowed(attribution, explanation)

        return joint(self.touching(set(group)), group, staff, allowed, beam)
