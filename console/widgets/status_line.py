"""The line at the bottom: whether the store is well, and what is not."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from console.engine_process.link import EngineState
from console.item_models.words import NOT_A_VISIT, span
from console.operations.health import Tone, tally
from console.operations.live_state import LiveState
from console.theme.appearance import Appearance
from console.theme.icons import Icon, icon
from console.theme.tokens import ICON_SMALL, SPACE_1
from console.widgets.labels import set_tone
from inference.messages.wire import DeviceStatus, SourceStatus

ENGINE_WORDS: dict[EngineState, tuple[str, Tone]] = {
    "starting": ("Engine starting", "waiting"),
    "running": ("Engine running", "good"),
    "restarting": ("Engine restarting", "waiting"),
    "stopped": ("Engine stopped", "wrong"),
    "failed": ("Engine failed", "wrong"),
}
SOURCE_LEAST = 200
"""Pixels: a long name is cut before a small screen is left."""
_SIGNS: dict[Tone, Icon] = {
    "good": Icon.GOOD,
    "waiting": Icon.WAITING,
    "wrong": Icon.WRONG,
    "neutral": Icon.OFF,
}


def speed_words(speed: float | None) -> str:
    """``4x``, or ``as fast as possible``."""
    return "as fast as possible" if speed is None else f"{speed:g}\N{MULTIPLICATION SIGN}"


def source_words(source: SourceStatus) -> str:
    """Where the observations come from, and how far along."""
    if source.kind == "live":
        return f"Live from {source.name}"
    if source.kind == "simulated":
        return f"Simulated, {source.name}, {span(source.position_s)}"
    where = span(source.position_s) + (
        f" of {span(source.duration_s)}" if source.duration_s is not None else ""
    )
    how = "ended" if source.ended else "paused" if source.paused else speed_words(source.speed)
    return f"Recording {source.name}, {where}, {how}"


class StatusLine(QWidget):
    """Short words with a sign each; every one leads to where more is said."""

    led_to = Signal(str, str)
    """Page, and what to look at there."""
    replay_toggled = Signal()

    def __init__(self, state: LiveState, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("statusLine")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedHeight(34)
        self._state, self._appearance = state, appearance
        self._icons: dict[QPushButton, tuple[Icon, str]] = {}
        self._box = QHBoxLayout(self)
        self._box.setContentsMargins(SPACE_1, 0, SPACE_1, 0)
        self._box.setSpacing(0)
        self.engine = self._part("Engine", "devices", "")
        self.cameras = self._part("Cameras", "devices", "camera")
        self.scales = self._part("Scales", "devices", "scale")
        self.others = self._part("Other devices in trouble", "devices", "trouble")
        self.inside = self._part("Inside", "visits", "inside")
        self.waiting = self._part("Waiting visits", "visits", "inside")
        self.review = self._part("Review", "review", "")
        self.review.hide()
        self._box.addStretch(1)
        self.source = self._part("Source", "", "")
        self.source.setMinimumWidth(SOURCE_LEAST)
        self.source.clicked.connect(self.replay_toggled)
        state.snapshot_changed.connect(self.refresh)
        state.engine_changed.connect(self.refresh)
        appearance.changed.connect(self._wear)
        self.refresh()

    def _part(self, name: str, page: str, what: str) -> QPushButton:
        made = QPushButton()
        made.setProperty("part", name)
        made.setAccessibleName(name)
        made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        made.setIconSize(QSize(ICON_SMALL, ICON_SMALL))
        if page:
            made.clicked.connect(lambda: self.led_to.emit(page, what))
        self._box.addWidget(made)
        return made

    def refresh(self) -> None:
        """Say how things are."""
        words, tone = ENGINE_WORDS[self._state.engine_state]
        self._say(self.engine, words, tone, tip=self._state.engine_why)
        snapshot = self._state.snapshot
        if snapshot is None:
            for part in (self.cameras, self.scales, self.others, self.inside, self.waiting, self.source):
                part.hide()
            return
        self.inside.show()  # the others where they are said: shown for a moment, they widen the window
        self.source.show()
        for part, kind, word in ((self.cameras, "camera", "Cameras"), (self.scales, "scale", "Scales")):
            found = tally(snapshot.devices, kind)  # type: ignore[arg-type]  # two literals of DeviceKind
            part.setVisible(found.total > 0)
            self._say(part, f"{word} {found.well}/{found.total}", found.tone)
        self._say_others(snapshot.devices)
        visitors = len(self._state.visitors)
        strangers = len(snapshot.inside) - visitors
        others = f", {strangers} {NOT_A_VISIT}" if strangers else ""
        self._say(self.inside, f"{visitors} inside{others}", "neutral", Icon.PEOPLE)
        self.waiting.setVisible(snapshot.waiting > 0)
        self._say(
            self.waiting,
            f"{snapshot.waiting} waiting",
            "neutral",
            Icon.WAITING,
            tip="Visits that have left and wait for an event they share with somebody still inside",
        )
        self._say_source(snapshot.source)

    def tell_reviews(self, waiting: int, oldest: str) -> None:
        """How many visits wait for a person, and since when the first of them; 0: nothing is said."""
        self.review.setVisible(waiting > 0)
        self._say(self.review, f"{waiting} to review, oldest {oldest}", "waiting" if waiting else "neutral")

    def _say_others(self, devices: tuple[DeviceStatus, ...]) -> None:
        tallies = [tally(devices, kind) for kind in ("gate", "broker", "recording", "detector")]
        bad = sum(t.total - t.well for t in tallies)
        self.others.setVisible(bad > 0)
        tone: Tone = "wrong" if any(t.tone == "wrong" for t in tallies) else "waiting"
        self._say(self.others, f"{bad} other {'device' if bad == 1 else 'devices'}", tone)

    def _say_source(self, source: SourceStatus) -> None:
        recording = source.kind == "recording"
        what = Icon.CAMERA if not recording else Icon.PLAY if source.paused else Icon.PAUSE
        tip = ("Go on" if source.paused else "Pause") + " (Space)" if recording and not source.ended else ""
        self.source.setEnabled(recording and not source.ended)
        self._say(
            self.source, source_words(source), "neutral", Icon.RECORDING if source.ended else what, tip=tip
        )

    def _say(
        self, part: QPushButton, words: str, tone: Tone, what: Icon | None = None, tip: str = ""
    ) -> None:
        theme = self._appearance.theme
        shown = (what or _SIGNS[tone], tone)
        if part.text() != words:
            part.setText(words)
            part.setAccessibleName(f"{part.property('part')}: {words}")
        if part.toolTip() != tip:
            part.setToolTip(tip)
        if self._icons.get(part) != shown:
            self._icons[part] = shown
            part.setIcon(
                icon(shown[0], theme, theme.secondary if tone == "neutral" else getattr(theme, tone))
            )
            set_tone(part, tone)

    def _wear(self) -> None:
        self._icons.clear()
        self.refresh()
