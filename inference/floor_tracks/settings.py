"""Every number that floor tracking rests on, with its unit and where it comes from."""

from __future__ import annotations

import msgspec


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Units are in the names: ``_m``, ``_s``, ``_px``; shares and probabilities have none."""

    # How people walk.
    speed_sd_ms: float = 0.75
    """Stationary standard deviation of one velocity component; shoppers walk at 0 to 1.4 m/s."""
    velocity_memory_s: float = 5.0
    """After this long an unseen person's velocity has decayed to 1/e (Ornstein-Uhlenbeck)."""
    hidden_memory_s: float = 1.2
    """The same for somebody who is hidden: they turn and stand about as shoppers do."""

    # How well one box places one person. Shares are of the box's height in pixels. Neighbouring frames repeat
    # each other's errors, so one of them counts as if its error were larger than it is: with 0.03 people who
    # cross are exchanged more often and places are worse (pets09, cmc1, simulated: ``floor_study``).
    box_share_u: float = 0.06
    """Horizontal error of a box's middle; measured on two detectors, 4 cameras: 0.02 to 0.05."""
    box_share_v: float = 0.06
    """Vertical error of a box's bottom; measured likewise: 0.03 to 0.04."""
    top_share_v: float = 0.025
    """Vertical error of a box's top; measured likewise: 0.012 to 0.021."""
    key_share: float = 0.025
    """Error of a head or wrist key point."""
    foot_key_share: float = 0.06
    """Error of a foot key point that surely shows, divided by its score: feet are often guessed."""
    pixel_floor_px: float = 1.0
    """No box is placed better than this."""
    cut_share_u: float = 0.15
    """Horizontal error where the picture's left or right edge cuts the box."""
    common_share: float = 0.2
    """Share of a sighting's variance that repeats from frame to frame (calibration, posture)."""
    posture_sd_m: float = 0.03
    """What no number of cameras averages away: where a person's middle is, in their own posture."""
    common_for_s: float = 1.0
    """Cameras that saw the person within this time share in bounding the repeating error."""
    edge_px: float = 2.0
    """A box this close to the picture's edge goes on outside of it."""
    key_point_score: float = 0.3
    """Heads and feet below this are not used."""
    wrist_score: float = 0.02
    """The same for wrists: who looks at them knows what a low score means."""
    sure_foot_score: float = 0.8
    """A foot key point with this score shows: hidden ones are guessed, and their scores say so."""
    inside_fixture_m: float = 0.25
    """A foot point deeper inside a fixture than this is not where the feet are."""
    crouching: float = 0.1
    """Chance that a box too short for somebody is theirs whole, where no foot point says more."""
    shortest_m: float = 1.2
    """A box that would be a shorter person shows no feet."""
    tallest_m: float = 2.2
    """A box that would be a taller person holds more than one, or a shadow."""
    farthest_m: float = 80.0
    """Floor points farther from the camera than this say nothing."""
    body_sd_m: float = 0.05
    """Error of a 3D sensor's pelvis or foot against the body's axis."""
    head_lean_sd_m: float = 0.12
    """How far a head is from over the feet."""

    # What a camera is off on the average (see ``camera_errors``). Shares are of the box's height.
    learn_camera_errors: bool = True
    foot_bias_sd: float = 0.03
    """Spread, over detectors and cameras, of the constant vertical error of the feet ..."""
    foot_bias_side_sd: float = 0.015
    """... and of the horizontal one."""
    foot_step_s: float = 1.0
    """Each camera takes part once in every such step."""
    foot_apart_s: float = 0.3
    """Only sightings that are this close in time are compared."""
    foot_independent_s: float = 4.0
    """Errors of frames this far apart are independent: posture and direction have changed."""
    foot_gate_d2: float = 9.2
    """Squared Mahalanobis distance beyond which it is somebody else (chi2, 2 dof: 0.99)."""
    foot_memory_s: float = 86_400.0
    """In a day without news all is forgotten."""
    turn_sd: float = 0.0025
    """How far a calibrated camera is turned against its calibration, each axis, rad: about a pixel ..."""
    knocked_sd: float = 0.035
    """... and one that somebody knocked."""
    shift_memory: int = 40
    """How far off a camera is, is the mean over so many comparisons ..."""
    shift_least: int = 12
    """... at least so many ..."""
    shift_sds: float = 4.0
    """... and surely, when it is this many of its standard deviations."""
    shift_most: float = 0.1
    """Rad: feet that are farther off are another person's."""
    spread_prior: int = 10
    """So many comparisons count that never were, and found what boxes promise ..."""
    spread_memory: int = 400
    """... beside the latest so many."""
    turned_deg: float = 1.3
    """A camera that is surely off by more is told of, and counts less; detectors' habits make 0.8 at most."""
    turned_doubt: float = 0.5
    """Share of a known turn that is doubted."""
    clock_sd_s: float = 0.1
    """Spread of what lies between the cameras' clocks and ways to here."""
    clock_drift_sd: float = 5e-5
    """Of quartz clocks, seconds a second."""
    clock_memory_s: float = 3600.0
    clock_least_s: float = 0.1
    """A camera whose clock is nearer to the others' than this is taken as it comes ..."""
    tell_s: float = 10.0
    """What was learned of the cameras is told this often."""
    clock_least_sds: float = 2.5
    """... or than this many of its standard deviations."""

    # People's heights.
    height_m: float = 1.70
    height_sd_m: float = 0.10
    """Spread of adult heights, both sexes together."""
    height_box_sd_m: float = 0.06
    """Error of the height between a box's bottom and top."""
    hidden_feet_sds: float = 2.5
    """A box shorter than the person by this many standard deviations does not show the feet."""
    height_known_sd_m: float = 0.03
    """A height is never known better: posture changes."""
    height_frame_sd_m: float = 0.15
    """Error of one frame's height, large because neighbouring frames repeat it."""

    # Hands.
    reach_sd_m: float = 0.35
    """How far from the body's axis a hand is, along the line of sight."""
    hand_height_m: float = 1.1
    hand_height_sd_m: float = 0.4
    joint_sd_m: float = 0.05
    """Error of a 3D sensor's wrist."""

    # Which detection is whom.
    detection_probability: float = 0.9
    """For a person this camera saw in its latest frame."""
    detection_probability_new: float = 0.6
    """For a person in the picture that it did not: behind something, or not yet seen."""
    detection_probability_outside: float = 0.2
    """For a person whose place is outside of the picture: at its edge, parts of them may show."""
    clutter_per_m2: float = 0.02
    """False detections per frame and square metre."""
    gate_d2: float = 16.0
    """Squared Mahalanobis distance beyond which a detection is never this person (chi2, 2 dof: 0.9997)."""
    direct_sd_m: float = 0.9
    """A person whose place is less sure than this takes part by re-linking only."""
    min_score: float = 0.1
    birth_score: float = 0.4
    """Weaker detections may go on with a person, never start one."""
    left_cost: float = 2.0
    """Log odds against seeing somebody whom the gate has let out, at once ..."""
    left_rate: float = 3.0
    """... and for every second since ..."""
    left_most: float = 6.0
    """... up to this: who comes in by the door beside them is not them. The signal may be about another."""
    tentative_cost: float = 2.0
    """Log odds by which a confirmed person is preferred over a tentative one."""
    appearance_weight: float = 12.0
    """Log likelihood per unit of cosine above the average of the candidates; same and other people differ
    by 0.07 with a spread of 0.06 on a published re-identification feature."""
    appearance_limit: float = 3.0
    stranger_margin: float = 0.2
    """A cosine lower than the person's usual by more than this speaks of somebody else ..."""
    stranger_weight: float = 30.0
    """... with this log likelihood per unit ..."""
    stranger_limit: float = 12.0
    """... up to this."""
    stranger_looks: int = 10
    """Frames after which it is known how steadily a person looks."""
    appearance_memory: int = 50
    """The running mean goes on moving as if this many frames were in it."""
    wall_cost: float = 4.0
    """Log likelihood against walking through a fixture at once."""
    wall_fades_s: float = 3.0
    """Time in which one can as well have walked around."""
    wall_step_m: float = 0.4
    """Shorter steps are noise, not walking."""
    duplicate_iou: float = 0.6
    """Two boxes of one frame overlapping more are one person seen twice."""
    part_share: float = 0.9
    """A box with more than this of its area in a stronger or larger one is a part of that person."""

    # Coming, going and hiding.
    birth_hits: int = 4
    birth_s: float = 0.4
    birth_signal_hits: int = 2
    birth_signal_s: float = 0.12
    """The same at a gate that has just let somebody in who has not been seen yet."""
    share_memory: int = 10
    """Frames that the share of frames in which a newcomer is found looks back."""
    birth_share: float = 0.5
    """A newcomer must be found in this share of the frames that show their place ..."""
    unexplained_share: float = 0.7
    """... and away from the gates, in this."""
    tentative_unseen_s: float = 0.8
    """A tentative person not seen for longer was clutter."""
    near_person_m: float = 0.6
    """Closer to somebody known, a newcomer must have been seen beside them in one frame."""
    beside_frames: int = 3
    doubled_born_s: float = 1.0
    doubled_reach_m: float = 1.5
    """... and so near to who came so little before, where the gate has told of one person only."""
    beside_share: float = 0.5
    """Frames that found two beside each other to those that found them in turns: with fewer they are one."""
    doubled_frames: int = 30
    """Somebody known for a short while who was found in turns with another one beside them so often ..."""
    doubled_share: float = 0.1
    """... and together in fewer frames than this share of that, is that other one, seen twice ..."""
    doubled_after_s: float = 2.5
    doubled_within_s: float = 8.0
    """... which is judged so long after their coming, and not later."""
    in_turns_s: float = 0.2
    """Found in turns: the other one was found this shortly before."""
    gate_margin_m: float = 0.5
    """A person first seen this far behind a gate's zone came through it."""
    gate_signal_reach_m: float = 3.0
    """... and with an open entry signal, this far."""
    gate_walk_ms: float = 1.6
    """... or as far as one walks briskly since then ..."""
    gate_early_s: float = 1.5
    """... who was not seen inside for longer than this before it."""
    gate_signal_s: float = 6.0
    """A signal and the person it is about are at most this far apart in time."""
    outside_m: float = 0.5
    """Detections farther outside the floor are passers-by."""
    birth_density: float = 0.02
    """Newcomers per square metre at a gate against re-linking somebody hidden."""
    birth_density_signal: float = 1.0
    birth_density_no_signal: float = 0.01
    """At a gate that sends signals, and has not."""
    birth_density_inside: float = 1e-4
    unexplained_s: float = 3.0
    """An unexplained person is believed after this long ..."""
    unexplained_walk_m: float = 0.75
    """... and after having moved this far: clutter stands still."""
    opening_s: float = 2.0
    """Whoever is first seen this soon after the start was inside already ..."""
    opening_seen_s: float = 1.0
    """... once they have been seen for this long."""
    explained_gain: float = 2.0
    """Log odds from which an unexplained person is taken for somebody who was hidden."""
    hidden_s: float = 1.0
    """Not seen for longer: hidden."""
    fastest_ms: float = 2.5
    """Nobody was re-linked who would have had to run faster (plus a metre)."""
    cell_m: float = 0.3
    """Smallest cell in which somebody hidden is looked for ..."""
    most_cells: int = 800
    """... larger where the floor has more of them than this."""
    most_steps: int = 400
    """Of the random walk at once: beyond, it has spread over the floor anyway."""
    search_rate: float = 1.0
    """Per second, by which a place in full view becomes less likely when nobody is found there."""
    look_heights_m: tuple[float, ...] = (0.4, 0.8, 1.2, 1.55)
    """Parts of a body that a camera must see over the fixtures."""
    body_wide_m: float = 0.4
    """Somebody this close behind another is not seen."""
    anywhere_s: float = 60.0
    """Time constant after which a hidden person may be anywhere on the floor."""
    leave_s: float = 1.5
    """Not seen at a gate for this long after walking out: gone."""
    leave_standing_s: float = 4.0
    """The same for somebody who stood still there."""
    leave_signal_s: float = 0.2
    """The same after the gate's exit signal, for who was seen at the gate ..."""
    leave_walk_ms: float = 1.0
    """... and longer for who was seen away from it, by the way at this speed."""
    beyond_m: float = 0.3
    """Seen this far outside of the floor next to a gate ..."""
    beyond_s: float = 0.3
    """... for this long: gone."""
    beyond_reach_m: float = 1.5
    steady_s: float = 0.5
    """A sighting after a longer gap counts only with the next one."""
    outward_ms: float = 0.3
    """Slower than this is standing."""
    exit_at_m: float = 1.2
    """An exit signal is about somebody seen this close to the gate, or hidden near it ..."""
    exit_reach_m: float = 2.5
    """... or, failing these, seen this close."""
    exit_standing_m: float = 0.5
    """Who stood farther from the gate than this as it let somebody out had still to walk."""
    exit_lasts_s: float = 10.0
    """Somebody still inside this long after their exit signal did not go ..."""
    exit_passed_s: float = 0.7
    """... nor did who was only near the gate, and is not at it after this long."""
    give_up_s: float = 900.0
    """Hidden inside for longer: given up, with an alarm."""
    give_up_unexplained_s: float = 60.0
    """The same for a person who came through no gate: more likely there was none."""

    # Time.
    late_s: float = 0.5
    """Frames older than the newest by more than this are not used."""
    live_s: float = 1.0
    """A camera that was silent for longer is not looking."""

    # Who is who after people met.
    meet_m: float = 1.0
    part_m: float = 1.3
    exchange_rate: float = 0.4
    """Per second, for two people at one place."""
    exchange_sd_m: float = 0.15
    """Distance at which detections of two people are confused, beside the position's own error."""
    evidence_share: float = 0.3
    """Neighbouring frames repeat each other: weight of one frame's appearance ..."""
    evidence_share_near: float = 0.15
    """... and while the two are close, when a box holds something of both."""
    evidence_limit: float = 8.0
    """Log odds: what looks alone may make sure."""
    evidence_frames: int = 10
    settle_s: float = 5.0
    """An encounter is decided this long after parting at the latest."""
    doubt_kept: float = 0.01
    """Smaller probabilities of being somebody else are dropped."""
