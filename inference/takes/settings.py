"""Numbers of the take stage, with where they come from.

FIELD: published results on the AutoCheckout and AIM3S recordings (24 % of shelf events are put-backs; weight,
arrangement and hands fused). Where no source is named, a number is a plain physical or everyday quantity.
"""

from __future__ import annotations

import math

KEPT_S = 20.0
"""How long people's places and hands are remembered: an event may settle late."""
SAMPLE_S = 0.1
"""Places of one person are kept at most this often."""
JOINT_S = 4.0
"""Events that settled within this time may still be explained together."""
OVERLAP_S = 0.3
"""Events on one fixture closer in time than this are one scene."""

# -- what ------------------------------------------------------------------------------------------------
COUNT_PRIOR = (0.80, 0.13, 0.04, 0.015, 0.01, 0.005)
"""One unit, two, ... six taken or returned at once."""
LOG_COUNT = tuple(math.log(p) for p in COUNT_PRIOR)
PAIR_PRIOR = 0.03
"""Two different products in one grab from one slot ..."""
PAIR_APART = 0.006
"""... and from two slots in one event: with both hands, or one right after the other."""
SWAP_PRIOR = 0.002
"""One person who takes something while giving back something else on the same scale."""
SWAP_CANDIDATES = 8
SWAPPED_AT_LEAST = 0.05
"""Less than this is not held, for that."""
GIVEN_BACK = 0.24
"""Share of shelf events that are put-backs (FIELD)."""
PAIR_CANDIDATES = 25
PAIR_COUNTS = ((1, 1), (2, 1), (1, 2))
EVEN_COUNTS = ((1, 1), (2, 2))
ODD_COUNTS = ((2, 1), (1, 2))
"""Units of one product that one takes and another gives back at one scale: not felt, or felt as one unit."""
WRONG_SLOT = 0.15
"""Share of put-backs that end in a slot of another product (issue: 15 %)."""
NEVER_HELD = 0.005
"""A return of something that the cart, as far as it is known, does not hold ..."""
HANDED = 0.1
"""... but of what another holds, who may have handed it on: the carts tell how likely that is, and must not
find it excluded already."""
MISPLACED_WEIGHT = 0.3
"""What one misplaced unit counts against one facing, when something is taken from its slot."""
WEIGHT_ERROR = 0.003
"""Relative error of a catalogue's unit weight (0.2 to 0.7 % seen on AutoCheckout's products)."""
TAIL = 0.05
TAIL_SDS = 3.0
"""One unit weight in twenty comes from a batch with three times the spread."""
FULL_RANGE_G = 6000.0
"""A change that nobody's product explains may be anything within this range."""

HAND_ON_S = 1.0
HAND_ON_SD_S = 0.15
"""A hand that takes something is felt for so long, with this spread, until all is calm again ..."""
HOVERS = 0.3
HOVER_S = 1.5
"""... but this share of hands stay longer, by so much on the average."""
APART_S = 1.4
"""Two hands make one event when they are in within so long of each other."""
TWICE_FROM_S = 1.3
"""Two hands that come one after the other are felt for so long together, at least; ..."""
BOTH_AT_PEAK = 0.5
"""... one of them, or both, when the plate is shaken most: so likely each of them."""
IN_ORDER = 0.5
"""Where it lasted long enough for two, and one took while the other gave back, so likely each hand was in at
its end of it, and what lay there meanwhile is evidence."""
LASTED_FLOOR = 0.1
"""How long it lasted never speaks more against two than this."""

EXCHANGED = 0.35
"""Share of the hands on a plate that weighs afterwards what it weighed that are two people's who made up for
each other, before it is asked which product that was and who holds it. Of 18 exchanges on adversarial days
the log loss is 1.9 with this and 5.2 with .09; that of 90 touches hardly moves (.007 and .001) ..."""
EXCHANGED_BESIDE = 0.5
"""... the same where something else was taken or given back there a moment before or after: of such hands one
in 20 were an exchange, of the others one in 49 ..."""
TOUCHED_BY_TWO = 0.03
"""... that are two people's who only touched it, ..."""
TOUCHED_BY_NOBODY = 0.05
"""... and nobody's: something leaned, or a neighbour's plate was shaken."""
LEANS = 0.2
LEANING = 5.0
"""Who leans on a shelf leaves so many times the impulse of who only reaches in."""
PRESSED_HARD = 0.001
"""Who sits down on it, or shoves it, may leave any impulse."""
APART_SD_S = 0.2
"""How far off the time between two hands is that the length of the event tells: each is felt for HAND_ON_S,
give or take HAND_ON_SD_S, and takes its while to lift or to lay down."""
TOLD_FROM = 0.02
"""From this probability on an exchange is told of at all."""

