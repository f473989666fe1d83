"""The two clips of an event, one above the other, one of them large if wished; words where there are none."""

from __future__ import annotations

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from console.item_models.review_words import Shown
from console.language import tr
from console.operations.review_evidence import Watched
from console.theme.appearance import Appearance
from console.theme.fonts import sized
from console.theme.tokens import SPACE_2
from console.widgets.clip_view import ClipView
from console.widgets.labels import EmptyState, panel
from console.widgets.time_cursor import TimeCursor
from store_layout.model import StoreLayout

CLIPS = 2
MOST_SHARE = 0.44
"""Of the card's width."""
WORDS_WIDTH = 230
"""Where there are words only; pixels at the normal text size."""
LEAST_WIDTH = 160


class ClipColumn(QWidget):
    """Says when one of its clips is to be shown large; whoever lays it out does so."""

    large = Signal()
    """``is_large`` or which clip it is has changed."""

    def __init__(
        self, layout: StoreLayout, cursor: TimeCursor, appearance: Appearance, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._layout = layout
        self._cursor = cursor
        self._watched: Watched | None = None
        self._large: int | None = None
        self._wide = LEAST_WIDTH
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        self._shown: Shown | None = None
        self.views = [ClipView(cursor, appearance, "V") for _ in range(CLIPS)]
        for number, view in enumerate(self.views):
            view.enlarged.connect(lambda n=number: self.set_large(n))
        self.large_view = ClipView(cursor, appearance, "V", over=True)
        self.large_view.enlarged.connect(lambda: self.set_large(None))
        self.large_view.hide()
        self.empty = EmptyState("", "")
        self.empty.heading.setWordWrap(True)
        self._words = panel()
        inner = QVBoxLayout(self._words)
        inner.addWidget(self.empty)
        for part in (self._words, *self.views):
            part.setParent(self)

    @property
    def is_large(self) -> bool:
        """Whether a clip is to be shown large."""
        return self._large is not None

    def wait(self, shown: Shown) -> None:
        """Another question, of which nothing was read yet. What was there stays empty, not in words."""
        self._shown, self._watched = shown, None
        for view in self.views:
            view.show_clip(None)
        self._say("", "")
        self.setVisible(bool(self._layout.file.camera))

    def show_clips(self, shown: Shown, watched: Watched) -> None:
        """What was kept, or why nothing was."""
        self._shown, self._watched = shown, watched
        for number, view in enumerate(self.views):
            if number < len(watched.clips):
                view.show_clip(watched.clips[number], self._name(number), shown.looks)
            else:
                view.show_clip(None)
        if watched.trouble:
            self._say(tr("The pictures cannot be shown"), watched.trouble)
        elif not shown.evidence:
            self._say(tr("No pictures"), tr("This visit asks about no event of its own."))
        elif not watched.clips:
            self._say(tr("No pictures of it"), _why_none(watched, silent=shown.silent))
        parent = self.parentWidget()
        if parent is not None:
            self.fit(parent.width(), parent.height())

    def set_large(self, number: int | None) -> None:
        """Show one of the clips large; None: as before."""
        count = 0 if self._watched is None else len(self._watched.clips)
        self._large = number if number is not None and number < count else None
        if self._large is not None and self._watched is not None and self._shown is not None:
            clip = self._watched.clips[self._large]
            self.large_view.show_clip(clip, self._name(self._large), self._shown.looks)
        self.large.emit()

    def next_large(self) -> None:
        """The first one large, then the other, then as before."""
        self.set_large(0 if self._large is None else self._large + 1)

    def fit(self, width: int, height: int) -> None:
        """Take what the clips need of a card of this size."""
        if self._watched is not None and not self._watched.clips:
            self._take(sized(WORDS_WIDTH))
        else:
            each = (height - SPACE_2) // CLIPS
            self._take(max(LEAST_WIDTH, min(round(MOST_SHARE * width), int(each * self.views[0].aspect))))
        self._place()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Clips keep their shape."""
        super().resizeEvent(event)
        self._place()

    def sizeHint(self) -> QSize:  # noqa: N802
        """What was taken at last; it may be less where the window is made smaller."""
        return QSize(self._wide, 2 * LEAST_WIDTH)

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """The window can be made small again."""
        return QSize(LEAST_WIDTH, LEAST_WIDTH)

    def _take(self, wide: int) -> None:
        if wide != self._wide:
            self._wide = wide
            self.updateGeometry()

    def _place(self) -> None:
        """Clips from the top, as wide as there is room; words in what they leave."""
        waiting = self._watched is None
        count = CLIPS if self._watched is None else len(self._watched.clips)
        top = 0
        for number, view in enumerate(self.views):
            view.setVisible(number < count)
            if number < count:
                high = min(round(self.width() / view.aspect), (self.height() - SPACE_2) // CLIPS)
                view.setGeometry(0, top, self.width(), high)
                top += high + SPACE_2
        said = not waiting and (not count or bool(self._watched and self._watched.trouble))
        self._words.setVisible(said)
        self._words.setGeometry(0, top, self.width(), max(0, self.height() - top))

    def _name(self, number: int) -> str:
        assert self._watched is not None  # noqa: S101  # asked for a clip of it
        camera = self._watched.clips[number].about.camera
        known = self._layout.cameras.get(camera)
        return known.name if known is not None and known.name else camera

    def _say(self, heading: str, text: str) -> None:
        self.empty.heading.setText(heading)
        self.empty.text.setText(text)


def _why_none(watched: Watched, *, silent: bool) -> str:
    if watched.evidence is None and silent:
        return tr("Nothing was kept of it: the engine was started after it, or what was kept has expired.")
    if watched.evidence is None:
        return tr(
            "Nothing was kept of this event: the engine was started after it, or what was kept has expired. "
            "The weights are from the visit itself."
        )
    return tr("No camera saw the place well, or it is not known who was in the pictures.")
