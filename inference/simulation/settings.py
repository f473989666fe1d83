"""How good the simulated devices are, and where each number comes from."""

from __future__ import annotations

import msgspec

from inference.simulation.faults import CameraFault
from inference.simulation.scale_faults import ScaleFault


class SimulationSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Metres, seconds, grams, pixels. Defaults: sources beside each."""

    started_at: float = 1_772_442_000.0
    """Store time of the beginning (2026-03-02 09:00 UTC)."""
    duration_s: float | None = None
    """None: until the last one has left, and a little more."""

    # -- shoppers: invented, within what pedestrian studies report (free walking 1.1 to 1.4 m/s) --
    visits: int = 20
    arrivals_per_min: float = 4.0
    walking_speed: tuple[float, float] = (1.1, 0.12)
    """Mean and standard deviation among people; aisles are walked more slowly than streets."""
    browse_s: tuple[float, float] = (2.0, 6.0)
    """Shortest and longest look at a shelf."""
    put_back: float = 0.24
    """Share of shelf events that are put-backs: 56 of 237 in the hand-labelled AutoCheckout set."""
    wrong_slot: float = 0.3
    """Share of put-backs that go to another slot."""
    nothing: float = 0.1
    """Share of people who take nothing."""
    body_sd_m: tuple[float, float] = (1.72, 0.08)
    """Mean and standard deviation of body heights."""

    # -- cameras: YOLOX-nano on PETS09-S2L1 has precision .74 to .84, recall .88 to .91, and its box foot a
    #    median error of 0.20 m; detectors trained for the view do better --
    recall: float = 0.96
    """Of people who can be seen well; occlusion costs the rest."""
    false_alarms: float = 0.08
    """Mean number a frame at random places."""
    clutter: float = 0.1
    """Share of frames in which one fixed thing of the store looks like a person (PETS09's notice board)."""
    foot_noise: float = 0.06
    """Standard deviation of a foot point, as a share of the box height. Median error on the floor 0.15 to
    0.20 m at the angles of ceiling cameras."""
    point_noise: float = 0.02
    """The same for heads, wrists and the box's edges."""
    hidden_guessed: float = 0.8
    """How much of the hidden part of a body a box reaches over: detectors are trained on whole bodies."""
    noise_memory_s: float = 0.7
    """A detector errs the same way for about so long."""
    hidden_foot: float = 1.8
    """How much more a foot point errs that is guessed behind something."""
    wrist_seen: float = 0.75
    """Share of visible wrists that are found."""
    reaching_found: float = 1.0
    """Of wrists that reach into a shelf, the share of that: the shelf and the goods hide them."""
    wrist_wrong: float = 0.0
    """Share of wrists said to be somewhere along the forearm, with the score that follows from it."""
    looks: bool = False
    """Whether hands are looked into; the product model answers with the confusion measured for it."""
    appearance_size: int = 24
    """0: no appearance vectors."""
    appearance_noise: float = 0.45
    """Length of the noise added to a unit vector: cosine of the same person about .8, of two about .35."""
    appearance_memory_s: float = 0.0
    """A person goes on looking alike wrong to a camera for about so long; 0: every picture errs by itself."""
    appearance_common: float = 0.7
    """Length of the part that all people share (re-identification features are far from orthogonal)."""
    frame_jitter_s: float = 0.004
    frame_loss: float = 0.01
    """Share of frames that never come."""
    faults: tuple[CameraFault, ...] = ()
    """What is wrong with which camera; the people, the scales and the other cameras stay as they are."""

    # -- scales: rest noise 1.5 to 2.6 g, 60 Hz, drift in absolute weight (AutoCheckout's plates) --
    scale_rate_hz: float | None = None
    """None: the rate that each scale states."""
    scale_noise_g: tuple[float, float] = (1.5, 2.6)
    """Each scale has a noise of its own between these."""
    drift_g: float = 3.0
    """Amplitude of the slow drift."""
    drift_period_s: float = 400.0
    touch_g: tuple[float, float] = (40.0, 90.0)
    """Standard deviation of the load while a hand is in the shelf: the events of the published systems are
    found by more than 20 g over a second."""
    crosstalk: float = 0.04
    """How much of a touch the other scales of the same shelf feel."""
    lost_readings: float = 0.0
    """Share of readings that never come."""
    weight_error: float = 0.0
    """Standard deviation of what a catalogue's unit weights are off, as a share."""
    scale_faults: tuple[ScaleFault, ...] = ()
    """What is wrong with which scale."""
