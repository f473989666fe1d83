from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QSettings
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication

from console.theme.appearance import Appearance
from console.theme.contrast import contrast, ink_on
from console.theme.icons import Icon, icon_pixmap
from console.theme.tokens import DARK, IDENTITY_COUNT, LIGHT, Theme, identity_of

GROUNDS = ("ground", "panel", "raised", "selected", "floor")
INKS = ("text", "secondary", "good", "waiting", "wrong")
AA = 4.5
AA_SIGNS = 3.0


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda t: t.scheme)
@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("ink", INKS)
def test_every_text_reads_on_every_ground(theme: Theme, ground: str, ink: str) -> None:
    assert contrast(getattr(theme, ink), getattr(theme, ground)) >= AA


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda t: t.scheme)
def test_text_on_filled_colours_reads(theme: Theme) -> None:
    assert contrast(theme.on_accent, theme.accent) >= AA
    assert contrast(theme.text, theme.line) >= AA, "a quiet badge"
    assert contrast(theme.secondary, theme.fixture) >= AA, "a fixture's name"
    for tone in ("waiting", "wrong"):
        assert contrast(theme.ground, getattr(theme, tone)) >= AA, "a loud badge"
    for colour in theme.identities:
        assert contrast(ink_on(colour), colour) >= AA, "the count in a token"


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda t: t.scheme)
def test_focus_and_signs_stand_out(theme: Theme) -> None:
    for ground in ("ground", "panel", "raised"):
        assert contrast(theme.accent, getattr(theme, ground)) >= AA_SIGNS


def test_contrast_of_known_pairs() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21.0)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)


def test_sixteen_shoppers_look_different() -> None:
    assert len({identity_of(i) for i in range(IDENTITY_COUNT)}) == IDENTITY_COUNT
    assert not any(identity_of(i).hatched for i in range(8))
    assert len(set(DARK.identities)) == len(set(LIGHT.identities)) == 8


@pytest.mark.parametrize("what", list(Icon))
def test_every_icon_is_in_the_set(qapp: QApplication, what: Icon) -> None:
    image = icon_pixmap(what, "#FF0000", 20).toImage()
    inked = sum(image.pixelColor(x, y).alpha() > 0 for x in range(20) for y in range(20))
    assert 10 < inked < 380, "blank, or a box for a missing glyph"


def test_the_choice_of_a_theme_is_worn_told_and_kept(qapp: QApplication, tmp_path: Path) -> None:
    settings = QSettings(str(tmp_path / "a.ini"), QSettings.Format.IniFormat)
    appearance = Appearance(settings)
    told: list[str] = []
    appearance.changed.connect(lambda: told.append(appearance.theme.scheme))
    appearance.choose("dark")
    assert qapp.palette().window().color() == QColor(DARK.ground)
    appearance.choose("light")
    assert qapp.palette().window().color() == QColor(LIGHT.ground)
    assert told[-2:] == ["dark", "light"] or told == ["dark", "light"]
    appearance.reduce_motion(True)
    again = Appearance(settings)
    assert (again.choice, again.reduced_motion) == ("light", True)


def test_an_unknown_choice_in_the_file_is_the_systems(qapp: QApplication, tmp_path: Path) -> None:
    settings = QSettings(str(tmp_path / "a.ini"), QSettings.Format.IniFormat)
    settings.setValue("theme", "puce")
    assert Appearance(settings).choice == "system"
