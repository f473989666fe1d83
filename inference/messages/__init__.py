"""The types that flow through the engine, frozen. Read this first.

``observations``  what the store's devices say: the only input of the pipeline, and what the journal keeps
``results``       what the stages make of it: people, shelf events, explanations, carts, visits
``wire``          what the engine tells the window, and what the window may ask of the engine

Units: metres (world frame of ``store_layout.model``), seconds, grams, pixels. Times ``t`` are seconds
since the Unix epoch, the message's own time: no stage looks at a clock.
"""

from inference.messages.observations import (
    Appearance,
    Box,
    Detection,
    Detections,
    Frame,
    GateSignal,
    Holding,
    Joint,
    KeyPoint,
    Observation,
    Outage,
    Skeleton,
    Skeletons,
    StaffMark,
    Tick,
    WeightReading,
)
from inference.messages.results import (
    Alarm,
    Attribution,
    Cart,
    CartChanged,
    CartLine,
    ClosedVisit,
    Explanation,
    Felt,
    FloorUpdate,
    Hand,
    ItemMove,
    Person,
    Question,
    Result,
    ScaleChange,
    ShelfEvent,
    TrackEnded,
    TrackStarted,
    VisitClosed,
    VisitOpened,
)

__all__ = [
    "Alarm",
    "Appearance",
    "Attribution",
    "Box",
    "Cart",
    "CartChanged",
    "CartLine",
    "ClosedVisit",
    "Detection",
    "Detections",
    "Explanation",
    "Felt",
    "FloorUpdate",
    "Frame",
    "GateSignal",
    "Hand",
    "Holding",
    "ItemMove",
    "Joint",
    "KeyPoint",
    "Observation",
    "Outage",
    "Person",
    "Question",
    "Result",
    "ScaleChange",
    "ShelfEvent",
    "Skeleton",
    "Skeletons",
    "StaffMark",
    "Tick",
    "TrackEnded",
    "TrackStarted",
    "VisitClosed",
    "VisitOpened",
    "WeightReading",
]
