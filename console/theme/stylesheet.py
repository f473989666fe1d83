"""Palette and the one style sheet, both made of the tokens."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtGui import QColor, QPalette

from console.theme import tokens as k
from console.theme.fonts import sized
from console.theme.tokens import Theme

DOWN = (Path(__file__).parent / "down.svg").as_posix()
"""Grey that reads on all grounds, as its counterpart."""
UP = (Path(__file__).parent / "up.svg").as_posix()
_TICKS = {name: (Path(__file__).parent / f"tick-{name}.svg").as_posix() for name in ("white", "black")}


def palette_of(theme: Theme) -> QPalette:
    """The palette, so that what no style rule touches (menus, tool tips, dialogs) fits too."""
    role, palette = QPalette.ColorRole, QPalette()
    for which, colour in (
        (role.Window, theme.ground),
        (role.WindowText, theme.text),
        (role.Base, theme.panel),
        (role.AlternateBase, theme.raised),
        (role.Text, theme.text),
        (role.Button, theme.raised),
        (role.ButtonText, theme.text),
        (role.ToolTipBase, theme.raised),
        (role.ToolTipText, theme.text),
        (role.PlaceholderText, theme.secondary),
        (role.Highlight, theme.selected),
        (role.HighlightedText, theme.text),
        (role.Link, theme.accent),
        (role.Accent, theme.accent),
        (role.Mid, theme.line),
    ):
        palette.setColor(which, QColor(colour))
    for which in (role.Text, role.ButtonText, role.WindowText):
        palette.setColor(QPalette.ColorGroup.Disabled, which, QColor(theme.secondary))
    return palette


def stylesheet_of(theme: Theme) -> str:
    """The style sheet of the whole application."""
    return f"""
    QWidget {{ font-size: {sized(k.TEXT_BODY)}px; color: {theme.text}; }}
    QMainWindow, QDialog, QStackedWidget#pages {{ background: {theme.ground}; }}
    QToolTip {{ background: {theme.raised}; color: {theme.text}; border: 1px solid {theme.line};
        padding: {k.SPACE_1}px {k.SPACE_2}px; }}
    QLabel[role="title"] {{ font-size: {sized(k.TEXT_TITLE)}px; font-weight: 600; }}
    QLabel[role="heading"] {{ font-size: {sized(k.TEXT_HEADING)}px; font-weight: 600; }}
    QLabel[role="caption"] {{ font-weight: 600; }}
    QLabel[role="secondary"] {{ font-size: {sized(k.TEXT_SECONDARY)}px; color: {theme.secondary}; }}
    QLabel[role="total"] {{ font-size: {sized(k.TEXT_TITLE)}px; font-weight: 600; }}
    QLabel[role="question"] {{ font-size: {sized(k.TEXT_QUESTION)}px; font-weight: 600; }}
    QLabel[tone="good"] {{ color: {theme.good}; }}
    QLabel[tone="waiting"] {{ color: {theme.waiting}; }}
    QLabel[tone="wrong"] {{ color: {theme.wrong}; }}
    QFrame[role="panel"] {{ background: {theme.panel}; border: 1px solid {theme.line};
        border-radius: {k.RADIUS}px; }}
    QFrame[role="card"] {{ background: {theme.raised}; border: 1px solid {theme.line};
        border-radius: {k.RADIUS}px; }}
    QFrame[role="rule"] {{ background: {theme.line}; border: none; max-height: 1px; min-height: 1px; }}
    QSplitter::handle {{ background: transparent; }}
    QSplitter::handle:hover {{ background: {theme.line}; }}
    {_controls(theme)}
    {_numbers(theme)}
    {_ticks(theme)}
    {_tables(theme)}
    {_frame(theme)}
    """


def _controls(theme: Theme) -> str:
    return f"""
    QPushButton, QToolButton[role="tool"] {{ background: {theme.raised}; border: 1px solid {theme.line};
        border-radius: {k.RADIUS}px; padding: {k.SPACE_1}px {k.SPACE_3}px; min-height: {sized(20)}px; }}
    QToolButton[role="tool"] {{ padding: {k.SPACE_1}px; }}
    QPushButton:hover, QToolButton[role="tool"]:hover {{ border-color: {theme.secondary}; }}
    QPushButton:pressed, QToolButton[role="tool"]:pressed {{ background: {theme.selected}; }}
    QPushButton:focus, QToolButton[role="tool"]:focus {{ border: 2px solid {theme.accent}; outline: none;
        padding: {k.SPACE_1 - 1}px {k.SPACE_3 - 1}px; }}
    QToolButton[role="tool"]:focus {{ padding: {k.SPACE_1 - 1}px; }}
    QPushButton:disabled {{ color: {theme.secondary}; background: transparent; }}
    QLineEdit {{ background: {theme.panel}; border: 1px solid {theme.line}; border-radius: {k.RADIUS}px;
        padding: 6px {k.SPACE_2}px; selection-background-color: {theme.accent};
        selection-color: {theme.on_accent}; }}
    QComboBox {{ background: {theme.panel}; border: 1px solid {theme.line}; border-radius: {k.RADIUS}px;
        padding: 5px {k.SPACE_2}px; }}
    QComboBox::drop-down {{ border: none; width: {k.SPACE_6}px; }}
    QComboBox::down-arrow {{ image: url({DOWN}); width: 12px; height: 8px; }}
    QComboBox:disabled {{ color: {theme.secondary}; background: transparent; }}
    QComboBox:focus {{ border: 1px solid {theme.accent}; }}
    QComboBox QAbstractItemView {{ background: {theme.panel}; border: 1px solid {theme.line}; }}
    QLineEdit:focus {{ border: 1px solid {theme.accent}; }}
    QPushButton[role="primary"]:enabled {{ background: {theme.accent}; border-color: {theme.accent};
        color: {theme.on_accent}; }}
    QTabBar::tab {{ background: transparent; border: none; border-bottom: 2px solid transparent;
        padding: {k.SPACE_2}px {k.SPACE_3}px; color: {theme.text}; }}
    QTabBar::tab:disabled {{ color: {_faint(theme)}; }}
    QTabBar::tab:selected {{ border-bottom-color: {theme.accent}; }}
    QTabBar::tab:hover:enabled:!selected {{ border-bottom-color: {theme.line}; }}
    QPushButton:checked {{ background: {theme.selected}; border-color: {theme.accent}; }}
    QPushButton[role="primary"]:focus, QPushButton:checked:focus {{ border: 2px solid {theme.text}; }}
    QMenu {{ background: {theme.panel}; border: 1px solid {theme.line}; padding: {k.SPACE_1}px; }}
    QMenu::item {{ padding: 6px {k.SPACE_6}px 6px {k.SPACE_3}px; border-radius: {k.SPACE_1}px; }}
    QMenu::item:selected {{ background: {theme.selected}; }}
    QMenu::item:disabled {{ color: {theme.secondary}; }}
    QMenu::separator {{ height: 1px; background: {theme.line}; margin: {k.SPACE_1}px 0; }}
    QScrollBar:vertical {{ background: transparent; width: 10px; margin: 0; }}
    QScrollBar:horizontal {{ background: transparent; height: 10px; margin: 0; }}
    QScrollBar::handle {{ background: {theme.line}; border-radius: 4px; margin: 1px; min-width: 24px;
        min-height: 24px; }}
    QScrollBar::handle:hover {{ background: {theme.secondary}; }}
    QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
    QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
    """


def _faint(theme: Theme) -> str:
    """Half of a text's contrast, for what cannot be chosen now: in no theme is it like what can."""
    text, ground = QColor(theme.text), QColor(theme.panel)
    red, green, blue = ((part(text) + part(ground)) // 2 for part in (QColor.red, QColor.green, QColor.blue))
    return QColor(red, green, blue).name()


def _numbers(theme: Theme) -> str:
    """Fields for numbers and days, framed as every field is, and the slider, with a handle that is seen."""
    spin, ends = "QAbstractSpinBox", "width: 18px; border: none; background: transparent"
    return f"""
    {spin} {{ background: {theme.panel}; border: 1px solid {theme.line}; border-radius: {k.RADIUS}px;
        padding: {k.SPACE_1}px; min-height: {sized(20)}px;
        selection-background-color: {theme.selected}; selection-color: {theme.text}; }}
    {spin} QLineEdit, {spin} QLineEdit:focus {{ border: none; padding: 0; background: transparent; }}
    {spin}:focus {{ border: 1px solid {theme.accent}; }}
    {spin}:disabled {{ color: {theme.secondary}; background: transparent; }}
    {spin}::up-button, {spin}::down-button, QDateTimeEdit::drop-down {{ {ends}; }}
    {spin}::up-button:hover, {spin}::down-button:hover {{ background: {theme.selected}; }}
    {spin}::up-arrow {{ image: url({UP}); width: 9px; height: 6px; }}
    {spin}::down-arrow {{ image: url({DOWN}); width: 9px; height: 6px; }}
    QDateTimeEdit::down-arrow {{ image: url({DOWN}); width: 12px; height: 8px; }}
    QSlider::groove:horizontal {{ height: 4px; border-radius: 2px; background: {theme.line}; }}
    QSlider::sub-page:horizontal {{ border-radius: 2px; background: {theme.accent}; }}
    QSlider::sub-page:horizontal:disabled {{ background: {theme.line}; }}
    QSlider::handle:horizontal {{ width: 12px; height: 12px; margin: -5px 0; border-radius: 7px;
        border: 1px solid {theme.panel}; background: {theme.accent}; }}
    QSlider::handle:horizontal:focus {{ border: 2px solid {theme.text}; }}
    QSlider::handle:horizontal:disabled {{ background: {theme.secondary}; }}
    """


def _ticks(theme: Theme) -> str:
    """Boxes to tick and to choose from, with an edge that is seen on every ground."""
    tick = _TICKS["white" if QColor(theme.on_accent).lightnessF() > 0.5 else "black"]
    boxes = "QCheckBox::indicator, QListView::indicator"
    return f"""
    {boxes}, QRadioButton::indicator {{ width: 14px; height: 14px; background: {theme.panel};
        border: 1px solid {theme.secondary}; }}
    {boxes} {{ border-radius: 3px; }}
    QRadioButton::indicator {{ border-radius: 8px; }}
    QCheckBox::indicator:checked, QListView::indicator:checked {{ background: {theme.accent};
        border-color: {theme.accent}; image: url({tick}); }}
    QRadioButton::indicator:checked {{ border: 5px solid {theme.accent}; width: 6px; height: 6px;
        background: {theme.on_accent}; }}
    QCheckBox:focus, QRadioButton:focus {{ outline: 1px solid {theme.accent}; }}
    QCheckBox::indicator:disabled, QRadioButton::indicator:disabled {{ background: transparent; }}
    """


def _tables(theme: Theme) -> str:
    return f"""
    QTableView, QListView {{ background: {theme.panel}; border: none; outline: none;
        selection-background-color: {theme.selected}; selection-color: {theme.text};
        gridline-color: {theme.line}; }}
    QListWidget#names::item {{ padding-left: {k.SPACE_2}px; }}
    QTableView::item {{ padding: 0 {k.SPACE_2}px; border-bottom: 1px solid {theme.raised}; }}
    QTableView::item:selected {{ background: {theme.selected}; color: {theme.text}; }}
    QHeaderView {{ background: {theme.panel}; border: none; }}
    QHeaderView::section {{ background: {theme.panel}; color: {theme.secondary}; border: none;
        border-bottom: 1px solid {theme.line}; padding: 6px {k.SPACE_2}px;
        font-size: {sized(k.TEXT_SECONDARY)}px; }}
    QHeaderView::up-arrow, QHeaderView::down-arrow {{ subcontrol-origin: padding;
        subcontrol-position: top center; width: 10px; height: 8px; }}
    QTableCornerButton::section {{ background: {theme.panel}; border: none; }}
    QScrollArea, QScrollArea > QWidget > QWidget {{ background: transparent; border: none; }}
    """


def _frame(theme: Theme) -> str:
    return f"""
    QWidget#rail {{ background: {theme.panel}; border-right: 1px solid {theme.line}; }}
    QWidget#statusLine {{ background: {theme.panel}; border-top: 1px solid {theme.line}; }}
    QWidget#statusLine QPushButton {{ background: transparent; border: 1px solid transparent;
        padding: 2px {k.SPACE_2}px; min-height: {sized(20)}px; }}
    QWidget#statusLine QPushButton:hover {{ background: {theme.raised}; }}
    QWidget#statusLine QPushButton:focus {{ border: 1px solid {theme.accent}; }}
    QWidget#statusLine QPushButton[tone="wrong"] {{ color: {theme.wrong}; font-weight: 600; }}
    QWidget#statusLine QPushButton[tone="waiting"] {{ color: {theme.waiting}; font-weight: 600; }}
    QFrame#banner {{ background: {theme.raised}; border: none; border-bottom: 1px solid {theme.line}; }}
    QDialog#palette {{ background: {theme.panel}; border: 1px solid {theme.secondary}; }}
    QFrame#notice {{ background: {theme.raised}; border: 1px solid {theme.secondary};
        border-radius: {k.RADIUS}px; }}
    QLabel#keycap {{ background: {theme.raised}; border: 1px solid {theme.line}; border-radius: {k.SPACE_1}px;
        padding: 2px {k.SPACE_2}px; }}
    """
