"""The line at the bottom: whether the store is well, and what is not."""

from __future__ import annotations

import msgspec
from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from console.engine_process.link import EngineState
from console.item_models.source_words import source_words
from console.item_models.words import NOT_A_VISIT, span
from console.language import tr, tr_n, tr_noop
from console.language.sentences import in_words
from console.language.writing import decimal
from console.operations.device_desk import DeviceDesk
from console.operations.engine_messages import EngineMessages
from console.operations.health import Tally, Tone, tally
from console.operations.live_state import LiveState
from console.operations.store_switch import StoreSwitch
from console.theme.appearance import Appearance
from console.theme.fonts import sized
from console.theme.icons import Icon, icon
from console.theme.tokens import ICON_SMALL, SPACE_1
from console.widgets.labels import set_tone
from console.widgets.source_button import AROUND, SOURCE_LEAST, SourceButton
from inference.messages.wire import DeviceStatus, Snapshot, SourceStatus

ENGINE_WORDS: dict[EngineState, tuple[str, Tone]] = {
    "starting": (tr_noop("Engine starting"), "waiting"),
    "running": (tr_noop("Engine running"), "good"),
    "restarting": (tr_noop("Engine restarting"), "waiting"),
    "renewing": (tr_noop("Engine changing over"), "waiting"),
    "stopped": (tr_noop("Engine stopped"), "wrong"),
    "failed": (tr_noop("Engine failed"), "wrong"),
}
_SIGNS: dict[Tone, Icon] = {
    "good": Icon.GOOD,
    "waiting": Icon.WAITING,
    "wrong": Icon.WRONG,
    "neutral": Icon.OFF,
}


