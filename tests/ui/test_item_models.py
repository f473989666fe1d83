from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import pytest
from PySide6.QtCore import QAbstractTableModel, Qt
from PySide6.QtTest import QAbstractItemModelTester

from console.item_models.carts import CartsModel
from console.item_models.closed_visits import ClosedVisitsModel, why
from console.item_models.devices import TURNS, DevicesFound, DevicesModel, why_of
from console.item_models.keyed_rows import HEADING_ROLE, SIGN_ROLE, TONE_ROLE
from console.item_models.shoppers_inside import MOST_AT_ONCE, InsideModel
from console.item_models.words import ShopWords, chance, clock_time, grams, since, span
from console.operations.live_state import LiveState
from console.operations.visit_history import read_recent
from console.theme.icons import Icon
from inference.messages.wire import DeviceStatus
from store_layout.model import StoreLayout
from tests.support.fake_engine import EPOCH, FakeEngine, code_of
from tests.support.layouts import aisles

FATAL = QAbstractItemModelTester.FailureReportingMode.Fatal


def texts(model: QAbstractTableModel, row: int) -> list[str]:
    return [model.index(row, c).data() for c in range(model.columnCount())]


def test_inside_follows_the_snapshots(state: LiveState, engine: FakeEngine, words: ShopWords) -> None:
    model = InsideModel(state, words)
    tester = QAbstractItemModelTester(model, FATAL)
    model.refresh()
    assert model.rowCount() == 5
    assert texts(model, 0)[:2] == [code_of(1), "0:40"]
    engine.shoppers = 3
    engine.advance(25.0)
    state.poll()
    model.refresh()
    assert model.rowCount() == 3
    assert texts(model, 0) == [code_of(1), "1:05", "1", "€1.29", "Seen", "Cola Zero 0.33 l"]
    del tester


def test_doubt_has_a_word_and_a_sign(state: LiveState, words: ShopWords) -> None:
    model = InsideModel(state, words)
    model.refresh()
    hidden = model.index(3, 4)
    assert (hidden.data(), hidden.data(TONE_ROLE), hidden.data(SIGN_ROLE)) == (
        "Hidden",
        "waiting",
        Icon.WAITING,
    )


def test_carts_have_the_newest_change_on_top(state: LiveState, engine: FakeEngine, words: ShopWords) -> None:
    model = CartsModel(state, words)
    tester = QAbstractItemModelTester(model, FATAL)
    engine.advance(30.0)
    state.poll()
    model.refresh()
    assert [model.row(i).track for i in range(model.rowCount())] == [1, 2, 3, 4, 5]
    assert model.row(1).spoken == f"{code_of(2)}, 2 items, €3.78: 2 Dark Chocolate 70 %"
    del tester


def test_probability_is_shown_only_where_it_is_low(
    state: LiveState, engine: FakeEngine, words: ShopWords
) -> None:
    engine.advance(90.0)
    state.poll()
    model = CartsModel(state, words)
    model.refresh()
    lines = [line for i in range(model.rowCount()) for line in model.row(i).lines]
    assert {line.chance for line in lines} == {"", "72%"}
    assert [chance(p) for p in (0.9, 0.899, 0.5)] == ["", "89%", "50%"]


def test_devices_in_trouble_come_first(state: LiveState, engine: FakeEngine, words: ShopWords) -> None:
    engine.down["cam3"] = DeviceStatus(
        "cam3", "camera", "lost", EPOCH, why="No picture", last_error="timeout"
    )
    engine.down["s002"] = DeviceStatus("s002", "scale", "late", EPOCH, rate_hz=4.0)
    engine.advance(1.0)
    state.poll()
    model = DevicesModel(words)
    tester = QAbstractItemModelTester(model, FATAL)
    assert state.snapshot is not None
    model.refresh(state.snapshot.devices, EPOCH + 80)
    assert texts(model, 0)[:2] == ["Cameras", "3 of 4 well"]
    assert (model.index(0, 1).data(TONE_ROLE), model.index(0, 1).data(HEADING_ROLE)) == ("wrong", True)
    first = texts(model, 1)
    assert (first[0], first[1], first[7], first[8]) == ("Lost", "cam3", "1:20", "No picture")
    assert model.index(1, 0).data(SIGN_ROLE) == Icon.LOST
    assert texts(model, 2)[2] == "West 1", "a camera has its name"
    assert texts(model, 5)[0] == "Scales"
    second = texts(model, 6)
    assert (second[0], second[1], second[3]) == ("Late", "s002", "4.0")
    assert texts(model, 7)[2] == "Cola Zero 0.33 l", "a scale is known by what stands on it"
    del tester


