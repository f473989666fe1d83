"""What the book of visits need not remember any more."""

from __future__ import annotations

from inference.visits import settings as s
from inference.visits.state import VisitsState


def forget_old(state: VisitsState, t: float) -> bool:
    """Drop what no open visit can need any more; whether attributions were among it."""
    first = min((v.entered_at for v in state.visits.values()), default=t)
    horizon = min(first, t - s.LATE_S)
    state.gone = {track: gone for track, gone in state.gone.items() if gone.at >= horizon}
    open_tracks = state.visits.keys()
    kept = {
        name: a
        for name, a in state.attributions.items()
        if a.event.t_settled >= t - s.LATE_S
        or any(track in open_tracks for e in a.explanations for track in e.tracks())
    }
    fewer = len(kept) < len(state.attributions)
    if fewer:
        state.attributions = kept
    state.said = {track: said for track, said in state.said.items() if track in open_tracks}
    state.same = {earlier: now for earlier, now in state.same.items() if now in open_tracks}
    state.facts = {name: facts for name, facts in state.facts.items() if name in state.attributions}
    state.outages = [o for o in state.outages if not o.over or o.t >= horizon]
    state.strangers = [since for since in state.strangers if since >= horizon - s.STRANGER_S]
    state.waiting = [w for w in state.waiting if t - w.signal.t <= s.SIGNALS_KEPT_S]
    state.ordinals = {
        name: n for name, n in state.ordinals.items() if int(name.rsplit(":", 2)[1]) / 1000 >= t - s.LATE_S
    }
    return fewer
