"""Numbers of the visit stage."""

from __future__ import annotations

GRACE_S = 1.5
"""How long after the exit a visit stays open for scales that still settle (store time)."""
EARLY_S = 3.0
"""Somebody may be seen to come in so long before the gate's signal that belongs to them ..."""
BORN_LATE_S = 6.0
"""... and be told apart from clutter so long after it: hidden by whoever went before, or lost in the door."""
WALKED_FROM_M = 0.5
"""Who is first seen farther from the gate than this has walked there before, ..."""
WALK_MPS = 1.3
"""... hardly faster than this (people in shops walk at about 1.1 m/s)."""
EARLY_COST = 2.0
"""A second too early is as strange as so many too late."""
FOLLOW_S = 1.0
"""Those of one card come in one after the other, so far apart."""
TURNED_S = 3.0
"""Who leaves through the same gate so soon has turned back, or is somebody else, ..."""
BACK_S = 1.5
"""... and whoever is seen there so soon after that without a card came in on theirs."""
STRANGER_S = 10.0
"""Who came in no earlier than so long before a card's people may be one of them whom nobody saw come in."""
REMATCH_S = 6.0
"""Entries of so long are matched anew with each that comes ..."""
SIGNALS_KEPT_S = REMATCH_S + BORN_LATE_S
"""... and with all signals that may be theirs."""
RECHECK_S = 1.0
"""How often a visit that waits is looked at again."""
LATE_S = 60.0
"""How long closed visits and their events are remembered for those that shared events with them."""

BEAM = 200
"""Joint hypotheses kept of what hangs together."""
WORK = 1500
"""Hypotheses times events in one part: the beam narrows where very much hangs together."""
WORK_ASK = 300
LEAST_BEAM = 6
BEAM_CART = 200
"""Contents kept of one cart."""
BEAM_ASK = 64
"""Joint hypotheses kept for each alternative of a question."""
LEAST = 1e-5
"""Hypotheses this much less probable than the best are dropped."""
BREACH = 1e-4
"""Factor for giving back what the cart does not hold: the taking was missed ..."""
HANDED_ON = 0.05
"""... or another shopper who holds it handed it on ..."""
HANDED_TOGETHER = 0.3
"""... which those who came in on one card often do."""
MET_M = 0.18
"""Hands of two that are found so near to each other have met: in simulated days those that hand something on
are found .04 to .17 m apart ..."""
MET_SCORE = 0.3
"""... of sights that a detector does not merely guess, ..."""
MET_HEIGHT_M = 0.98
"""... if they do not hang: those of people who stand close together do so at .8 to .95 m, as near, ..."""
MET_SHELF_M = 0.1
"""... if they are not in a shelf, or so near to its slots, ..."""
MET_APART_M = (0.6, 1.1)
MET_MPS = 0.35
"""... of two who stand so far from each other, an arm's length each, bent, and hardly walk, ..."""
MET_SD_M = 0.2
"""... and whose hands are known as well as this, ..."""
MET_WITHIN_S = 0.6
MET_MOVES_M = 0.03
"""... by what was seen of them within so long; a hand moves so far meanwhile."""
MET_STEP_S = 0.2
"""How often that is looked for."""
MET_AGAIN_S = 5.0
"""Hands that meet again so soon have met once."""
MET_BUSY_S = 0.6
MET_BUSY = 0.9
"""Who is so likely to have taken something off a shelf, or put it there, within so long has no hand free: as
long as a hand needs to come out of one shelf and be in another. Seen near another's, it is at the shelf."""
MET_HELD = 0.5
"""Goods are in a cart from so much probability on, for that."""
MET_HANDED = 0.45
"""Whether something changed hands then nobody can say: what the scales say stands until a person has looked.
What it was is one of the things that both hold ..."""
MET_SETTLED = 0.95
"""... and nobody has to look where all else makes the receipt as sure as this."""
TOUCH = 0.01
"""Explanations less probable than this change no cart: what they claim stays in doubt."""
UNKNOWN_FROM = 0.1
"""Whoever moved, with at least this probability, what no product explains is looked at ..."""
UNKNOWN_SURELY = 0.5
"""... and where that is so sure, everybody who stood within reach."""
MOST_UNITS = 6
NEAREST_OFF = 0.4
"""So many units of a product, and weights so far off (relative), are offered as what it may have been ..."""
KNOWN_OF_UNKNOWN = 2
"""... after so many of what is known of it, if need be."""
SHARED = 0.05
"""An event is shared while two visits each did it with at least this probability."""

QUESTIONS = 5
"""Most questions asked about one visit."""
ALTERNATIVES = 4
SAID = 3
"""Alternatives named in the sentence."""
ASK_FROM = 0.02
"""Alternatives less probable than this are not offered ..."""
ASK_FROM_AT_LEAST = 0.004
"""... unless all are, and the receipt is in doubt for their number."""
COMPARED_S = 2.5
"""So long after a scale came back it is known what changed on it meanwhile."""
NEAR_M = 1.1
"""A scale that fell silent matters to who stood this near to it."""
NEAR_STEP_S = 0.5
NEAR_JOIN_S = 2.0
"""Stays near a scale with gaps shorter than this are one stay."""

SILENT_STEP_S = 0.2
"""How often it is looked who stands at silent scales, and where their hands are."""
SILENT_MPS = 0.4
"""Who walks no faster than this stands; people walk past at .6 m/s and more ..."""
SILENT_STOOD_S = 1.0
"""... and whoever stood there for so long may have taken something, ..."""
SILENT_PASSED_S = 2.5
"""... or for so much longer, where it is not known how they went: its reach is some three metres long."""
SILENT_HAND = 0.15
"""So likely a hand was in the slots: then that is the moment. A sight of one camera alone says .4 at most."""
SILENT_WRIST_M = 0.1
"""The wrist of a hand that takes something is so far outside of the slot."""
SILENT_NEARER_M = 0.05
"""Nearer by less than this is not nearer."""
SILENT_TOLD_S = 15.0
"""One that is not over is told of so long after the moment that shows it best: pictures are kept for 40 s."""
SILENT_KEPT = 60
"""Most of them that are remembered of one visit, the last ones."""
SILENT_ASKED = 3
"""Most stays at silent scales that one visit is asked about."""

PATH_STEP_M = 0.4
"""A shopper's path is kept in steps of this length, doubled whenever it would have more points than ..."""
PATH_POINTS = 240
PATH_REST_S = 20.0
"""Who stands still is noted again after this long."""
GROUNDS_EACH = 4
"""Explanations kept of an event as the reason for a line, besides the one that was counted."""
