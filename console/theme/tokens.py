"""The few values that everything drawn is made of. Colours are ``#RRGGBB``; sizes are pixels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

Scheme = Literal["light", "dark"]
ThemeName = Literal["light", "dark", "contrast-light", "contrast-dark"]

SPACE_1: Final = 4
SPACE_2: Final = 8
SPACE_3: Final = 12
SPACE_4: Final = 16
SPACE_6: Final = 24
SPACE_8: Final = 32
RADIUS: Final = 6

FIELD: Final = 32
"""Height of a field for numbers, with room for larger text."""

TEXT_SECONDARY: Final = 11
TEXT_BODY: Final = 13
TEXT_HEADING: Final = 16
TEXT_TITLE: Final = 20
TEXT_QUESTION: Final = 26
"""What a reviewer reads first."""

ICON_SMALL: Final = 16
ICON: Final = 20

MOTION_MS: Final = 150
"""The longest that anything may move."""

CERTAIN: Final = 0.9
"""A probability at or above this is not worth showing."""


@dataclass(frozen=True, slots=True, eq=False)
class Theme:
    """One scheme's colours, named by what they are for. Each is the only one of its kind: caches go by it."""

    name: ThemeName
    scheme: Scheme
    ground: str
    panel: str
    raised: str
    line: str
    text: str
    secondary: str
    accent: str
    on_accent: str
    """Text on a filled accent."""
    good: str
    waiting: str
    wrong: str
    selected: str
    """Ground of a selected row; ``text`` and ``secondary`` stay readable on it."""
    floor: str
    """Where people walk, on the map."""
    fixture: str
    fixture_line: str
    slot: str
    """A slot's outline on the map and in wire frames."""
    identities: tuple[str, str, str, str, str, str, str, str]
    """Eight colours that colour-blind eyes tell apart (Okabe and Ito), the last as black or white."""


_OKABE_ITO = ("#E69F00", "#56B4E9", "#009E73", "#F0E442", "#0072B2", "#D55E00", "#CC79A7")

DARK: Final = Theme(
    name="dark",
    scheme="dark",
    ground="#14171A",
    panel="#1C2126",
    raised="#252B31",
    line="#343C44",
    text="#E6EAED",
    secondary="#9BA7B1",
    accent="#1F9E8F",
    on_accent="#0B1413",
    good="#55B982",
    waiting="#E0A030",
    wrong="#F28072",
    selected="#1D3B3A",
    floor="#1A1F23",
    fixture="#2A3138",
    fixture_line="#4A5560",
    slot="#3D4750",
    identities=(*_OKABE_ITO, "#E8ECEF"),
)

LIGHT: Final = Theme(
    name="light",
    scheme="light",
    ground="#F4F6F7",
    panel="#FFFFFF",
    raised="#EDF0F2",
    line="#D5DBE0",
    text="#1B2126",
    secondary="#55626D",
    accent="#0B7A6E",
    on_accent="#FFFFFF",
    good="#1E7544",
    waiting="#855600",
    wrong="#B3321F",
    selected="#D9EFEC",
    floor="#FFFFFF",
    fixture="#E3E8EB",
    fixture_line="#A9B4BD",
    slot="#C3CCD3",
    identities=(*_OKABE_ITO, "#22282E"),
)

CONTRAST_DARK: Final = Theme(
    name="contrast-dark",
    scheme="dark",
    ground="#000000",
    panel="#000000",
    raised="#16191C",
    line="#B8C0C8",
    text="#FFFFFF",
    secondary="#E3E8EC",
    accent="#5CE1D0",
    on_accent="#000000",
    good="#7EE8A8",
    waiting="#FFC861",
    wrong="#FFA79C",
    selected="#003632",
    floor="#000000",
    fixture="#23282D",
    fixture_line="#C6CDD4",
    slot="#8C96A0",
    identities=(*_OKABE_ITO, "#FFFFFF"),
)

CONTRAST_LIGHT: Final = Theme(
    name="contrast-light",
    scheme="light",
    ground="#FFFFFF",
    panel="#FFFFFF",
    raised="#F2F4F5",
    line="#4A545E",
    text="#000000",
    secondary="#26303A",
    accent="#00473F",
    on_accent="#FFFFFF",
    good="#00421D",
    waiting="#4A2E00",
    wrong="#7A0F00",
    selected="#C9F2EC",
    floor="#FFFFFF",
    fixture="#E6EAED",
    fixture_line="#3F4953",
    slot="#66717B",
    identities=(*_OKABE_ITO, "#000000"),
)

THEMES: Final = (LIGHT, DARK, CONTRAST_LIGHT, CONTRAST_DARK)


@dataclass(frozen=True, slots=True)
class Identity:
    """The look of one shopper: the same on the map, on the cameras and in the carts."""

    colour: int
    """Index into ``Theme.identities``."""
    hatched: bool = False
    """Second use of the colour: drawn with a hatched ring."""


IDENTITY_COUNT: Final = 16
NO_IDENTITY: Final = -1
"""Look of somebody on the floor who is not a visit: grey everywhere."""


def identity_of(index: int) -> Identity:
    """The look that belongs to a number; looks repeat after ``IDENTITY_COUNT``."""
    return _LOOKS[index % IDENTITY_COUNT]


_LOOKS: Final = tuple(Identity(colour=i % 8, hatched=i >= 8) for i in range(IDENTITY_COUNT))
