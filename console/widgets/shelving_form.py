"""Rebuild a shelf that stands: divide and join slots, add, move and take out boards, drawn as it will be."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QHBoxLayout,
    QListWidget,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from console.language import tr
from console.language.sentences import in_words
from console.language.writing import decimal
from console.operations.disputes import SignIn
from console.operations.gondolas import Face
from console.operations.live_state import LiveState
from console.operations.operator_session import OperatorSession
from console.operations.shelving_drafts import (
    Board,
    ShelvingError,
    boards_of,
    divided,
    followed,
    gone_slots,
    held_from,
    joined,
    moved_board,
    neighbour_of,
    with_board,
    without_board,
)
from console.operations.shelving_work import used_names
from console.operations.store_desk import StoreDesk
from console.theme.appearance import Appearance
from console.theme.fonts import sized
from console.theme.tokens import SPACE_1, SPACE_2, SPACE_3, SPACE_4
from console.widgets.front_board import FrontBoard
from console.widgets.labels import label, rule, set_tone
from console.widgets.number_fields import count_field, number_field
from console.widgets.signed_foot import SignedFoot
from store_layout.change_files import ChangeError
from store_layout.model import Slot, StoreLayout

WIDTH, RIGHT = 1000, 380
HIGHEST_M = 4.0
MOST = 20
Step = Callable[[StoreLayout, Face], tuple[StoreLayout, str]]


class ShelvingForm(QDialog):
    """Nothing is written before a manager signs; each step is listed, and the last can be taken back."""

    def __init__(
        self,
        desk: StoreDesk,
        session: OperatorSession,
        state: LiveState,
        face: Face,
        *,
        slot: str,
        appearance: Appearance,
        parent: QWidget | None = None,
    ) -> None:
        """``face``: the side; ``slot``: the one that is chosen first."""
        super().__init__(parent)
        self._desk, self._state, self._first = desk, state, face
        self._before = desk.layout
        self._steps: list[tuple[StoreLayout, Face, str]] = []
        self._used = _used(desk)
        name = face.fixture.name or face.fixture.id
        self.setWindowTitle(tr("Boards and slots of {shelf}", shelf=name))
        self.setAccessibleName(self.windowTitle())
        self._about, self._name = face.fixture.id, name
        self.board = FrontBoard(appearance)
        self.foot = SignedFoot(session, tr("Rebuild it now"), tr("Cancel"))
        self._make_fields()
        self._lay_out()
        self._connect()
        self._show()
        self.board.choose(slot)
        self._show_chosen()
        self.board.setFocus()

    @property
    def layout_now(self) -> StoreLayout:
        """The store with all steps."""
        return self._steps[-1][0] if self._steps else self._before

    def divide(self) -> None:
        """The chosen slot in two."""
        slot, share, own = self.board.slot, self.share.value() / 100.0, self.own_scale.isChecked()
        self._do(lambda now, face: divided(now, face, slot, share, own_scale=own, used=self._used))

    def join(self) -> None:
        """The chosen slot with the one on its right, unless somebody may put something back there."""
        slot = self.board.slot

        def step(now: StoreLayout, face: Face) -> tuple[StoreLayout, str]:
            after, told = joined(now, face, slot)
            if held := held_from(self._before, gone_slots(self._before, after), self._carts()):
                raise ShelvingError(held)
            return after, told

        self._do(step)

    def move_board(self) -> None:
        """The chosen slot's board to another height."""
        board, height = self._chosen_board(), self.height_field.value()
        if board is not None:
            self._do(lambda now, face: moved_board(now, face, board.shelf, height))

    def remove(self) -> None:
        """Take the chosen slot's board out."""
        board = self._chosen_board()
        if board is not None:
            self._do(lambda now, face: without_board(now, face, board.shelf))

    def add(self) -> None:
        """Another board."""
        height, columns, scales = self.new_height.value(), self.columns.value(), self.scales.isChecked()
        self._do(lambda now, face: with_board(now, face, height, columns, scales=scales, used=self._used))

    def step_back(self) -> None:
        """Without the last step."""
        if self._steps:
            self._steps.pop()
            self._say("")
            self._show()

    def save(self, who: SignIn, why: str) -> None:
        """Have it written."""
        self._say("")
        self._desk.rebuild(
            self._before,
            self.layout_now,
            self._carts(),
            who,
            why,
            about=self._about,
            said=tr("{shelf} is rebuilt.", shelf=self._name),
        )

    # -- inside --------------------------------------------------------------------------------------

    def _carts(self) -> tuple[tuple[str, str], ...]:
        snapshot = self._state.snapshot
        carts = () if snapshot is None else snapshot.carts
        return tuple((cart.code, line.sku) for cart in carts for line in cart.lines)

    def _face(self) -> Face:
        return self._steps[-1][1] if self._steps else self._first

    def _slot(self) -> Slot | None:
        return self.layout_now.slots.get(self.board.slot)

    def _chosen_board(self) -> Board | None:
        boards = boards_of(self._face())
        return next((b for b in boards if self.board.slot in {slot.id for slot in b.slots}), None)

    def _do(self, step: Step) -> None:
        now, face = self.layout_now, self._face()
        try:
            after, told = step(now, face)
        except ShelvingError as error:
            self._say(f"{in_words(error)}.")
            return
        self._steps.append((after, followed(face, now, after), told))
        self._say("")
        self._show()

    def _say(self, words: str) -> None:
        self.problem.setText(words)
        self.problem.setVisible(bool(words))

    def _show(self) -> None:
        """The front as it will be, and the steps to it."""
        layout = self.layout_now
        texts = {slot: ", ".join(self._products(slot)) or tr("empty") for slot in layout.slots}
        new = frozenset(layout.slots.keys() - self._before.slots.keys())
        self.board.show_face(self._face(), texts, new)
        self.list.clear()
        self.list.addItems([told for *_, told in self._steps])
        self.list.scrollToBottom()
        self.back.setEnabled(bool(self._steps))
        self.foot.offer(can=bool(self._steps))
        self._show_chosen()

    def _show_chosen(self) -> None:
        """What can be done with the slot, and with its board."""
        slot, board = self._slot(), self._chosen_board()
        if slot is None or board is None:
            return
        wide = max(slot.high[0] - slot.low[0], slot.high[1] - slot.low[1])
        told = tr(
            "{slot}: {wide} m wide, {high} m high, {scale}.",
            slot=slot.id,
            wide=decimal(wide, 2),
            high=decimal(slot.high[2] - slot.low[2], 2),
            scale=tr("on {scale}", scale=slot.scale) if slot.scale else tr("no scale"),
        )
        self._told.setText(told)
        right = neighbour_of(self._face(), slot.id)
        self.join_button.setEnabled(right is not None)
        self.join_button.setText(
            tr("Join it with {slot}, on its right", slot=right.id)
            if right
            else tr("Nothing on its right to join it with")
        )
        self.height_field.blockSignals(True)
        self.height_field.setValue(board.bottom)
        self.height_field.blockSignals(False)

    def _products(self, slot: str) -> list[str]:
        layout = self.layout_now
        rows = [row.sku for row in layout.planogram if row.slot == slot]
        return [layout.products[sku].name if sku in layout.products else sku for sku in rows]

    def _saved(self) -> None:
        if self.foot.waits:
            self.accept()

    # -- building ------------------------------------------------------------------------------------

    def _make_fields(self) -> None:
        self.share = count_field(tr("Share of the left part, percent"), 5, 95, 50)
        self.share.setSuffix(" %")
        self.own_scale = QCheckBox(tr("Its own scale under the new part"))
        self.divide_button = QPushButton(tr("Divide it"))
        self.join_button = QPushButton()
        self.height_field = number_field(
            tr("Height of the board, metres over the floor"), 0.0, HIGHEST_M, 0.3, digits=2, step=0.05
        )
        self.move_button = QPushButton(tr("Move it there"))
        self.remove_button = QPushButton(tr("Take the board out"))
        face = self._face()
        self.new_height = number_field(
            tr("Height of the new board, metres over the floor"), 0.0, HIGHEST_M,
            round(face.height / 2, 2), digits=2, step=0.05,
        )  # fmt: skip
        self.columns = count_field(
            tr("Slots on the new board"), 1, MOST, max(1, len(boards_of(face)[0].slots))
        )
        self.scales = QCheckBox(tr("A scale under each"))
        self.scales.setChecked(any(placed.slot.scale for placed in face.slots))
        self.add_button = QPushButton(tr("Add the board"))
        self.list = QListWidget()
        self.list.setAccessibleName(tr("What changes"))
        self.list.setWordWrap(True)
        self.list.setMinimumHeight(sized(72))
        self.back = QPushButton(tr("Take the last step back"))
        self._told = label("", "secondary", wrap=True, name=tr("The chosen slot"))
        self.problem = label("", "secondary", wrap=True)
        set_tone(self.problem, "wrong")
        self.problem.hide()
        for button in self._buttons():
            button.setAutoDefault(False)

    def _buttons(self) -> tuple[QPushButton, ...]:
        return (
            self.divide_button, self.join_button, self.move_button, self.remove_button, self.add_button,
            self.back,
        )  # fmt: skip

    def _connect(self) -> None:
        self.board.chosen.connect(lambda _: self._show_chosen())
        for button, call in zip(
            self._buttons(),
            (self.divide, self.join, self.move_board, self.remove, self.add, self.step_back),
            strict=True,
        ):
            button.clicked.connect(call)
        self.foot.signed.connect(self.save)
        self.foot.left.connect(self.reject)
        self._desk.saved.connect(self._saved)
        self._desk.refused.connect(self.foot.refuse)

    def _right(self) -> QWidget:
        made = QWidget()
        box = QVBoxLayout(made)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(SPACE_2)
        box.addWidget(label(tr("The chosen slot"), "caption"))
        box.addWidget(self._told)
        box.addLayout(_row(label(tr("Left part"), "secondary"), self.share, self.divide_button))
        box.addWidget(self.own_scale)
        box.addWidget(self.join_button)
        box.addWidget(rule())
        box.addWidget(label(tr("Its board"), "caption"))
        box.addLayout(_row(label(tr("Height, m"), "secondary"), self.height_field, self.move_button))
        box.addWidget(self.remove_button)
        box.addWidget(rule())
        box.addWidget(label(tr("Another board"), "caption"))
        box.addLayout(_row(label(tr("Height, m"), "secondary"), self.new_height, self.add_button))
        box.addLayout(_row(label(tr("Slots"), "secondary"), self.columns, self.scales))
        box.addWidget(self.problem)
        box.addStretch(1)
        made.setFixedWidth(sized(RIGHT))
        return made

    def _lay_out(self) -> None:
        left = QVBoxLayout()
        left.setSpacing(SPACE_2)
        left.addWidget(self.board, 3)
        left.addLayout(_row(label(tr("What changes"), "caption"), None, self.back))
        left.addWidget(self.list, 1)
        sides = QHBoxLayout()
        sides.setSpacing(SPACE_4)
        sides.addLayout(left, 1)
        sides.addWidget(self._right())
        box = QVBoxLayout(self)
        box.setContentsMargins(SPACE_4, SPACE_4, SPACE_4, SPACE_4)
        box.setSpacing(SPACE_3)
        box.addLayout(sides, 1)
        box.addWidget(self.foot)
        self.setMinimumWidth(WIDTH)
        order = (
            self.board, self.share, self.divide_button, self.own_scale, self.join_button, self.height_field,
            self.move_button, self.remove_button, self.new_height, self.add_button, self.columns, self.scales,
            self.back, self.list, *self.foot.keys,
        )  # fmt: skip
        for before, after in pairwise(order):
            QWidget.setTabOrder(before, after)


def _used(desk: StoreDesk) -> frozenset[str]:
    try:
        return frozenset() if desk.folder is None else used_names(desk.folder)
    except ChangeError:  # what is wrong with it is said where it is written
        return frozenset()


def _row(*parts: QWidget | None) -> QHBoxLayout:
    box = QHBoxLayout()
    box.setSpacing(SPACE_1 * 2)
    for number, part in enumerate(parts):
        if part is None:
            box.addStretch(1)
        else:
            box.addWidget(part, 1 if number == 1 else 0)
    return box
