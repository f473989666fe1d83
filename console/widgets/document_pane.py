"""A document exactly as it is printed, with what can be done with it: print, save, copy for a mail."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PIL import Image
from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from console.item_models.print_words import job_words
from console.language import tr
from console.operations.operator_session import OperatorSession
from console.operations.printing import PrintDesk, Shown
from console.printing.jobs import Job
from console.printing.papers import StoredPaper
from console.theme.tokens import SPACE_1, SPACE_2, SPACE_3
from console.widgets.dispute_outlook import clear
from console.widgets.labels import label, set_tone

WIDEST, NARROWEST = 460, 260
JOBS_SHOWN = 4


class PaperPicture(QWidget):
    """The paper, as wide as there is room, in the proportions in which it comes out."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._picture = QPixmap()
        self._scaled = QPixmap()
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setAccessibleName(tr("The paper as it is printed"))

    def show_paper(self, image: Image.Image | None, text: Sequence[str]) -> None:
        """``text``: what stands on it, for a screen reader."""
        if image is None:
            self._picture = QPixmap()
        else:
            grey = image.convert("L")
            data = grey.tobytes()
            format_ = QImage.Format.Format_Grayscale8
            self._picture = QPixmap.fromImage(QImage(data, grey.width, grey.height, grey.width, format_))
        self._scaled = QPixmap()
        self.setAccessibleDescription("\n".join(line.rstrip() for line in text if line.strip()))
        self.updateGeometry()
        self.update()

    def heightForWidth(self, width: int) -> int:  # noqa: N802
        """As long as the paper is."""
        if self._picture.isNull():
            return 0
        return round(min(width, WIDEST) / self._picture.width() * self._picture.height())

    def sizeHint(self) -> QSize:  # noqa: N802
        """At its usual width."""
        return QSize(WIDEST, self.heightForWidth(WIDEST))

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """Still to be read."""
        return QSize(NARROWEST, self.heightForWidth(NARROWEST))

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        """In the middle."""
        if self._picture.isNull():
            return
        wide, ratio = min(self.width(), WIDEST), self.devicePixelRatioF()
        if (self._scaled.width(), self._scaled.devicePixelRatio()) != (round(wide * ratio), ratio):
            self._scaled = self._picture.scaledToWidth(
                round(wide * ratio), Qt.TransformationMode.SmoothTransformation
            )
            self._scaled.setDevicePixelRatio(ratio)
        QPainter(self).drawPixmap((self.width() - wide) // 2, 0, self._scaled)


class DocumentPane(QWidget):
    """The papers of one visit, one of them shown."""

    left = Signal()
    """Escape: back to the list."""

    def __init__(self, desk: PrintDesk, session: OperatorSession, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk, self._session = desk, session
        self._papers: tuple[StoredPaper, ...] = ()
        self.choice = QComboBox()
        self.choice.setAccessibleName(tr("Document"))
        self.choice.view().setAccessibleName(tr("Documents"))
        self.printers = QComboBox()
        self.printers.setAccessibleName(tr("Printer"))
        self.printers.view().setAccessibleName(tr("Printers"))
        self.print_button = QPushButton(tr("Print"))
        self.save_button = QPushButton(tr("Save as PDF\N{HORIZONTAL ELLIPSIS}"))
        self.mail_button = QPushButton(tr("Copy for a mail"))
        self.note = label("", "secondary", wrap=True)
        self.problem = label("", wrap=True, name=tr("What went wrong"))
        set_tone(self.problem, "wrong")
        self.picture = PaperPicture()
        self._jobs = QVBoxLayout()
        self._jobs.setSpacing(SPACE_1)
        self._lay_out()
        self.choice.activated.connect(self._chose)
        self.print_button.clicked.connect(self.print_it)
        self.save_button.clicked.connect(self.save_it)
        self.mail_button.clicked.connect(self.copy_it)
        desk.changed.connect(self._follow)
        desk.failed.connect(self._say_problem)
        desk.said.connect(lambda _: self._say_problem(""))
        self._follow()

    def show_papers(self, papers: tuple[StoredPaper, ...]) -> None:
        """Another visit's papers, or one more of them: the newest is shown."""
        if papers == self._papers:
            return
        same = bool(papers) and bool(self._papers) and papers[0].key == self._papers[0].key
        more = len(papers) > len(self._papers)
        kept = self.choice.currentIndex() if same and not more else (len(papers) - 1 if same else 0)
        self._papers = papers
        self.choice.clear()
        self.choice.addItems([paper_words(paper) for paper in papers])
        self.choice.setCurrentIndex(max(0, kept))
        self._say_problem("")
        self._desk.look_at(papers[max(0, kept)] if papers else None)

    def take_focus(self) -> None:
        """To what is done most."""
        (self.print_button if self.print_button.isEnabled() else self.save_button).setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Escape goes back to the list."""
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)

    # -- doing ---------------------------------------------------------------------------------------

    def print_it(self) -> None:
        """Print the original, or the next copy."""
        if self._desk.paper is None:
            return
        if not self.printers.count():
            self._say_problem(tr("There is no printer yet: add one on the Devices page."))
            return
        self._say_problem("")
        self._desk.print(self.printers.currentText(), self._session.actor)

    def save_it(self) -> None:
        """Ask where to, and write a PDF."""
        paper = self._desk.paper
        if paper is None:
            return
        name, _ = QFileDialog.getSaveFileName(self, tr("Save as PDF"), f"{paper.label}.pdf", "PDF (*.pdf)")
        if name:
            to = Path(name)
            self._desk.save(to if to.suffix else to.with_suffix(".pdf"), self._session.actor)

    def copy_it(self) -> None:
        """Put the document on the clipboard as a page for a mail."""
        if self._desk.paper is not None:
            self._desk.html(self._session.actor, QApplication.clipboard().setText)

    # -- showing -------------------------------------------------------------------------------------

    def _chose(self, place: int) -> None:
        self._desk.look_at(self._papers[place])

    def _say_problem(self, words: str) -> None:
        self.problem.setText(words)
        self.problem.setVisible(bool(words))

    def _follow(self) -> None:
        shown = self._desk.shown
        for button in (self.print_button, self.save_button, self.mail_button):
            button.setEnabled(shown is not None)
        self.choice.setVisible(len(self._papers) > 1)
        if shown is None:
            self.picture.show_paper(None, ())
            self.print_button.setText(tr("Print"))
            self.note.setText(tr("There is no receipt yet.") if not self._papers else "")
            self._show_jobs(())
            return
        self.print_button.setText(tr("Print a copy") if shown.is_copy else tr("Print"))
        self.note.setText(
            tr("The original is out: what is printed or saved now is marked COPY, with its number.")
            if shown.is_copy
            else tr("The original, as the printer burns it.")
        )
        if shown.problem:
            self._say_problem(f"{shown.problem}.")
        self._show_printers(shown)
        self.picture.show_paper(shown.image, shown.text)
        self._show_jobs(shown.jobs[:JOBS_SHOWN])

    def _show_printers(self, shown: Shown) -> None:
        if list(shown.printers) != [self.printers.itemText(i) for i in range(self.printers.count())]:
            kept = self.printers.currentText()
            self.printers.clear()
            self.printers.addItems(list(shown.printers))
            self.printers.setCurrentText(kept)
        self.printers.setVisible(len(shown.printers) > 1)

    def _show_jobs(self, jobs: Sequence[Job]) -> None:
        clear(self._jobs)
        before: QWidget = self.mail_button
        for job in jobs:
            card, buttons = self._job(job)
            self._jobs.addWidget(card)
            for button in buttons:
                QWidget.setTabOrder(before, button)
                before = button

    def _job(self, job: Job) -> tuple[QWidget, list[QPushButton]]:
        """A job in words, with the buttons for what somebody may do about it."""
        words, tone = job_words(job)
        frame = QFrame()
        frame.setProperty("role", "card")
        said = label(words, wrap=True)
        set_tone(said, tone)
        row = QHBoxLayout(frame)
        row.setContentsMargins(SPACE_2, SPACE_1, SPACE_2, SPACE_1)
        row.setSpacing(SPACE_2)
        row.addWidget(said, 1)
        buttons = []
        for text, does in self._steps(job):
            button = QPushButton(text)
            button.setAccessibleName(tr("{step}: {what}", step=text, what=job.what))
            button.clicked.connect(lambda *_, call=does: call())
            row.addWidget(button)
            buttons.append(button)
        return frame, buttons

    def _steps(self, job: Job) -> tuple[tuple[str, Callable[[], None]], ...]:
        desk = self._desk
        match job.state:
            case "unknown":
                return (
                    (tr("Yes, it printed"), lambda: desk.answer(job.id, printed=True)),
                    (tr("No, print again"), lambda: desk.answer(job.id, printed=False)),
                )
            case "queued" | "failed":
                return (
                    (tr("Try now"), lambda: desk.retry(job.id)),
                    (tr("Give up"), lambda: desk.cancel(job.id)),
                )
            case _:
                return ()

    def _lay_out(self) -> None:
        does = QHBoxLayout()
        does.setSpacing(SPACE_2)
        for part in (self.print_button, self.printers, self.save_button, self.mail_button):
            does.addWidget(part)
        does.addStretch(1)
        inner = QWidget()
        inside = QVBoxLayout(inner)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.addWidget(self.picture)
        inside.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        scroll.setAccessibleName(tr("The paper as it is printed"))
        scroll.setWidget(inner)
        box = QVBoxLayout(self)
        box.setContentsMargins(SPACE_3, SPACE_3, SPACE_3, SPACE_3)
        box.setSpacing(SPACE_2)
        box.addWidget(self.choice)
        box.addLayout(does)
        box.addWidget(self.problem)
        box.addLayout(self._jobs)
        box.addWidget(self.note)
        box.addWidget(scroll, 1)


def paper_words(paper: StoredPaper) -> str:
    """A document in a list."""
    prefix = paper.label.split("-", 1)[0]
    kind = {"R": tr("Receipt"), "C": tr("Refund"), "S": tr("Supplement")}.get(prefix, "")
    return f"{kind} {paper.label}".strip()
