"""Settings: how the console looks and speaks, when it locks, and what the shop has decided."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from PySide6.QtCore import QSettings, Qt, QUrl, Signal
from PySide6.QtGui import QAction, QDesktopServices, QKeySequence
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from console.item_models.setting_words import SIZE_WORDS, THEME_WORDS, kept_words
from console.item_models.words import ShopWords
from console.language import language, languages, own_name, tr, tr_n, tr_noop
from console.language.writing import percent, up_to
from console.operations.about import LICENCE, own_version
from console.operations.learning_desk import LearningPlaces
from console.operations.operator_session import IDLE_CHOICES, OperatorSession
from console.operations.receipt_printer import ReceiptPrinter
from console.theme.appearance import Appearance
from console.theme.fonts import sized
from console.theme.icons import Icon
from console.theme.tokens import SPACE_2, SPACE_3, SPACE_4
from console.widgets.labels import label, titled
from console.widgets.learned_dialog import LearnedDialog
from console.widgets.licences import LicencesDialog
from console.widgets.page import Page

COLUMN = 456


class SettingsPage(Page):
    """Panels of a few choices each, which hold at once; and what the shop has decided, and where."""

    name = "settings"
    word = tr_noop("Settings")
    icon = Icon.SETTINGS
    tip = tr_noop("Language, theme, text size, lock, printer, and what the shop has decided")

    language_chosen = Signal(str)
    text_size_chosen = Signal(str)
    decision_asked = Signal()

    def __init__(
        self,
        appearance: Appearance,
        session: OperatorSession,
        words: ShopWords,
        printer: ReceiptPrinter,
        folders: Sequence[tuple[str, Path | None]],
        *,
        learning: LearningPlaces,
        can_decide: bool = False,
    ) -> None:
        """``folders``: what each is, and where; None: there is none. ``can_decide``: the rules are ours."""
        super().__init__()
        self._can_decide = can_decide
        self._appearance, self._session, self._words = appearance, session, words
        self._printer, self._folders, self._learning = printer, folders, learning
        self._licences = QAction(tr("Licences"), self)
        self._licences.triggered.connect(self.show_licences)
        self._learned = QAction(tr("Learned from answers"), self)
        self._learned.triggered.connect(self.show_learned)
        # Of a recording there is nothing to decide: then it is no action of the window.
        self._decide = QAction(tr("Change when a person is asked"), self if can_decide else None)
        self._decide.setShortcut(QKeySequence("Ctrl+Shift+D"))
        self._decide.triggered.connect(self.decision_asked)
        self._lay_out()
        appearance.changed.connect(self._show_theme)

    def page_actions(self) -> Sequence[QAction]:
        """What was learned, what the shop decides, and licences; everything else stands on the page."""
        own = (self._decide,) if self._can_decide else ()
        return (self._licences, *own, self._learned)

    def take_focus(self) -> None:
        """To the first choice."""
        self.language.setFocus()

    def take_up(self, settings: QSettings) -> None:
        """When to lock, as it was chosen."""
        self._settings = settings
        stored = str(settings.value("lock_minutes", self._session.idle_minutes))
        minutes = next((m for m in IDLE_CHOICES if str(m) == stored), self._session.idle_minutes)
        self._session.lock_after(minutes)
        _choose(self.lock, minutes)

    def show_licences(self) -> None:
        """What this program is made of."""
        dialog = LicencesDialog(self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def show_learned(self) -> None:
        """What reviewed cases have taught, to be applied or taken back."""
        dialog = LearnedDialog(self._learning, self._session, self._appearance, self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    # -- inside --------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        inner = QWidget()
        columns = QHBoxLayout(inner)
        columns.setContentsMargins(0, 0, 0, 0)
        columns.setSpacing(SPACE_3)
        for panels in (
            (self._looks(), self._locking(), self._taught(), self._about()),
            (self._shop(), self._printing(), self._places()),
        ):
            column = QVBoxLayout()
            column.setSpacing(SPACE_3)
            for panel in panels:
                panel.setFixedWidth(sized(COLUMN))
                column.addWidget(panel)
            column.addStretch(1)
            columns.addLayout(column)
        columns.addStretch(1)
        area = QScrollArea()
        area.setWidget(inner)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setAccessibleName(tr("Settings"))
        box = QVBoxLayout(self)
        box.setContentsMargins(SPACE_3, SPACE_3, SPACE_3, SPACE_3)
        box.addWidget(area)

    def _looks(self) -> QFrame:
        self.language = _combo(tr("Language"), [(own_name(code), code) for code in languages()], language())
        self.language.activated.connect(lambda _: self.language_chosen.emit(self.language.currentData()))
        themes = [(tr(word), choice) for choice, word in THEME_WORDS.items()]
        self.theme = _combo(tr("Theme"), themes, self._appearance.choice)
        self.theme.activated.connect(lambda _: self._appearance.choose(self.theme.currentData()))
        sizes = [(tr(word), size) for size, word in SIZE_WORDS.items()]
        self.text_size = _combo(tr("Text size"), sizes, self._appearance.text_size)
        self.text_size.activated.connect(lambda _: self.text_size_chosen.emit(self.text_size.currentData()))
        motions = [(tr("Short movements"), False), (tr("None: changes appear at once"), True)]
        self.motion = _combo(tr("Motion"), motions, self._appearance.reduced_motion)
        self.motion.activated.connect(lambda _: self._appearance.reduce_motion(self.motion.currentData()))
        rows = ((tr("Language"), self.language), (tr("Theme"), self.theme), (tr("Text size"), self.text_size))
        return _panel(tr("Look"), (*rows, (tr("Motion"), self.motion)))

    def _locking(self) -> QFrame:
        choices = [(tr_n("{n} minute", "{n} minutes", m), m) for m in IDLE_CHOICES]
        self.lock = _combo(tr("Lock after"), choices, self._session.idle_minutes)
        self.lock.activated.connect(lambda _: self._lock_after(self.lock.currentData()))
        why = tr("Without a key or a click, whoever is signed in is signed out. Ctrl+L locks at once.")
        return _panel(tr("Lock"), ((tr("Lock after"), self.lock),), why)

    def _shop(self) -> QFrame:
        rules, money = self._words.layout.file.rules, self._words.money
        asks = tr(
            "A person is asked where what would be charged wrongly, times {factor}, comes to more than "
            "{cost}, or where a receipt is less sure than {sure} or one of its lines than {line}.",
            factor=up_to(rules.wrong_cost_factor, 1),
            cost=money(rules.review_cost),
            sure=percent(rules.issue_from, 1),
            line=percent(rules.charge_from, 1),
        )
        rows: list[tuple[str, QWidget]] = [
            (tr("Asking a person costs"), label(money(rules.review_cost))),
            (
                tr("A wrong charge weighs"),
                label(f"{up_to(rules.wrong_cost_factor, 1)}\N{MULTIPLICATION SIGN}"),
            ),
            (tr("Refund alone up to"), label(money(rules.refund_limit))),
            (tr("Disputes within"), label(tr_n("{n} day", "{n} days", rules.refund_days))),
        ]
        kept = kept_words(self._words.layout.file.retention)
        rows += [(what, label(how_long, wrap=True)) for what, how_long in kept]
        where = tr(
            "These stand in the store folder, under [rules] and [retention] in store.toml; "
            "the engine takes changes over while it runs, retention when it starts."
        )
        self.decide = QPushButton(tr("Change when a person is asked …"))
        self.decide.setToolTip(
            tr("With a manager's PIN, and with what it would have done to the last visits")
        )
        self.decide.clicked.connect(self.decision_asked)
        if self._can_decide:
            rows.append(("", self.decide))
        return _panel(tr("What the shop has decided"), rows, f"{asks}\n{where}")

    def _taught(self) -> QFrame:
        self.learned = QPushButton(tr("Look at it"))
        self.learned.setAccessibleName(tr("Learned from answers"))
        self.learned.clicked.connect(self.show_learned)
        why = tr(
            "What units weigh, how scales err and what the cameras are worth is estimated from reviewed "
            "cases. Nothing of it holds before a manager has applied it."
        )
        return _panel(tr("Learned"), ((tr("From answers"), self.learned),), why)

    def _printing(self) -> QFrame:
        names = self._printer.names()
        self.printer = _combo(
            tr("Receipt printer"), [(name, name) for name in names], names[0] if names else ""
        )
        self.printer.activated.connect(lambda _: self._choose_printer(self.printer.currentData()))
        self.printer.setVisible(bool(names))
        self.printer_said = label(self._printer_words(names), "secondary", wrap=True)
        holder = QWidget()
        box = QVBoxLayout(holder)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(SPACE_2)
        box.addWidget(self.printer)
        box.addWidget(self.printer_said)
        return _panel(tr("Printing"), ((tr("Receipt printer"), holder),))

    def _places(self) -> QFrame:
        rows: list[tuple[str, QWidget]] = []
        for what, folder in self._folders:
            shown = label(tr("no folder") if folder is None else str(folder), wrap=True, name=what)
            shown.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            cell = QWidget()
            row = QHBoxLayout(cell)
            row.setContentsMargins(0, 0, 0, 0)
            row.addWidget(shown, 1)
            if folder is not None:
                button = QPushButton(tr("Open folder"))
                button.setAccessibleName(tr("Open: {what}", what=what))
                button.clicked.connect(
                    lambda *_, f=folder: QDesktopServices.openUrl(QUrl.fromLocalFile(str(f)))
                )
                row.addWidget(button)
            rows.append((what, cell))
        return _panel(tr("Folders"), rows)

    def _about(self) -> QFrame:
        button = QPushButton(tr("Licences"))
        button.clicked.connect(self.show_licences)
        said = tr("openaisle {version}, {licence}", version=own_version(), licence=LICENCE)
        return _panel(tr("About"), ((said, button),))

    def _lock_after(self, minutes: int) -> None:
        self._session.lock_after(minutes)
        self._session.touch()
        self._settings.setValue("lock_minutes", minutes)

    def _choose_printer(self, name: str) -> None:
        self.printer_said.setText(
            self._printer.choose(name) or tr("Receipts are printed on {printer}.", printer=name)
        )

    def _printer_words(self, names: Sequence[str]) -> str:
        if self._printer.trouble:
            return self._printer.trouble
        if names:
            return tr("Receipts are printed on {printer}.", printer=names[0])
        return tr("No printer yet: add one on the page Devices (Ctrl+Shift+P there).")

    def _show_theme(self) -> None:
        _choose(self.theme, self._appearance.choice)


def _combo(name: str, choices: Iterable[tuple[str, object]], chosen: object) -> QComboBox:
    made = QComboBox()
    made.setAccessibleName(name)
    made.view().setAccessibleName(name)
    made.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
    for text, value in choices:
        made.addItem(text, value)
    _choose(made, chosen)
    return made


def _choose(combo: QComboBox, value: object) -> None:
    combo.setCurrentIndex(max(0, combo.findData(value)))


def _panel(title: str, rows: Iterable[tuple[str, QWidget]], why: str = "") -> QFrame:
    """Captions at the left, what is chosen at the right, and why under them."""
    inner = QWidget()
    grid = QGridLayout(inner)
    grid.setContentsMargins(SPACE_4, SPACE_2, SPACE_4, SPACE_4)
    grid.setHorizontalSpacing(SPACE_4)
    grid.setVerticalSpacing(SPACE_2)
    grid.setColumnStretch(1, 1)
    grid.setColumnMinimumWidth(0, sized(130))
    at = 0
    for caption, widget in rows:
        said = QLabel(caption)
        said.setTextFormat(Qt.TextFormat.PlainText)
        said.setBuddy(widget)
        grid.addWidget(said, at, 0)
        grid.addWidget(widget, at, 1)
        at += 1
    if why:
        grid.addWidget(label(why, "secondary", wrap=True), at, 0, 1, 2)
    made, _ = titled(title, inner)
    return made
