"""Products and planogram from a spreadsheet: what that would change, from when on, and then doing it."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

from PySide6.QtCore import QFileSystemWatcher, QTimer
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from console.item_models.catalogue_rows import DifferencesModel, moment
from console.item_models.keyed_rows import Column, KeyedRows
from console.item_models.words import ShopWords
from console.language import tr, tr_n
from console.language.sentences import in_words
from console.operations.catalogue import Plan
from console.operations.catalogue_desk import CatalogueDesk
from console.operations.disputes import SignIn
from console.operations.operator_session import OperatorSession
from console.theme.appearance import Appearance
from console.theme.icons import Icon
from console.theme.tokens import SPACE_1, SPACE_2, SPACE_3, SPACE_4
from console.widgets.data_table import DataTable
from console.widgets.labels import EmptyState, label, panel, set_tone
from console.widgets.plan_preview import counts_words, problem_words
from console.widgets.signed_foot import SignedFoot
from console.widgets.when_fields import WhenFields
from store_layout.findings import CATALOG, PLANOGRAM
from store_layout.problems import Problem, errors_among

WIDTH, HEIGHT = 940, 620
PREVIEW_MS = 300
"""After the last key, or the last write into a file that was chosen."""


class ProblemsModel(KeyedRows[Problem]):
    """What is wrong with the files, mistakes first."""

    def __init__(self) -> None:
        super().__init__(
            (
                Column(
                    tr("Where"),
                    lambda p: f"{p.file}, {in_words(p.where)}" if p.where else p.file,
                    tone=lambda p: "wrong" if p.severity == "error" else "waiting",
                    sign=lambda p: Icon.WRONG if p.severity == "error" else Icon.REVIEW,
                    tip=problem_words,
                ),
                Column(tr("What"), lambda p: in_words(p.what), tip=lambda p: in_words(p.what)),
                Column(tr("What to do"), lambda p: in_words(p.remedy), tip=lambda p: in_words(p.remedy)),
            ),
            key=lambda p: (p.file, p.where, p.what, p.severity),
        )


class ImportDialog(QDialog):
    """A dry run follows each choice; closes when the change is made or planned."""

    def __init__(
        self,
        desk: CatalogueDesk,
        session: OperatorSession,
        words: ShopWords,
        *,
        appearance: Appearance,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._desk, self._words = desk, words
        self.foot = SignedFoot(session, tr("Import it now"), tr("Cancel"))
        self._plan: Plan | None = None
        self.setWindowTitle(tr("Import products and planogram"))
        self.setAccessibleName(self.windowTitle())
        self._differences, self._problems = DifferencesModel(words, self), ProblemsModel()
        self._problems.setParent(self)
        self.differences = DataTable(
            self._differences, tr("What would change"), (220, 0, 130, 100, 100), appearance
        )
        self.problems = DataTable(self._problems, tr("What is wrong"), (250, 0, 300), appearance)
        self._make_fields()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(PREVIEW_MS)
        self._timer.timeout.connect(self.look)
        self._files = QFileSystemWatcher(self)
        self._lay_out()
        self._connect()
        self._asks()
        self.catalog.setFocus()

    def look(self) -> None:
        """Read the files as they are now, and say what they would change."""
        catalog, planogram = _path(self.catalog), _path(self.planogram)
        if catalog is None and planogram is None:
            return
        self._watch(catalog, planogram)
        self._desk.plan_import(catalog, planogram, partial=self.partial.isChecked(), at=self.when.at)

    def save_tables(self) -> None:
        """Copies of the tables as they are, to begin with."""
        found = QFileDialog.getExistingDirectory(self, tr("Save the tables as they are"))
        if found:
            self._desk.save_tables(Path(found))

    def save(self, who: SignIn, why: str) -> None:
        """Have it made or planned."""
        if self._plan is not None:
            self._desk.carry_out(self._plan, who, why)

    def done(self, result: int) -> None:
        """Closed."""
        self._timer.stop()
        if self._files.files():
            self._files.removePaths(self._files.files())
        self._desk.forget_plan()
        super().done(result)

    # -- inside --------------------------------------------------------------------------------------

    def _watch(self, *paths: Path | None) -> None:
        """Whoever saves the spreadsheet again sees what it would change then."""
        wanted = {str(path) for path in paths if path is not None and path.is_file()}
        known = set(self._files.files())
        if known - wanted:
            self._files.removePaths(sorted(known - wanted))
        if wanted - known:
            self._files.addPaths(sorted(wanted - known))

    def _asks(self) -> None:
        self._plan = None
        self._show_save()
        if not self.catalog.text().strip() and not self.planogram.text().strip():
            self._desk.forget_plan()
            self._timer.stop()
            self.told.setText("")
            self._empty.heading.setText(tr("No file yet"))
            self._stack.setCurrentIndex(0)
        else:
            self._timer.start()

    def _show_plan(self, plan: Plan) -> None:
        self._plan = plan
        errors = errors_among(plan.problems)
        ordered = [*errors, *(p for p in plan.problems if p.severity != "error")]
        self._problems.replace(list(dict.fromkeys(ordered)))
        self._differences.replace(plan.differences)
        self.problems.setVisible(bool(ordered))
        self.differences.setVisible(not errors)
        if errors:
            self._tell(
                tr_n(
                    "{n} mistake: nothing can be changed", "{n} mistakes: nothing can be changed", len(errors)
                ),
                "wrong",
            )
        elif not plan.differences:
            self._tell(tr("Nothing would change: the tables are so already."), "neutral")
        else:
            self._tell(tr("It would change: {what}.", what=counts_words(plan)), "good")
        self._stack.setCurrentIndex(1)
        self._show_save()

    def _saved(self, made: tuple[Path, ...]) -> None:
        self._tell(tr("Saved: {files}.", files=", ".join(str(path) for path in made)), "good")

    def _tell(self, words: str, tone: str) -> None:
        self.told.setText(words)
        set_tone(self.told, tone)  # type: ignore[arg-type]  # one of the tones

    def _refuse_plan(self, words: str) -> None:
        self._tell(words, "wrong")
        self._empty.heading.setText(tr("These files cannot be looked at"))
        self._stack.setCurrentIndex(0)
        self._show_save()

    def _was_made(self) -> None:
        if self.foot.waits:
            self.accept()

    def _show_save(self) -> None:
        plan, at = self._plan, self.when.at
        does = tr("Import it now") if at is None else tr("Plan it for {time}", time=moment(at, self._words))
        self.foot.offer(can=plan is not None and plan.makes_a_difference, does=does)

    def _choose(self, field: QLineEdit, title: str) -> None:
        found, _ = QFileDialog.getOpenFileName(self, title, field.text(), "CSV (*.csv)")
        if found:
            field.setText(found)

    # -- building ------------------------------------------------------------------------------------

    def _make_fields(self) -> None:
        self.catalog, self.planogram = QLineEdit(), QLineEdit()
        self.choose_catalog, self.choose_planogram = QPushButton(tr("Choose")), QPushButton(tr("Choose"))
        for field, button, name in (
            (self.catalog, self.choose_catalog, tr("Catalogue")),
            (self.planogram, self.choose_planogram, tr("Planogram")),
        ):
            field.setAccessibleName(name)
            button.setAccessibleName(tr("Choose a file: {what}", what=name))
            button.clicked.connect(lambda _=False, f=field, n=name: self._choose(f, n))
        self.catalog.setPlaceholderText(tr("A CSV file as {name}, or empty: it stays", name=CATALOG))
        self.planogram.setPlaceholderText(tr("A CSV file as {name}, or empty: it stays", name=PLANOGRAM))
        self.partial = QCheckBox(tr("Rows that are not in the files stay"))
        self.partial.setToolTip(tr("Without it the files are the whole tables: what is not in them goes."))
        self.when = WhenFields(self._words)
        self.again = QPushButton(tr("Look again"))
        self.again.setToolTip(tr("Read the files again; that happens by itself when they are saved."))
        self.tables = QPushButton(tr("Save the tables as they are …"))
        self.tables.setToolTip(tr("To change them in a spreadsheet, and import them again"))
        self.told = label("", "caption", wrap=True, name=tr("What it comes to"))

    def _connect(self) -> None:
        for field in (self.catalog, self.planogram):
            field.textChanged.connect(self._asks)
        self.partial.toggled.connect(self._asks)
        self.when.changed.connect(self._asks)
        self.again.clicked.connect(self.look)
        self.tables.clicked.connect(self.save_tables)
        self._desk.saved.connect(self._saved)
        self._files.fileChanged.connect(self._asks)
        self.foot.signed.connect(self.save)
        self.foot.left.connect(self.reject)
        self._desk.planned.connect(self._show_plan)
        self._desk.not_planned.connect(self._refuse_plan)
        self._desk.made.connect(self._was_made)
        self._desk.refused.connect(self.foot.refuse)

    def _lay_out(self) -> None:
        form = QFormLayout()
        form.setHorizontalSpacing(SPACE_3)
        form.setVerticalSpacing(SPACE_1)
        for caption, field, button in (
            (tr("Catalogue"), self.catalog, self.choose_catalog),
            (tr("Planogram"), self.planogram, self.choose_planogram),
        ):
            row = QHBoxLayout()
            row.setSpacing(SPACE_2)
            row.addWidget(field, 1)
            row.addWidget(button)
            form.addRow(label(caption, "secondary"), row)
        form.addRow("", self.partial)
        self._empty = EmptyState(
            tr("No file yet"),
            tr(
                "Choose a table saved as CSV by a spreadsheet. What it would change is listed here, before "
                "anything is changed."
            ),
        )
        shown = panel()
        both = QVBoxLayout(shown)
        both.setContentsMargins(1, 1, 1, 1)
        both.setSpacing(0)
        both.addWidget(self.problems, 1)
        both.addWidget(self.differences, 2)
        self._stack = QStackedWidget()
        self._stack.addWidget(self._empty)
        self._stack.addWidget(shown)
        middle = QHBoxLayout()
        middle.setSpacing(SPACE_2)
        middle.addWidget(self.when, 1)
        middle.addWidget(self.again)
        middle.addWidget(self.tables)
        box = QVBoxLayout(self)
        box.setContentsMargins(SPACE_4, SPACE_4, SPACE_4, SPACE_4)
        box.setSpacing(SPACE_2)
        box.addLayout(form)
        box.addLayout(middle)
        box.addWidget(self.told)
        box.addWidget(self._stack, 1)
        box.addWidget(self.foot)
        for button in (self.choose_catalog, self.choose_planogram, self.again, self.tables):
            button.setAutoDefault(False)
        self.resize(WIDTH, HEIGHT)
        order = (
            self.catalog, self.choose_catalog, self.planogram, self.choose_planogram, self.partial,
            self.when.now, self.when.later, self.when.time, self.again, self.tables,
            self.problems, self.differences,
            *self.foot.keys,
        )  # fmt: skip
        for before, after in pairwise(order):
            QWidget.setTabOrder(before, after)


def _path(field: QLineEdit) -> Path | None:
    text = field.text().strip()
    return Path(text).expanduser() if text else None