# -- who -------------------------------------------------------------------------------------------------
NOBODY = 0.01
"""A change that no product explains: something leaned, was tidied, fell."""
UNKNOWN = 0.004
"""Goods that no product here explains: not in the catalogue, weighed wrongly there, or moved by more hands
than are told apart."""
UNSEEN = 0.005
"""A product moved by somebody whom the cameras do not follow."""
RESTOCKED = 0.003
"""Goods that come from no cart: somebody fills the shelf who is not marked as staff."""
TWO_PEOPLE = 0.005
"""Two people's hands in one event, of events that may be two people's. In simulated days 5 of 1,700 events
were, before those were told apart that a rough level between the hands gives away."""
LOST_IDENTITY = 0.1
"""Share of the tracker's doubt, where it names nobody else, that means a person whom nobody follows."""
DOUBTED_NOBODY = {"re_zeroed": 0.6, "unsettled": 0.1, "saturated": 0.1, "spike": 0.05, "outage": 0.05}
DOUBTED_SD = {"unsettled": 4.0, "saturated": 4.0}
"""By how much such a doubt widens the weight's spread."""
STAND_OUT_M = 0.39
"""How far before the shelf's edge people stand when they reach in (FIELD: head 0.6 m from the plate)."""
STAND_OUT_SD_M = 0.18
STAND_ALONG_SD_M = 0.2
ROOM_APART_M = 0.45
"""Where somebody stands, nobody else does within so much: who reaches into a shelf before which another
stands does so from beside them ..."""
ROOM_TAKEN = 0.9
"""... this share of the time. Without this the nearer of two at one shelf was believed too much: log loss 8.3
instead of 7.7 in four films, 41.3 instead of 38.8 in twelve simulated sessions (before the hands' part)."""
ROOM_KNOWN_S = 0.4
"""Farther in time than this from where somebody was last seen it is not known where they stand."""
ROOM_CELL_M = 0.1
"""Step of the places along a shelf that are summed over for that."""
STILL_S = 0.4
"""Who reaches into a shelf stands still for so long before and after, at least ..."""
STILL_SD_M = 0.18
"""... but for swaying and the tracker's error meanwhile. Who does something else stands still too ..."""
STANDING = 0.6
"""... for this share of the time, and walks so far otherwise (walking speed 1.1 m/s, any direction):"""
WALKED_SD_M = 0.6
IN_PASSING = 0.05
"""Share of goods that are grabbed while walking by."""
REACH_M = 0.9
"""Beyond this distance between body and slot's front nobody reaches it."""
BODY_FLOOR = 1e-4
"""Positions may be wrong: standing far away never excludes more than this."""
HAND_SD_M = 0.1
"""Wrist to what the hand holds, plus the looseness of a slot's box."""
HAND_HEIGHT_M = 1.1
"""Where a hand may be that reaches for something else: around this height before or beside the body ..."""
HAND_OUT_SD_M = 0.4
HAND_HEIGHT_SD_M = 0.4
"""... with this spread."""
ROOM_STEP_M = 0.3
"""Step of the places that are summed over for that."""
CELL_M = 0.3
"""A slot's box is looked at in cells of at most this size."""
ARM_M = 0.5
"""From the body's axis to the wrist of somebody who reaches in, and its spread."""
ARM_SD_M = 0.18
GUESSED_SD_M = 0.15
"""A sight wider than this in one direction was bounded there by assumption (see ``floor_tracks.hands``)."""
ALONG_SD_M = 0.6
"""... and is taken for this much wider."""
IDLE_REST = 0.95
"""Share of hands that hang or hold something beside the body, of those that do not reach into this slot."""
IDLE_PLACES = 8
IDLE_OUT_M = 0.25
IDLE_OUT_SD_M = 0.09
IDLE_HEIGHT_M = 0.88
IDLE_HEIGHT_SD_M = 0.13
HAND_MISSED = 0.01
"""However sure its score: a sight that is none of this person's hands."""
REACHING_DOUBT = 0.2
"""Log odds by which a sight of a hand in a shelf is less to be trusted than its score says: the shelf, the
goods and the body hide it, and a detector takes the elbow that it sees for it."""
ALL_WRONG = 0.005
"""All that is seen of a hand may be: every camera takes the elbow of an arm in a cooler for it."""
DWELL_S = 0.3
"""A hand that takes something is in the shelf for so long before and after the moment, at least."""
FEW_SIGHTS = 0.1
"""What a sight is worth less than one whose error is known: one counts 1 / (1 + FEW_SIGHTS) ..."""
SIGHTS_ALIKE = 0.8
"""... and N of one camera around a moment N / (1 + FEW_SIGHTS + (N - 1) SIGHTS_ALIKE): the correlation of
their errors. These two, DWELL_S, PEAK_SD_S, ROUGH_SD_M and STAND_ALONG_SD_M were set together, with the room
that others leave and with UNSEEN, on 145 moves of four films and 669 of twelve simulated sessions: the log
loss of who made them fell from 6.1 to 5.4 and from 42.5 to 34.8. When one camera counted once, what was seen
of hands had to weigh 1.7 times as much to be believed as often as it was right, in films and simulations."""
MOMENT_S = 0.15
"""Step of the moments that are summed over."""
MOMENTS_WITHIN_S = 0.9
ROUGH = 0.75
ROUGH_SD_M = 0.12
"""Of sights that are not exact, the share that is still of the hand, and how far off: a detector guesses a
hidden hand near where it is. Of those scored below .4 on rendered pictures one in four is within 8 cm, half
within 17, three in four within 28. Without this, and without scores below .3, the log loss of who took what
in four filmed sessions (192 moves) was 7.7; with both it is 5.6, with this alone no better."""
HAND_SCORE = 0.02
"""Hands with a lower score are not looked at."""
PEAK_S = 0.2
PEAK_SD_S = 0.25
"""The hand is in within PEAK_S of the largest variance; outside of that it loses weight with this spread."""
AROUND_S = 0.8
"""Looked at before and after the peak, at least."""
SAME_HAND = 0.1
"""One hand in two events at the same time."""
BOTH_HANDS = 0.3
"""One person's two hands in two events at the same time."""
ONE_HAND_S = 0.6
"""A hand needs this long to come out of one shelf and be in another."""
AGAIN_S = 2.5
AGAIN = 8.0
"""Who takes something out of a slot is so many times likelier than another who stands there to take out of
it again within so long: of such pairs with somebody else near 50 of 53 were one person's in simulated days,
later ones 0 of 8; of pairs from two slots of one board 3 of 19."""
ANY_HAND = 0.5
"""Left or right."""
TWO_UNITS = 4
"""Most units of one product that are shared out between two people."""
FAR_M = 3.0
"""People farther away than this are not asked about."""