def test_the_seconds_of_many_go_on_in_turn(
    layout: StoreLayout, words: ShopWords, state: LiveState, engine: FakeEngine
) -> None:
    many = 3 * MOST_AT_ONCE
    model = InsideModel(state, words)
    first = engine.latest()
    assert first is not None

    def seen(t: float) -> list[int]:
        """Everybody came in at once; the seconds that stand there after a snapshot of this time."""
        inside = tuple(
            msgspec.structs.replace(
                first.inside[0],
                entered_at=EPOCH,
                code=f"A{n}",
                person=msgspec.structs.replace(first.inside[0].person, track=n),
            )
            for n in range(many)
        )
        engine.play(msgspec.structs.replace(first, seq=first.seq + int(10 * (t - EPOCH)), t=t, inside=inside))
        state.poll()
        model.refresh()
        return sorted(model.row(n).for_s for n in range(many))

    assert seen(EPOCH + 100) == [100] * many
    one, two, three = seen(EPOCH + 101), seen(EPOCH + 101.1), seen(EPOCH + 101.2)
    assert [one.count(101), two.count(101), three.count(101)] == [MOST_AT_ONCE, 2 * MOST_AT_ONCE, many]
    assert seen(EPOCH + 130) == [130] * many, "nobody is left far behind"


def test_only_what_is_seen_to_change_is_told_and_all_numbers_are_taken_up_in_turn(words: ShopWords) -> None:
    def scales(received: int, rate: float, since: float = 0.0) -> tuple[DeviceStatus, ...]:
        return tuple(
            DeviceStatus(f"s{n:03}", "scale", "live", since, rate_hz=rate, received=received)
            for n in range(40)
        )

    model = DevicesModel(words)
    tester = QAbstractItemModelTester(model, FATAL)
    model.refresh(scales(1, 4.0), EPOCH)
    told: list[tuple[int, int, int, int]] = []
    model.dataChanged.connect(lambda a, b: told.append((a.row(), a.column(), b.row(), b.column())))
    for _ in range(TURNS):
        model.refresh_in_turn(scales(2, 4.01), EPOCH + 1)
    assert told == [], "what came is in a tip, and 4.01 reads as 4.0"
    kept = [row for row in map(model.row, range(1, 41)) if isinstance(row, DeviceStatus)]
    assert [row.received for row in kept] == [2] * 40, "the tip says it nevertheless"
    model.refresh_in_turn(scales(3, 5.0), EPOCH + 2)
    assert 3 <= len(told) <= 4, "a twelfth of them at once"
    assert {(first, last) for _, first, _, last in told} == {(3, 3)}, "the rate's cells alone"
    for _ in range(TURNS - 1):
        model.refresh_in_turn(scales(3, 5.0), EPOCH + 2)
    assert sorted(row for row, *_ in told) == list(range(1, 41))
    assert {texts(model, row)[3] for row in range(1, 41)} == {"5.0"}
    told.clear()
    model.refresh(scales(3, 6.0), EPOCH + 3)
    assert told == [(1, 0, 40, 8)], "so many at once are one word"
    del tester


def test_how_long_ago_goes_on_where_nothing_else_changes(words: ShopWords) -> None:
    model = DevicesModel(words)
    lost = (DeviceStatus("cam1", "camera", "lost", EPOCH, why="No picture"),)
    model.refresh(lost, EPOCH + 80)
    told: list[tuple[int, int]] = []
    model.dataChanged.connect(lambda a, b: told.append((a.row(), a.column())))
    for _ in range(TURNS):
        model.refresh_in_turn(lost, EPOCH + 81)
    assert told == [(1, 7)]
    assert texts(model, 1)[7] == "1:21"


def test_printers_and_models_have_words_and_groups_of_their_own(words: ShopWords) -> None:
    model = DevicesModel(words)
    devices = (
        DeviceStatus("counter", "printer", "lost", EPOCH, why="R-000001 was not printed"),
        DeviceStatus("fast", "model", "live", 0.0, rate_hz=53.2),
        DeviceStatus("slow", "model", "off", 0.0),
        DeviceStatus("cam1", "camera", "live", EPOCH, received=5),
    )
    model.refresh(devices, EPOCH + 80)
    rows = [texts(model, row) for row in range(model.rowCount())]
    assert [row[0] for row in rows] == ["Printers", "Lost", "Cameras", "Live", "Models", "In use", "Not used"]
    assert rows[5][3:8] == ["53.2", "–", "–", "–", "–"], "nothing is dropped by a model, and it is since ever"
    assert rows[3][5:7] == ["0", "0"]


