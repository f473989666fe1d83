"""The known model families. A new one is a file beside this, and a line here."""

from __future__ import annotations

from inference.detection.centre_points import CENTRE_POINTS
from inference.detection.family import Family
from inference.detection.manifest import FamilyName
from inference.detection.yolox import YOLOX

FAMILIES: dict[FamilyName, Family] = {family.name: family for family in (YOLOX, CENTRE_POINTS)}
