"""What a store of one's own still lacks, as steps, each with the button that does it."""

from __future__ import annotations

from itertools import pairwise

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from console.language import tr, tr_n
from console.operations.health import Tone
from console.operations.operator_session import OperatorSession
from console.operations.store_setup import State, Step, StepKind, StoreSetup, check_step, steps
from console.theme.appearance import Appearance
from console.theme.icons import Icon, icon_pixmap
from console.theme.tokens import ICON, SPACE_1, SPACE_2, SPACE_3, SPACE_4
from console.widgets.labels import label, rule, set_tone

WIDTH, HEIGHT = 780, 690
SIGNS: dict[State, Icon] = {"done": Icon.GOOD, "missing": Icon.WRONG, "doubtful": Icon.REVIEW}
TONES: dict[State, Tone] = {"done": "good", "missing": "wrong", "doubtful": "waiting"}


class SetupDialog(QDialog):
    """Stays open over what its buttons lead to, and is up to date when that is done."""

    asked = Signal(str, str)
    """A step's kind, and what it is done with."""

    def __init__(
        self,
        setup: StoreSetup,
        session: OperatorSession,
        appearance: Appearance,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._setup, self._session, self._appearance = setup, session, appearance
        self.setWindowTitle(tr("Set up my store"))
        self.setAccessibleName(self.windowTitle())
        self.buttons: dict[StepKind, QPushButton] = {}
        self._shown: tuple[Step, ...] = ()
        self.summary = label("", "body", wrap=True, name=tr("How far it is"))
        self._room = QWidget()
        self._grid = QGridLayout(self._room)
        self._grid.setHorizontalSpacing(SPACE_3)
        self._grid.setVerticalSpacing(SPACE_2)
        self._grid.setColumnStretch(1, 1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setWidget(self._room)
        scroll.setAccessibleName(tr("Steps"))
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.close_button = QPushButton(tr("Close"))
        self.close_button.setAutoDefault(False)
        self.close_button.clicked.connect(self.accept)
        foot = QHBoxLayout()
        foot.addWidget(label(tr("You find this again in the menu (Alt+M)."), "secondary"), 1)
        foot.addWidget(self.close_button)
        box = QVBoxLayout(self)
        box.setContentsMargins(SPACE_4, SPACE_4, SPACE_4, SPACE_4)
        box.setSpacing(SPACE_3)
        box.addWidget(label(tr("Set up my store"), "title"))
        box.addWidget(self.summary)
        box.addWidget(scroll, 1)
        box.addWidget(rule())
        box.addLayout(foot)
        self.resize(WIDTH, HEIGHT)
        setup.changed.connect(self.show_steps)
        session.changed.connect(self.show_steps)
        appearance.changed.connect(self._again)
        self.show_steps()
        setup.look()

    def show_steps(self) -> None:
        """As the folder was when it was last read."""
        found = self._setup.found
        if found is None:
            self.summary.setText(tr("The store's folder is being read …"))
            return
        managers = [one for one in self._session.operators or () if one.role == "manager"]
        made = (
            (check_step(found.problems),)
            if found.layout is None
            else steps(found.layout, found.problems, has_manager=bool(managers))
        )
        missing = [step for step in made if step.state == "missing"]
        doubtful = [step for step in made if step.state == "doubtful"]
        if missing:
            self.summary.setText(tr_n("{n} thing is missing.", "{n} things are missing.", len(missing)))
        elif doubtful:
            self.summary.setText(
                tr_n(
                    "Nothing is missing; {n} thing is worth a look.",
                    "Nothing is missing; {n} things are worth a look.",
                    len(doubtful),
                )
            )
        else:
            self.summary.setText(tr("Everything is there. Try it before you open."))
        set_tone(self.summary, "wrong" if missing else "waiting" if doubtful else "good")
        if made != self._shown:
            self._fill(made)

    # -- inside --------------------------------------------------------------------------------------

    def _again(self) -> None:
        made, self._shown = self._shown, ()
        self._fill(made)

    def _fill(self, made: tuple[Step, ...]) -> None:
        """The button that had the keys has them again: it may say something else now."""
        had = next((kind for kind, button in self.buttons.items() if button.hasFocus()), None)
        while (item := self._grid.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        self.buttons, self._shown = {}, made
        for row, step in enumerate(made):
            self._grid.addWidget(self._sign(step.state), row, 0, Qt.AlignmentFlag.AlignTop)
            words = QWidget()
            cell = QVBoxLayout(words)
            cell.setContentsMargins(0, 0, 0, SPACE_2)
            cell.setSpacing(SPACE_1)
            cell.addWidget(label(step.title, "caption"))
            told = label(step.words, "secondary", wrap=True)
            if step.state != "done":
                set_tone(told, TONES[step.state])
            cell.addWidget(told)
            self._grid.addWidget(words, row, 1)
            if step.does:
                button = self.buttons[step.kind] = QPushButton(step.does)
                button.setAutoDefault(False)
                button.setAccessibleDescription(f"{step.title}. {step.words}")
                button.clicked.connect(lambda _=False, s=step: self.asked.emit(s.kind, s.about))
                self._grid.addWidget(button, row, 2, Qt.AlignmentFlag.AlignTop)
        self._grid.setRowStretch(len(made), 1)
        first = next(
            (step.kind for step in made if step.state == "missing" and step.kind in self.buttons), None
        )
        kind = had if had in self.buttons else first
        if kind is not None:
            self.buttons[kind].show()  # a layout shows what it was given a moment later: no keys till then
            self.buttons[kind].setFocus()
        order = [*self.buttons.values(), self.close_button]
        for before, after in pairwise(order):
            QWidget.setTabOrder(before, after)

    def _sign(self, state: State) -> QWidget:
        made = _Sign(SIGNS[state], getattr(self._appearance.theme, TONES[state]))
        word = {"done": tr("there"), "missing": tr("missing"), "doubtful": tr("worth a look")}[state]
        made.setAccessibleName(word)
        made.setToolTip(word)
        return made


class _Sign(QWidget):
    """An icon, as sharp as the screen that it is on."""

    def __init__(self, what: Icon, colour: str) -> None:
        super().__init__()
        self._what, self._colour = what, colour
        self.setFixedSize(ICON, ICON)

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        """The icon."""
        picture = icon_pixmap(self._what, self._colour, ICON, self.devicePixelRatioF())
        QPainter(self).drawPixmap(0, 0, picture)