def test_a_group_in_trouble_comes_first_whatever_the_order(
    state: LiveState, engine: FakeEngine, words: ShopWords
) -> None:
    engine.down["door"] = DeviceStatus("door", "gate", "lost", EPOCH, why="Silent")
    engine.advance(1.0)
    state.poll()
    model = DevicesModel(words)
    found = DevicesFound(model)
    assert state.snapshot is not None
    model.refresh(state.snapshot.devices, EPOCH + 1)
    for order in (Qt.SortOrder.AscendingOrder, Qt.SortOrder.DescendingOrder):
        found.sort(1, order)
        titles = [
            found.index(i, 0).data() for i in range(found.rowCount()) if found.index(i, 0).data(HEADING_ROLE)
        ]
        assert titles == ["Gates", "Cameras", "Scales"]
        assert found.index(0, 0).data() == "Gates"
    cameras = [found.index(i, 1).data() for i in range(3, 7)]
    assert cameras == ["cam4", "cam3", "cam2", "cam1"]
    found.search("cam2")
    assert [found.index(i, 1).data() for i in range(found.rowCount())] == ["all 4 well", "cam2"]


def test_closed_visits_show_receipts_and_reasons(
    state: LiveState, ledger_path: Path, words: ShopWords
) -> None:
    model = ClosedVisitsModel(words)
    tester = QAbstractItemModelTester(model, FATAL)
    model.show(read_recent(ledger_path))
    assert [model.index(i, 1).data() for i in range(4)] == ["Q4-104", "Q3-103", "Q2-102", "Q1-101"]
    assert texts(model, 0)[2:] == [
        *("5:00", "3", "€12.97", "Unpaid", "R-000002"),
        "Oat Drink 1 l, 2 Espresso Beans 250 g",
    ]
    assert model.index(1, 5).data() == "Nothing taken"
    review = model.index(2, 5)
    assert (review.data(), review.data(SIGN_ROLE)) == ("Needs review", Icon.WAITING)
    assert why(model.row(2).entry, words) == ("What is right: 1 Salted Crisps 175 g or 1 Cola Zero 0.33 l?")
    del tester


def test_totals_are_the_receipts(ledger_path: Path, words: ShopWords) -> None:
    model = ClosedVisitsModel(words)
    model.show(read_recent(ledger_path))
    catalog = words.layout.catalog
    assert model.index(0, 4).data() == words.money(catalog[4].price + 2 * catalog[5].price) == "€12.97"


def test_no_ledger_yet_is_no_visits(tmp_path: Path) -> None:
    assert read_recent(tmp_path / "none.db") == ()


@pytest.mark.parametrize(("currency", "said"), [("EUR", "€12.97"), ("JPY", "¥1,297"), ("KWD", "KWD1.297")])
def test_money_by_the_currencys_decimals(currency: str, said: str) -> None:
    assert ShopWords(aisles(1, 1, currency)).money(1297).replace("\N{NO-BREAK SPACE}", "") == said


def test_times_are_the_shops() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    assert clock_time(0.0, berlin) == "01:00"
    assert since(0.0, 80.0, berlin) == "1:20"
    assert since(0.0, 3600.0, berlin) == "01:00"
    assert [span(s) for s in (0, 59.9, 61, 7500)] == ["0:00", "0:59", "1:01", "2:05:00"]
    assert grams(-329.6) == "−330 g"


def test_unknown_products_are_shown_by_their_number(layout: StoreLayout, words: ShopWords) -> None:
    assert words.product("9999") == "9999"
    assert words.price("9999", 3) == 0


def test_a_camera_says_what_the_others_say_of_it() -> None:
    camera = DeviceStatus("cam3", "camera", "live", EPOCH, why="", clock_late_s=0.3, turned_deg=2.14)
    assert why_of(camera) == (
        "Turned by 2.1° from its calibration: calibrate it again. "
        "Its pictures are stamped 0.30 s later than others', which is allowed for"
    )
    assert why_of(DeviceStatus("s1", "scale", "lost", EPOCH, why="Silent")) == "Silent"