class StatusLine(QWidget):
    """Short words with a sign each; every one leads to where more is said."""

    led_to = Signal(str, str)
    """Page, and what to look at there."""
    replay_toggled = Signal()

    messages_asked = Signal()

    def __init__(
        self,
        state: LiveState,
        switch: StoreSwitch,
        appearance: Appearance,
        desk: DeviceDesk,
        messages: EngineMessages,
    ) -> None:
        """``desk`` knows this computer's printers."""
        super().__init__()
        self._desk, self._messages = desk, messages
        self.setObjectName("statusLine")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedHeight(sized(34))
        self._state, self._switch, self._appearance = state, switch, appearance
        self._reviews = (0, "")
        self._icons: dict[QPushButton, tuple[Icon, str]] = {}
        self._words: dict[QPushButton, tuple[str, str]] = {}
        """What each part says, and what it says where there is little room."""
        self._fitted: tuple[object, ...] = ()
        self._told: dict[QPushButton, tuple[object, ...]] = {}
        """What the words of each part were made of: most of it is the same ten times a second."""
        self._box = QHBoxLayout(self)
        self._box.setContentsMargins(SPACE_1, 0, SPACE_1, 0)
        self._box.setSpacing(0)
        self.store = self._part(tr("Store"), "", "")
        self.store.clicked.connect(switch.toggle)
        self.engine = self._part(tr("Engine"), "devices", "")
        self.cameras = self._part(tr("Cameras"), "devices", "camera")
        self.scales = self._part(tr("Scales"), "devices", "scale")
        self.printers = self._part(tr("Printers"), "devices", "printer")
        self.printers.hide()
        self.others = self._part(tr("Other devices in trouble"), "devices", "trouble")
        self.inside = self._part(tr("Inside"), "visits", "inside")
        self.waiting = self._part(tr("Waiting visits"), "visits", "inside")
        self.review = self._part(tr("Review"), "review", "")
        self.review.hide()
        self.messages = self._part(tr("Messages"), "", "")
        self.messages.hide()
        self.messages.clicked.connect(self.messages_asked)
        self.source = SourceButton()
        self._part(tr("Source"), "", "", self.source)
        self._box.setStretchFactor(self.source, 1)
        self.source.clicked.connect(self.replay_toggled)
        state.snapshot_changed.connect(self.refresh)
        state.engine_changed.connect(self._engine_changed)
        switch.changed.connect(self.refresh)
        desk.changed.connect(self._say_printers)
        messages.changed.connect(self._say_messages)
        appearance.changed.connect(self._wear)
        self.refresh()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Another screen has room for other words."""
        super().resizeEvent(event)
        self._fit()

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """With the fewest words; what is still too wide is cut rather than the window widened."""
        return QSize(SOURCE_LEAST, self.height())

    def _part(self, name: str, page: str, what: str, made: QPushButton | None = None) -> QPushButton:
        made = made or QPushButton()
        made.setProperty("part", name)
        made.setAccessibleName(name)
        made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        made.setIconSize(QSize(sized(ICON_SMALL), sized(ICON_SMALL)))
        if page:
            made.clicked.connect(lambda: self.led_to.emit(page, what))
        self._box.addWidget(made)
        return made

    def refresh(self) -> None:
        """Say how things are."""
        self._say_engine()
        snapshot = self._state.snapshot
        if snapshot is None:
            for part in (
                self.store,
                self.cameras,
                self.scales,
                self.others,
                self.inside,
                self.waiting,
                self.source,
            ):
                part.hide()
            self._fit()
            return
        self.inside.show()  # the others where they are said: shown for a moment, they widen the window
        self.source.show()
        self._say_store(snapshot)
        self._say_tally(self.cameras, tr("Cameras"), tally(snapshot.devices, "camera"))
        self._say_tally(self.scales, tr("Scales"), tally(snapshot.devices, "scale"))
        self._say_others(snapshot.devices)
        self._say_inside(len(self._state.visitors), len(snapshot.inside))
        self._say_waiting(snapshot.waiting)
        self._say_source(snapshot.source)
        self._fit()

    def _engine_changed(self) -> None:
        self._told.clear()
        self.refresh()

    def tell_reviews(self, waiting: int, oldest: str) -> None:
        """How many visits wait for a person, and since when the first of them; 0: nothing is said."""
        self._reviews = (waiting, oldest)
        self.review.setVisible(waiting > 0)
        said = tr_n("{n} to review, oldest {time}", "{n} to review, oldest {time}", waiting, time=oldest)
        short = tr_n("{n} to review", "{n} to review", waiting)
        self._say(self.review, said, "waiting" if waiting else "neutral", short=short)
        self._fit()

    def _is_news(self, part: QPushButton, *facts: object) -> bool:
        """Whether a part says something else than before: words are worked out only then."""
        if self._told.get(part) == facts:
            return False
        self._told[part] = facts
        return True

    def _say_engine(self) -> None:
        state, why = self._state.engine_state, self._state.engine_why
        if self._is_news(self.engine, state, why):
            words, tone = ENGINE_WORDS[state]
            short = tr("Engine") if tone == "good" else ""
            self._say(self.engine, tr(words), tone, tip=in_words(why), short=short)

    def _say_inside(self, visitors: int, everybody: int) -> None:
        if self._is_news(self.inside, visitors, everybody):
            strangers = everybody - visitors
            others = f", {strangers} {tr(NOT_A_VISIT)}" if strangers else ""
            said = tr_n("{n} inside", "{n} inside", visitors) + others
            self._say(self.inside, said, "neutral", Icon.PEOPLE, short=f"{visitors}{others}")

    def _say_waiting(self, waiting: int) -> None:
        self.waiting.setVisible(waiting > 0)
        if self._is_news(self.waiting, waiting):
            said = tr_n("{n} left, undecided", "{n} left, undecided", waiting)
            tip = tr("Visits that have left and wait for an event they share with somebody still inside")
            short = decimal(waiting)
            self._say(self.waiting, said, "neutral", Icon.WAITING, tip=tip, short=short)

    def _say_store(self, snapshot: Snapshot) -> None:
        self.store.setVisible(not snapshot.source.ended)
        since = self._switch.paused_since
        if not self._is_news(self.store, None if since is None else int(snapshot.t - since)):
            return
        if since is None:
            tip = tr("People are let in. Press to pause the store (Ctrl+O)")
            self._say(self.store, tr("Store open"), "good", Icon.STORE_OPEN, tip=tip)
        else:
            said = tr("Paused for {time}", time=span(snapshot.t - since))
            tip = tr("Who comes in is flagged. Press to open the store (Ctrl+O)")
            self._say(self.store, said, "waiting", Icon.STORE_PAUSED, tip=tip)

    def _say_printers(self) -> None:
        self._say_tally(self.printers, tr("Printers"), tally(self._desk.printers, "printer"))
        self._fit()

    def _say_messages(self) -> None:
        unread = self._messages.unread
        self.messages.setVisible(unread > 0)
        tip = tr("What the engine has said (Ctrl+Shift+M)")
        self._say(self.messages, tr_n("{n} message", "{n} messages", unread), "waiting", tip=tip)
        self._fit()

    def _say_others(self, devices: tuple[DeviceStatus, ...]) -> None:
        tallies = [tally(devices, kind) for kind in ("gate", "broker", "recording", "detector")]
        bad = sum(t.total - t.well for t in tallies)
        self.others.setVisible(bad > 0)
        tone: Tone = "wrong" if any(t.tone == "wrong" for t in tallies) else "waiting"
        if self._is_news(self.others, bad, tone):
            self._say(self.others, tr_n("{n} other device", "{n} other devices", bad), tone)

    def _say_source(self, source: SourceStatus) -> None:
        if not self._is_news(self.source, msgspec.structs.replace(source, position_s=int(source.position_s))):
            return
        recording = source.kind == "recording"
        what = Icon.CAMERA if not recording else Icon.PLAY if source.paused else Icon.PAUSE
        can = recording and not source.ended
        press = (tr("Go on (Space)") if source.paused else tr("Pause (Space)")) if can else ""
        self.source.setEnabled(can)
        sign = Icon.RECORDING if source.ended else what
        words, short = source_words(source)
        self._say(self.source, words, "neutral", sign, tip="\n".join(filter(None, (words, press))))
        self.source.say(words, short)

    def _say_tally(self, part: QPushButton, word: str, found: Tally) -> None:
        """How many are well of how many; all of them: the sign says so too."""
        part.setVisible(found.total > 0)
        if self._is_news(part, found):
            short = word if found.tone == "good" else ""
            self._say(part, f"{word} {found.well}/{found.total}", found.tone, short=short)

    def _say(
        self,
        part: QPushButton,
        words: str,
        tone: Tone,
        what: Icon | None = None,
        *,
        tip: str = "",
        short: str = "",
    ) -> None:
        """``short``: what is enough where there is little room; empty: no less than ``words``."""
        theme = self._appearance.theme
        if tone == "good" and part is not self.printers and self._state.engine_state != "running":
            tone = "neutral"  # it was so: nobody knows whether it is
        shown = (what or _SIGNS[tone], tone)
        name = f"{part.property('part')}: {words}"
        if part.accessibleName() != name:
            part.setAccessibleName(name)
            self._words[part] = (words, short or words)
        if part.toolTip() != tip:
            part.setToolTip(tip)
        if self._icons.get(part) != shown:
            self._icons[part] = shown
            part.setIcon(
                icon(shown[0], theme, theme.secondary if tone == "neutral" else getattr(theme, tone))
            )
            set_tone(part, tone)

    def _fit(self) -> None:
        """All words where there is room for them; else fewer, of what matters least first."""
        shown = [part for part in self._words if not part.isHidden() and part is not self.source]
        fitted = (self.width(), *((part, self._words[part], part.property("tone")) for part in shown))
        if fitted == self._fitted:
            return
        self._fitted = fitted
        wide = {part: _widths(part, self._words[part]) for part in shown}
        over = sum(whole for whole, _ in wide.values()) + SOURCE_LEAST + 2 * SPACE_1 - self.width()
        for part in (
            self.waiting,
            self.scales,
            self.cameras,
            self.printers,
            self.engine,
            self.inside,
            *shown,
        ):
            if part not in wide:
                continue
            whole, short = wide.pop(part)
            cut = over > 0
            over -= whole - short if cut else 0
            words = self._words[part][1 if cut else 0]
            if part.text() != words:
                part.setText(words)

    def _wear(self) -> None:
        self._icons.clear()
        self._told.clear()
        self.refresh()
        self._say_printers()
        self._say_messages()
        self.tell_reviews(*self._reviews)


def _widths(part: QPushButton, words: tuple[str, str]) -> tuple[int, int]:
    """Pixels that a part takes with all its words, and with the fewest."""
    around = part.iconSize().width() + AROUND
    whole, short = (part.fontMetrics().horizontalAdvance(said) for said in words)
    return whole + around, short + around
