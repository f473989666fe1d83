"""Everything that can be done, by name and key: made once, for the menu, the key sheet and the palette."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from console.language import tr

Choice = tuple[str, Callable[[], bool], Callable[[], object]]
"""Its text, whether it holds, and what choosing it does."""


class ActionBook:
    """Actions in titled groups, each in the menu. They belong to the window, where their keys work."""

    def __init__(self, window: QWidget) -> None:
        self._window = window
        self.menu = QMenu(window)
        self.menu.setAccessibleName(tr("Menu"))
        self.groups: dict[str, list[QAction]] = {}
        self._page_of: dict[QAction, str] = {}
        self._path: dict[QAction, str] = {}

    def action(self, text: str, keys: str, call: Callable[..., object], *, on: bool | None = None) -> QAction:
        """A new action. ``on``: whether it is on now, of one that is switched on and off."""
        made = QAction(text, self._window)
        if keys:
            made.setShortcut(QKeySequence(keys))
        if on is None:
            made.triggered.connect(call)
        else:
            made.setCheckable(True)
            made.setChecked(on)
            made.toggled.connect(call)
        self._window.addAction(made)
        return made

    def group(self, title: str, actions: Sequence[QAction], page: str = "") -> None:
        """List actions under a title. ``page``: the page on which alone they can be done."""
        self.groups[title] = list(actions)
        self.menu.addSeparator()
        self.menu.addActions(self.groups[title])
        for action in actions:
            self._path[action] = title
            if page:
                self._page_of[action] = page
                self._window.addAction(action)

    def choice(self, title: str, choices: Iterable[Choice]) -> None:
        """A menu within the menu, of which one entry holds at a time."""
        menu = self.menu.addMenu(title)
        menu.setAccessibleName(title)
        one = QActionGroup(menu)
        held: list[tuple[QAction, Callable[[], bool]]] = []
        for text, holds, call in choices:
            action = menu.addAction(text)
            action.setCheckable(True)
            action.triggered.connect(lambda *_, call=call: call())
            one.addAction(action)
            held.append((action, holds))
            self._path[action] = title

        def look() -> None:
            for action, holds in held:
                action.setChecked(holds())

        menu.aboutToShow.connect(look)

    def __iter__(self) -> Iterator[tuple[QAction, str, str]]:
        """Each action with the title over it, and the page that it needs or nothing."""
        return ((action, title, self._page_of.get(action, "")) for action, title in self._path.items())


def keys_of(action: QAction) -> str:
    """Its shortcuts, as the system writes them."""
    return ", ".join(s.toString(QKeySequence.SequenceFormat.NativeText) for s in action.shortcuts())
