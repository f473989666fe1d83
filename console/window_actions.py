"""What can be done in the window, by name and key, and what its palette finds."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtGui import QAction

from console.item_models.closed_visits import OUTCOME_WORDS
from console.item_models.devices import KIND_WORDS, STATE_WORDS
from console.item_models.palette import Findable
from console.item_models.setting_words import SIZE_WORDS, THEME_WORDS
from console.item_models.words import called
from console.language import language, languages, own_name, tr, tr_n
from console.theme.appearance import TextSize, ThemeChoice
from console.widgets.action_book import Choice, keys_of

Finds = Callable[[], list[Findable]]

if TYPE_CHECKING:
    from console.window import MainWindow


def fill_book(window: MainWindow) -> list[QAction]:
    """Put everything that can be done into the window's book. Gives what is for recordings, pausing first."""
    book, replay, looks = window.book, window.replay, window.appearance
    go = [
        book.action(tr(page.word), f"Ctrl+{number + 1}", lambda *_, name=page.name: window.show_page(name))
        for number, page in enumerate(window.pages)
    ]
    book.group(tr("Go to"), [*go, book.action(tr("Find anything"), "Ctrl+K", window.find_anything)])
    recording = [
        book.action(tr("Pause or go on"), "Space", replay.toggle),
        book.action(tr("Faster"), "+", lambda: replay.change_speed(1)),
        book.action(tr("Slower"), "-", lambda: replay.change_speed(-1)),
    ]
    book.group(tr("Recording"), recording)
    view = [
        book.action(tr("Full screen"), "F11", window.toggle_full_screen),
        book.action(tr("Light or dark"), "Ctrl+T", window.toggle_theme),
        book.action(tr("Reduced motion"), "", looks.reduce_motion, on=looks.reduced_motion),
    ]
    book.group(tr("View"), view)
    _add_choices(window)
    for page in window.pages:
        book.group(tr(page.word), page.page_actions(), page.name)
    console = [
        book.action(tr("Open or pause the store"), "Ctrl+O", window.switch.toggle),
        book.action(tr("Menu"), "Alt+M", window.open_menu),
        book.action(tr("Keys"), "F1", window.show_keys),
        book.action(tr("Messages of the engine"), "Ctrl+Shift+M", window.show_messages),
        book.action(tr("Welcome: three things to try"), "", window.show_welcome),
        book.action(tr("Connect my store"), "", window.connect_store),
        book.action(tr("Set up my store: what is missing"), "", window.setup.show),
        book.action(tr("Name, floor and currency of my store"), "", lambda *_: window.setup.change_store()),
        book.action(tr("Lock, or sign somebody else in"), "Ctrl+L", window.switch_operator),
        book.action(tr("Quit"), "Ctrl+Q", window.close),
    ]
    book.group(tr("Console"), console)
    return recording


def _add_choices(window: MainWindow) -> None:
    """What one of several holds of: theme, text size, language."""
    book, looks = window.book, window.appearance

    def theme(choice: ThemeChoice, word: str) -> Choice:
        return tr(word), lambda: looks.choice == choice, lambda: looks.choose(choice)

    def size(choice: TextSize, word: str) -> Choice:
        return tr(word), lambda: looks.text_size == choice, lambda: window.choose_text_size(choice)

    def spoken(code: str) -> Choice:
        return own_name(code), lambda: language() == code, lambda: window.choose_language(code)

    book.choice(tr("Theme"), [theme(*item) for item in THEME_WORDS.items()])
    book.choice(tr("Text size"), [size(*item) for item in SIZE_WORDS.items()])
    book.choice(tr("Language"), [spoken(code) for code in languages()])


def findables(window: MainWindow) -> list[Findable]:
    """Every action, shopper, visit and device, as they are now."""
    return [*_actions(window), *_shoppers(window), *_visits(window), *_devices(window)]


def _actions(window: MainWindow) -> list[Findable]:
    found = []
    for action, title, page in window.book:
        if page or action.isEnabled():
            run = partial(_do, window, action, page)
            found.append(Findable(action.text(), title, run, keys_of(action)))
    return found


def _do(window: MainWindow, action: QAction, page: str) -> None:
    """What can be done on one page only is done there."""
    if page and window.page.name != page:
        window.show_page(page)
    if action.isEnabled():
        action.trigger()
    else:
        window.notice.say(tr("“{action}” cannot be done now.", action=action.text()))


def _shoppers(window: MainWindow) -> list[Findable]:
    def follow(track: int) -> None:
        window.show_page("live")
        window.state.select(track)

    found = []
    for inside in window.state.visitors:
        track = inside.person.track
        items = tr_n("{n} item", "{n} items", window.state.items(track))
        found.append(Findable(called(inside), tr("inside, {items}", items=items), partial(follow, track)))
    return found


def _visits(window: MainWindow) -> list[Findable]:
    found = []
    for entry in window.history.entries:
        visit, document = entry.row.visit, entry.document
        text = visit.code if document is None else f"{visit.code}, {document.label}"
        lead = partial(window.show_page, "visits", f"visit {visit.visit}")
        found.append(Findable(text, tr("visit, {outcome}", outcome=tr(OUTCOME_WORDS[entry.row.state])), lead))
    return found


def _devices(window: MainWindow) -> list[Findable]:
    snapshot = window.state.snapshot
    return [
        Findable(
            f"{tr(KIND_WORDS[device.kind])} {device.device}",
            tr(STATE_WORDS[device.state]),
            partial(window.show_page, "devices", f"device {device.device}"),
        )
        for device in (snapshot.devices if snapshot else ())
    ]
