"""Numbers of the shelf-event stage, with where they come from.

"FIELD" is the published rule of the AutoCheckout winner and AIM3S: active while the standard deviation over a
second exceeds about 20 g for half a second at 60 Hz, change = mean after minus mean before, measured half a
second outside both ends, changes under 10 g dropped. Here every threshold hangs on the scale's own noise
instead, so that quiet scales find small items and restless ones do not cry wolf.
"""

from __future__ import annotations

BIN_S = 0.05
"""Readings are averaged into bins of about this length before anything is judged: three at 60 Hz."""
WINDOW_S = 0.5
"""Window of the moving standard deviation; quiet for so long is settled (FIELD)."""
BASE_S = 1.0
"""Time constant with which the level before an event follows slow drift; it lags a window behind."""
NOISE_S = 5.0
"""Time constant of the estimate of a scale's noise while nothing happens."""

ACTIVE_SDS = 5.0
"""Active when the moving deviation exceeds this many times the noise of a bin."""
ACTIVE_FLOOR_G = 2.0
"""... but never for less than this."""
STEP_SDS = 4.0
"""Active as well when the short mean leaves the level by this many times its own error (a plain step)."""
STEP_FLOOR_G = 4.0
QUIET_SDS = 2.2
"""Settled when the moving deviation is back under this many times the noise of a bin."""
QUIET_FLOOR_G = 1.2
HALVES_SDS = 2.0
"""... and both halves of the window agree within this many times the noise."""

MIN_CHANGE_G = 10.0
"""Changes under this are dropped (FIELD), unless a lighter product lies on the scale."""
LIGHTEST_SHARE = 0.6
"""Of the lightest product's weight: what must change at least where light things lie."""
MIN_CHANGE_SDS = 4.0
CORRELATION_S = 0.1
"""Noise of neighbouring bins is not independent: one independent value per this time."""
GAIN_ERROR = 0.001
"""Relative error of a change: load cells are specified to about 0.1 % of the load."""
DRIFT_G = 0.3
"""Standard deviation of what drifts between before and after, grams."""

PLATEAU_S = 0.25
"""Calm for so long between two hands, at a level that whole units explain, parts one event in two."""
LONG_PLATEAU_S = 0.4
"""... or for so long, where fewer units explain the whole than the two parts: a hand that carries some of
what it lifts makes short levels too."""
ROUGH_PLATEAU_S = 0.2
"""Between two hands that are not apart for so long the level is known roughly, from as long as this ..."""
ROUGH_PARTS = 5.0
"""... where the lightest thing on the scale weighs so many times what the level varies by ..."""
PRESSED_PARTS = 12.0
"""... give or take its twelfth part for the hand that is still on it ..."""
HANDS_APART_S = 0.7
"""... where the plate was shaken twice, so far apart: one hand shakes it on and off for half a second ..."""
ALIKE_G = 3.0
"""... products of weights no farther apart than this count as one: which it was others must say ..."""
PRESSED_G = 100.0
OUTSIDE_PARTS = 20.0
"""... and, where it lies outside of what was before and after, where it is no hand that leans on the plate:
so much, and so many times what it varies by ..."""
OUTSIDE_UNITS = 2
"""... and one of the two moved no more units than this: some number of light ones weighs anything."""
TIMED_PARTS = 8.0
TIMED_NEAR = 5.0
"""A plate that varies by less than such a part of a change, as near to how it was before, or is in the end,
rests."""
TRACE_S = 10.0
"""An event is looked through for plateaus as far as this from its start."""

STIRRED_G = 20.0
"""A hand that takes or puts back shakes its plate with at least this moving deviation (FIELD) ..."""
STIRRED_S = 4.0
"""... and two that come together are gone again within this, the window's calm included."""
HAND_IMPULSE_S = 0.2
"""What a hand presses on a plate and pulls cancels but for so much of its moving deviation: shoves of about
0.4 s that differ from reading to reading, ten a second."""

COURSE_FROM_S = 1.3
"""What lay on a plate meanwhile is told of changes that took so long: one hand is felt for about a second."""

RESTLESS_S = 3.0
"""Active for longer than this: the noise itself may have grown, and its estimate starts to grow too."""
RESTLESS_GROWTH_S = 10.0
"""Time constant of that growth."""
UNSETTLED_ALARM_S = 20.0
GAP_S = 1.0
"""No reading for longer than this is an outage."""
FROZEN_S = 3.0
"""The very same value for so long ..."""
FROZEN_READINGS = 30
"""... and so often is no measurement, where readings were seen to vary: as if the scale were silent ..."""
NOISE_KNOWN_S = 15.0
"""... once it has been watched for so long."""
STUCK_S = 30.0
STUCK_READINGS = 300
"""The very same value for so long and so often is a stuck scale, where its noise exceeds its resolution."""
STUCK_NOISE = 0.5
"""... that is, noise of at least this many resolution steps."""
WILD_FACTOR = 1.5
"""A reading beyond so many capacities (either way) is no weight."""
WILD_ALARM = 10
"""Consecutive impossible readings that raise an alarm."""
ZERO_G = 5.0
"""A level this near to zero, reached by a change that no product explains, is a re-zeroed scale."""

JOIN_WAIT_S = 1.0
"""How long a settled change waits for an active neighbour with which it may be one action."""
JOIN_OVERLAP_S = 0.3
"""Changes this close in time overlap: two plates under one item settle at slightly different moments."""
JOIN_GAP_M = 0.06
"""Scales this close to each other on one shelf are neighbours."""
HALF_WAIT_S = 0.7
"""A change that no product explains waits for so long: a hand may rest that carries what it lifts ..."""
HALVES_WAIT_S = 3.0
"""... and, where one has come, until that is over, or for so long."""
HALVES_APART_S = 1.5
"""Two such changes of one scale are one, if they are within so long and a product explains them together."""
ALONE_SDS = 3.0
"""A change is explained alone when it is within so many deviations of whole units of one product."""
UNITS_ERROR = 0.01
"""... and of what whole units weigh otherwise than the catalogue says."""
ALONE_UNITS = 6
"""Most units taken or returned at once that are considered."""
