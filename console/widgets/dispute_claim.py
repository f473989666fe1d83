"""What is said for the record when a dispute is opened: a reason, the customer's words, files beside them."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from console.back_office.corrections import Account, Change, Reason
from console.back_office.dispute_rows import DisputeRow
from console.item_models.dispute_drafting import REASONS, likely_reason, reason_words
from console.language import tr
from console.theme.tokens import SPACE_2
from console.widgets.labels import label

SHORTEST = 18
"""Letters of a reason that are always seen; all of it where there is room, and in the list."""


class DisputeClaim(QWidget):
    """Filled in for a new dispute; of one that is decided only its evidence is named."""

    entered = Signal()
    """Return in the customer's words."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.files: list[Path] = []
        self._deciding: DisputeRow | None = None
        self._chose = False
        self.reason = QComboBox()
        self.reason.setAccessibleName(tr("Reason"))
        self.reason.view().setAccessibleName(tr("Reasons"))
        self.reason.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.reason.setMinimumContentsLength(SHORTEST)
        self.reason.addItems([reason_words(reason) for reason in REASONS])
        self.message = QLineEdit()
        self.message.setPlaceholderText(tr("What the customer says, for the record"))
        self.message.setAccessibleName(tr("What the customer says"))
        self.attach = QPushButton(tr("Attach evidence\N{HORIZONTAL ELLIPSIS}"))
        self._caption = label(tr("Reason"), "secondary")
        self._names = label("", "secondary", wrap=True)
        row = QHBoxLayout()
        row.setSpacing(SPACE_2)
        row.addWidget(self._caption)
        row.addWidget(self.reason, 1)
        said = QHBoxLayout()
        said.setSpacing(SPACE_2)
        said.addWidget(self.message, 1)
        said.addWidget(self.attach)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(SPACE_2)
        box.addLayout(row)
        box.addLayout(said)
        box.addWidget(self._names)
        self.reason.activated.connect(self._was_chosen)
        self.message.returnPressed.connect(self.entered)
        self.attach.clicked.connect(self._attach)

    @property
    def chosen_reason(self) -> Reason:
        """The reason that stands there."""
        return REASONS[self.reason.currentIndex()]

    def begin_anew(self) -> None:
        """Nothing is said yet."""
        self._chose, self.files = False, []
        self.message.clear()
        self.show_dispute(None)

    def show_dispute(self, deciding: DisputeRow | None) -> None:
        """Which dispute is decided; None: a new one is filled in."""
        self._deciding = deciding
        for part in (self.reason, self.message, self.attach, self._caption):
            part.setVisible(deciding is None)
        self._name_files()

    def suggest(self, changes: tuple[Change, ...], account: Account) -> None:
        """What the changes look like, until somebody has chosen a reason."""
        likely = None if self._chose else likely_reason(changes, account)
        if likely is not None:
            self.reason.setCurrentIndex(REASONS.index(likely))

    def _was_chosen(self, _place: int) -> None:
        self._chose = True

    def _attach(self) -> None:
        files, _ = QFileDialog.getOpenFileNames(self, tr("Attach evidence"))
        self.files += [Path(name) for name in files if Path(name) not in self.files]
        self._name_files()

    def _name_files(self) -> None:
        names = [file.name for file in self.files]
        if self._deciding is not None:
            names = [piece.name for piece in self._deciding.evidence]
        said = ", ".join(names)
        self._names.setText(tr("Evidence: {names}", names=said) if said else tr("No evidence."))
        self._names.setVisible(bool(names) or self._deciding is not None)