# -- what hands hold -------------------------------------------------------------------------------------
LOOK_S = 3.5
"""After a taking a hand is looked into for so long, and before a giving back."""
LOOK_GAP_S = 0.2
"""Nearer to the moment than this the hand is in the shelf, among other goods."""
LOOK_AGAIN_S = LOOK_S + 0.3
"""An event is explained anew so long after its moment, when the pictures of all cameras are in."""
LOOKS_KEPT_S = 10.0
LOOK_STEP_S = 0.1
"""Looks of one camera into one hand are kept at most this often."""
LOOKS_BACK = 24
"""So many of a person's latest looks are compared for that."""
SURE = 0.995
"""An event explained with this probability is not explained anew for what hands hold."""
LOOKED_EMPTY = 0.5
"""Share of empty hands for which the probabilities of a :class:`Holding` hold (the products' model's own)."""
HANDS_EMPTY = 0.6
"""Share of hands that hold nothing recognisable, of those that have nothing to do with an event."""
HOLDS_OWN = 0.8
"""Of the others, the share that hold what their owner's cart is known to have."""
STILL_HELD = 0.9
SHOWN_BY_OTHERS = 1.0
"""How far another move of the same hands explains what they are seen to hold."""
PUT_AWAY_S = 4.0
"""What was taken is in the hand at first with probability STILL_HELD, falling by e in so many seconds."""
SHOWN_STEP_S = 0.25
"""Step in which that is summed over."""
LOOK_ASTRAY = 0.1
"""Share of looks that say nothing of the hand: blurred, or beside it."""
OTHER_HAND = 0.2
"""What one hand took is seen in the other, or a detector takes one for the other."""
LOOK_WORTH = 1.0
"""What a look says counts whole; less, where a network is surer of itself than it is right."""
LOOK_ALIKE = 0.35
"""Correlation of the errors of two looks of one camera, and of two cameras."""
CAMERAS_ALIKE = 0.15
LOOKS_WRONG = 0.007
"""All that was seen of a hand may be wrong: another's hand, goods behind it, a print that has changed."""

HANDED_TAKEN = 0.5
"""What somebody took with this probability may be seen in another's hands ..."""
HANDED_WITHIN_S = 6.0
HANDED_STEP_S = 0.4
HANDED_APART_M = 1.15
"""... who stands at arm's length from them, both arms', within so long ..."""
HANDED_DUE_S = HAND_ON_S + HANDED_WITHIN_S + 2.0
"""... and is looked for once so long after, when looks are still kept ..."""
HANDED_NAMED = 3.0
HANDED_LOOKS = 3
"""... if so many looks find it so many times likelier than any product ..."""
HANDED_SEEN = 4.5
"""... and all of them together, as log likelihood ratio, say so: of 265 pairs who stood together in simulated
days, four who handed on had 2.3 to 9.5, and no others more than 1.7."""

# -- keeping ---------------------------------------------------------------------------------------------
KEEP_DOERS = 16
KEEP_SCORE = 14.0
"""Log units below the best at which a person, product or assignment is left out."""
BEAM = 400
KEEP_PROBABILITY = 0.002
KEEP_EXPLANATIONS = 12
RETURNED_AT_LEAST = 0.05
"""Probability at which a product in a strange slot is remembered."""
