"""A table of bad stores: each mistake is found where it is, with what to do about it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

import pytest

from store_layout.problems import Problem, StoreProblems, format_problems
from store_layout.reader import check_store, read_store
from store_layout.toml_lines import lines_of
from store_layout.writer import write_store
from tests.support.stores import small_store


class Bad(NamedTuple):
    """In ``file``, ``old`` is replaced by ``new``; the problem then stands at ``where``."""

    name: str
    file: str
    old: str
    new: str
    where: str
    what: str
    remedy: str
    severity: str = "error"


T, C, P = "store.toml", "catalog.csv", "planogram.csv"
WEST_K = "k = [\n    [293.2259756855755, 0.0, 320.0],"
GATE = "outline = [[0.3, 0.0], [1.7, 0.0], [1.7, 0.6], [0.3, 0.6]]"
FLOOR = "[[0.0, 0.0], [6.0, 0.0], [6.0, 5.0], [0.0, 5.0]]"
A1 = 'id = "A1"\nfixture = "A"\nshelf = 1\nlow = [1.6, 3.2, 0.8]\nhigh = [2.6, 3.6, 1.1]'
WEST = 'name = "West corner"\n'
FIRST = "2000000000015,Lemonade lemon 0.5 l,1.49,530.0,2.0,1900"

# fmt: off
BAD = [
    Bad("syntax", T, 'id = "small"', "id = small", "line 7, column 6", "not TOML", "Mend the TOML"),
    Bad("key twice", T, 'id = "small"', 'id = "a"\nid = "b"',
        "line 8", "not TOML: cannot overwrite", "only once"),
    Bad("no format", T, "format = 1", "", "format", "does not say its format", "`format = 1`"),
    Bad("other format", T, "format = 1", "format = 2", "line 4, format", "format is 2", "`format = 1`"),
    Bad("unknown table", T, "[floor]", "[flour]", "line 14, flour", "flour is not known", "mean floor?"),
    Bad("missing table", T, "[floor]", "[flour]", "floor", "[floor] is missing", "Add [floor]"),
    Bad("unknown field", T, "name =", "nmae =", "store.nmae", "nmae is not known", "mean name?"),
    Bad("missing field", T, 'name = "Gondola A"\n', "", 'fixture[1] "A"', "name is missing", "Add `name"),
    Bad("wrong type", T, "shelf = 0", 'shelf = "low"',
        'slot[1] "A0".shelf', "expected int, got str", "whole"),
    Bad("wrong length", T, "low = [1.6, 3.2, 0.8]", "low = [1.6, 3.2]",
        '"A1".low', "length 3, got 2", "list"),
    Bad("wrong choice", T, 'kind = "both"', 'kind = "in"',
        'gate[1] "door".kind', "'in' is not", '"entry" or "exit"'),
    Bad("one table", T, "[[gate]]", "[gate]", "gate", "[gate] stands once", "[[gate]]"),
    Bad("nan", T, "low = [1.6, 3.2, 0.8]", "low = [1.6, nan, 0.8]",
        '"A1".low[2]', "nan is not", "Write the number"),
    Bad("currency", T, '"EUR"', '"EURO"', "line 9, store.currency", "'EURO' is not a currency", "ISO 4217"),
    Bad("time zone", T, "Europe/Berlin", "Europe/Bern",
        "store.time_zone", "'Europe/Bern' is not", "Europe/Berlin"),
    Bad("time zone path", T, "Europe/Berlin", "../etc", "store.time_zone", "'../etc' is not", "IANA"),
    Bad("day start", T, 'day_starts = "00:00"', 'day_starts = "24:00"', "store.day_starts",
        "'24:00' is no time", "04:00"),
    Bad("bad id", T, 'id = "small"', 'id = "a/b"', "store.id", "'a/b' cannot be an id", "letters, digits"),
    Bad("same id", T, 'id = "B"', 'id = "A"', 'fixture[2] "A".id', "id of fixture[1] already", "its own id"),
    Bad("control character", T, '"Gondola A"', '"Gondola\\u0007 A"',
        '"A".name', "control characters", "plain line"),
    Bad("bow tie", T, FLOOR, "[[0, 0], [6, 5], [6, 0], [0, 5]]",
        "floor.outline", "not simple", "walks around"),
    Bad("no area", T, FLOOR, "[[0, 0], [6, 0], [3, 0]]", "floor.outline", "no area", "in metres"),
    Bad("two corners", T, FLOOR, "[[0, 0], [6, 0]]",
        "floor.outline", "2 corners are no area", "three corners"),
    Bad("corner twice", T, FLOOR, "[[0, 0], [6, 0], [6, 0], [6, 5], [0, 5]]",
        "floor.outline[3]", "twice", "", "warning"),
    Bad("outside", T, "[3.9, 3.8]", "[9.9, 3.8]",
        'fixture[1] "A".outline', "outside of the floor", "inside floor"),
    Bad("flat", T, "height = 1.3", "height = 0.0", 'fixture[2] "B".height', "height of 0.0", "in metres"),
    Bad("overlap", T, "[3.9, 2.0], [1.5, 2.0]", "[3.9, 3.5], [1.5, 3.5]",
        '"B".outline', "overlaps fixture[1]", "", "warning"),
    Bad("no fixture", T, A1, A1.replace('"A"', '"Q"'),
        'slot[2] "A1".fixture', "no fixture 'Q'", "[[fixture]]"),
    Bad("no scale", T, 'scale = "scale-A1"', 'scale = "s"', '"A1".scale', "no scale 's'", "[[scale]]"),
    Bad("low over high", T, "high = [2.6, 3.6, 1.1]", "high = [2.6, 3.6, 0.1]",
        '"A1".high', "z goes from", "smaller"),
    Bad("far slot", T, A1, A1.replace("3.6, ", "4.6, "),
        'slot[2] "A1"', "0.80 m out of the outline", "right fixture"),
    Bad("high slot", T, A1, A1.replace("1.1]", "9.1]"), '"A1".high', "above fixture 'A'", "fixture's height"),
    Bad("under the floor", T, A1, A1.replace("0.8]", "-0.8]"), '"A1".low', "under the floor", "from 0"),
    Bad("idle scale", T, 'scale = "scale-A1"', "",
        'scale[2] "scale-A1"', "carries no slot", "[[slot]]", "warning"),
    Bad("two fixtures", T, '"scale-B0"', '"scale-A1"',
        'scale[2] "scale-A1"', "several fixtures: A, B", "Correct"),
    Bad("rate", T, '[[scale]]\nid = "scale-A0"', '[[scale]]\nid = "scale-A0"\nrate_hz = 0',
        ".rate_hz", "0.0 read", "above 0"),
    Bad("gate away", T, GATE, "outline = [[9, 9], [10, 9], [10, 10]]",
        '"door".outline', "nobody can walk", "Move"),
    Bad("no exit", T, 'kind = "both"', 'kind = "entry"',
        "gate", "no gate of kind 'exit'", "Add a [[gate]]", "warning"),
    Bad("password", T, WEST, WEST + 'url = "rtsp://u:pw@h/s"\n',
        '"west".url', "contains a password", "keyring"),
    Bad("password in query", T, WEST, WEST + 'url = "http://h/s?pwd=x"\n',
        '"west".url', "password (pwd)", "keyring"),
    Bad("user in url", T, WEST, WEST + 'url = "rtsp://u@h/s"\n',
        '"west".url', "user name", "`user`", "warning"),
    Bad("scheme", T, WEST, WEST + 'url = "ftp://h/s"\n', '"west".url', "'ftp:' is not known", "rtsp://"),
    Bad("no scheme", T, WEST, WEST + 'url = "camera1"\n', '"west".url', "no scheme", "rtsp://"),
    Bad("no host", T, WEST, WEST + 'url = "rtsp:///s"\n', '"west".url', "names no host", "rtsp://host/path"),
    Bad("usb", T, WEST, WEST + 'url = "usb:front"\n', '"west".url', "number of the device", "usb:0"),
    Bad("port", T, WEST, WEST + 'url = "rtsp://h:99999/s"\n', '"west".url', "cannot be read", "Correct"),
    Bad("size", T, "width = 640", "width = 0", 'camera[1] "west".width', "0 pixels", "above 0"),
    Bad("focal", T, WEST_K, WEST_K.replace("293.2", "-293.2"),
        "calibration.k", "focal lengths -293", "above 0"),
    Bad("k", T, "[0.0, 0.0, 1.0]", "[0.0, 0.1, 1.0]",
        "calibration.k", "not upper triangular", "[[fx, 0, cx]"),
    Bad("rotation", T, "[-0.659", "[-0.759", "calibration.r", "not a rotation", "all its digits"),
    Bad("mirror", T, "r = [\n    [-0.659323125797916, -0.7518597048572728, 0.0]",
        "r = [\n    [0.659323125797916, 0.7518597048572728, -0.0]",
        "calibration.r", "mirrors", "right-handed"),
    Bad("below", T, "4.038658988248161]", "-4.038658988248161]",
        "calibration", "not above the floor", "z points up"),
    Bad("k too short", T, WEST_K, "k = [", '"west".calibration.k', "length 3, got 2", "list"),
    Bad("kind", T, 'kind = "opencv"', 'kind = "tsai"',
        '"west".calibration.kind', "'tsai'", '"opencv" or "matrix"'),
    Bad("no kind", T, 'kind = "opencv"\n', "", '"west".calibration.kind', "kind is missing", "Write kind ="),
    Bad("coefficients", T, 'kind = "opencv"', 'kind = "opencv"\ndistortion = [0.1]',
        ".distortion", "1 dist", "0, 4, 5"),
    Bad("error", T, 'kind = "opencv"', 'kind = "opencv"\nerror_px = -1',
        ".error_px", "-1.0 pixels", "reprojection"),
    Bad("looks away", T, "t = [3.745", "t = [903.745",
        '"west".calibration', "nothing of the floor", "units", "warning"),
    Bad("lens", T, 'kind = "opencv"', 'kind = "opencv"\ndistortion = [-0.5, 0, 0, 0]',
        ".distortion", "4 of the", "", "warning"),
    Bad("plan", T, "[floor]", '[floor]\nplan = "p.png"',
        "floor.plan", "no file 'p.png'", "Put it there", "warning"),
    Bad("plan outside", T, "[floor]", '[floor]\nplan = "../p.png"',
        "floor.plan", "not within", "Put the file there"),
    Bad("broker port", T, "[[gate]]", '[broker]\nhost = "h"\nport = 0\n[[gate]]',
        "broker.port", "0 is not a port", "1883"),
    Bad("broker url", T, "[[gate]]", '[broker]\nhost = "mqtt://h"\n[[gate]]',
        "broker.host", "not a host name", "alone"),
    Bad("rules", T, "[[gate]]", "[rules]\nreview_cost = -5\n[[gate]]",
        "rules.review_cost", "-5 is negative", "0 or more"),
    Bad("certainty", T, "[[gate]]", "[rules]\nissue_from = 97.0\n[[gate]]",
        "rules.issue_from", "97.0 is no probability", "from 0 to 1"),
    Bad("no clips", T, "[[gate]]", "[retention]\nclips_days = 0\n[[gate]]",
        "retention.clips_days", "0 days", "from 1 to 90"),
    Bad("for ever", T, "[[gate]]", "[retention]\nvisits_days = 36500\n[[gate]]",
        "retention.visits_days", "36500 days", "from 1 to 3650"),
    Bad("gone while disputed", T, "[[gate]]", "[retention]\nvisits_days = 5\n[[gate]]",
        "retention.visits_days", "kept for 5 days, but disputed for 7", "rules.refund_days"),
    Bad("half a year", T, "[[gate]]", "[retention]\ndocuments_years = 0.5\n[[gate]]",
        "retention.documents_years", "expected int, got float", "whole"),
    Bad("no years", T, "[[gate]]", "[retention]\ndocuments_years = 0\n[[gate]]",
        "retention.documents_years", "0 years", "from 1 to 100"),
    Bad("few years", T, "[[gate]]", "[retention]\ndocuments_years = 3\n[[gate]]",
        "retention.documents_years", "3 years only", "taxes", "warning"),
    Bad("hour", T, "[[gate]]", "[retention]\nquiet_hour = 24\n[[gate]]",
        "retention.quiet_hour", "24 is no hour", "0 to 23"),
    Bad("misspelt", T, "[[gate]]", "[retention]\nclip_days = 7\n[[gate]]",
        "retention.clip_days", "clip_days is not known", "mean clips_days?"),
    Bad("refunds", T, "[[gate]]", "[rules]\nrefund_days = -1\n[[gate]]",
        "rules.refund_days", "-1 is negative", "0 or more"),
    Bad("hold", T, "[[gate]]", "[rules]\ncard_hold = -5\n[[gate]]",
        "rules.card_hold", "-5 is negative", "0 or more"),
    Bad("coin", T, "[[gate]]", "[rules]\ncash_rounding = -5\n[[gate]]",
        "rules.cash_rounding", "-5 is negative", "0 or more"),
    Bad("no column", C, "sku,name,price", "sku,name,prize",
        "line 1, column price", "missing", "Add it to the header"),
    Bad("column twice", C, "sku,name,price,weight_g", "sku,name,price,price",
        "column price", "twice", "Remove"),
    Bad("empty cell", C, FIRST, FIRST.replace("1.49", ""), "line 2, column price", "empty", "Fill it in"),
    Bad("price text", C, FIRST, FIRST.replace("1.49", "1.49 EUR"),
        "line 2, column price", "not a number", "no unit"),
    Bad("decimals", C, FIRST, FIRST.replace("1.49", "1.495"),
        "line 2, column price", "more decimals than EUR", "Round"),
    Bad("negative price", C, FIRST, FIRST.replace("1.49", "-1.49"),
        "line 2, column price", "negative", "one unit"),
    Bad("ambiguous", C, FIRST, FIRST.replace("530.0", '"1,530"'),
        "column weight_g", "may mean 1530 or 1.530", "digits"),
    Bad("weightless", C, FIRST, FIRST.replace("530.0", "0"),
        "line 2, column weight_g", "weight of 0.0 g", "grams"),
    Bad("spread", C, FIRST, FIRST.replace(",2.0,", ",-2,"),
        "line 2, column weight_sd_g", "-2.0 g", "0 or more"),
    Bad("tax", C, FIRST, FIRST.replace("1900", "19000"),
        "line 2, column tax_basis_points", "19000", "19 % is 1900"),
    Bad("tax percent", C, FIRST, FIRST.replace("1900", "19"),
        "column tax_basis_points", "0.19 %", "1900", "warning"),
    Bad("tax fraction", C, FIRST, FIRST.replace("1900", "0.19"),
        "column tax_basis_points", "not a whole", "whole"),
    Bad("same sku", C, "2000000000022", "2000000000015", "line 3, column sku", "row 1 already", "one row"),
    Bad("check digit", C, FIRST, "2000000000016,Bread,1,1,,\n" + FIRST,
        "line 2, column sku", "it would be 5", "package", "warning"),
    Bad("shortened", C, "2000000000015", "2.00000E+12", "line 2, column sku", "shortened", "column as text"),
    Bad("surplus cell", C, FIRST, FIRST.replace("lemon 0.5", "lemon, 0.5") + ",,,x",
        "line 2", "15 cells", "quotation"),
    Bad("open quote", C, FIRST, FIRST.replace("Lemonade", '"Lemonade'),
        "", "line 2 cannot be read", "partner"),
    Bad("no picture", C, FIRST + ",,,", FIRST + ",,,a.png",
        "line 2, column picture", "no file", "Put it", "warning"),
    Bad("slot", P, "A0,", "A9,", "line 2, column slot", "no slot 'A9'", "[[slot]]"),
    Bad("sku", P, "A0,2000000000015", "A0,123",
        "line 2, column sku", "no product '123'", "row to catalog.csv"),
    Bad("twice", P, "A1,2000000000022", "A0,2000000000015", "line 3", "row 1 already", "sum of the facings"),
    Bad("facings", P, "A0,2000000000015,3", "A0,2000000000015,0", "column facings", "0 facings", "1 or more"),
    Bad("stock", P, "A0,2000000000015,3,12,9", "A0,2000000000015,3,12,13",
        "stock", "room for 12", "two", "warning"),
]
# fmt: on


@pytest.fixture(name="folder")
def _folder(tmp_path: Path) -> Path:
    write_store(small_store(), tmp_path / "store")
    return tmp_path / "store"


def edit(folder: Path, file: str, old: str, new: str) -> None:
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.mark.parametrize("bad", BAD, ids=[bad.name for bad in BAD])
def test_bad_store(folder: Path, bad: Bad) -> None:
    edit(folder, bad.file, bad.old, bad.new)
    check = check_store(folder)
    fitting = [
        p
        for p in check.problems
        if p.file == bad.file and bad.where in p.where and bad.what in p.what and bad.remedy in p.remedy
    ]
    assert [p.severity for p in fitting] == [bad.severity], format_problems(check.problems)
    assert (check.layout is None) == any(p.severity == "error" for p in check.problems)
    if bad.severity == "warning":
        assert check.layout is not None
    else:
        with pytest.raises(StoreProblems):
            read_store(folder)


def test_one_mistake_brings_one_problem(folder: Path) -> None:
    """A fixture that cannot be read is not reported again by its slots, nor a product by its facings."""
    edit(folder, "store.toml", 'name = "Gondola A"\n', "")
    edit(folder, "catalog.csv", FIRST, FIRST.replace("530.0", "heavy"))
    problems = check_store(folder).problems
    assert [(p.file, p.what) for p in problems] == [
        ("store.toml", "name is missing"),
        ("catalog.csv", "'heavy' is not a number"),
    ]


def test_leading_zeros_that_a_spreadsheet_dropped_are_recognised(folder: Path) -> None:
    for file in ("catalog.csv", "planogram.csv"):
        edit(folder, file, "2000000000039", "0000000000039" if file == "catalog.csv" else "39")
    errors = [p for p in check_store(folder).problems if p.severity == "error"]
    assert [(p.file, p.where) for p in errors] == [("planogram.csv", "line 4, column sku")]
    assert "leading zeros" in errors[0].remedy


def test_all_problems_come_at_once_in_the_order_of_the_files(folder: Path) -> None:
    (folder / "store.toml").write_text("[store\n", encoding="utf-8")
    edit(folder, "catalog.csv", FIRST, f"{FIRST}\n{FIRST}")
    edit(folder, "catalog.csv", "104.0", "-104.0")
    edit(folder, "planogram.csv", "A1,2000000000022,3", "A1,2000000000077,-3")
    with pytest.raises(StoreProblems) as caught:
        read_store(folder)
    found = [(p.file, p.where) for p in caught.value.problems]
    assert found == [
        ("store.toml", "line 1, column 7"),
        ("catalog.csv", "line 3, column sku"),
        ("catalog.csv", "line 6, column weight_g"),
        ("planogram.csv", "line 3, column facings"),
    ]
    for problem in caught.value.problems:
        assert str(problem.what) in str(caught.value)
        assert str(problem.remedy) in str(caught.value)


@pytest.mark.parametrize("file", ["store.toml", "catalog.csv", "planogram.csv"])
def test_a_missing_file(folder: Path, file: str) -> None:
    (folder / file).unlink()
    problems = check_store(folder).problems
    assert [(p.file, p.what) for p in problems] == [(file, "the file is missing")]
    assert "'store'" in problems[0].remedy


def test_a_folder_in_place_of_a_file(folder: Path) -> None:
    (folder / "catalog.csv").unlink()
    (folder / "catalog.csv").mkdir()
    (problem,) = check_store(folder).problems
    assert "cannot be read" in problem.what


@pytest.mark.parametrize(
    ("name", "what"), [("nowhere", "there is no such folder"), ("store.toml", "a file, not a folder")]
)
def test_no_folder_at_all(folder: Path, name: str, what: str) -> None:
    (problem,) = check_store(folder / name).problems
    assert what in problem.what
    assert problem.file == str(folder / name)
    with pytest.raises(StoreProblems, match="Check the path"):
        read_store(folder / name)


def test_toml_that_is_not_utf8(folder: Path) -> None:
    path = folder / "store.toml"
    path.write_bytes(path.read_bytes().replace(b"Gondola A", b"Gond\xf6la A"))
    (problem,) = check_store(folder).problems
    assert "not UTF-8" in problem.what
    assert str(problem.what).startswith("line 19 ")


def test_brackets_without_end(folder: Path) -> None:
    (folder / "store.toml").write_text("a = " + "[" * 100_000, encoding="utf-8")
    assert check_store(folder).layout is None


def points_camera(pairs: str) -> str:
    return (
        '[[camera]]\nid = "p"\nname = "P"\nwidth = 640\nheight = 360\n'
        f'[camera.calibration]\nkind = "points"\npairs = [\n{pairs}\n]\n\n[[gate]]'
    )


GOOD_PAIRS = [
    "{ floor = [0, 0], pixel = [40, 340] },",
    "{ floor = [6, 0], pixel = [600, 340] },",
    "{ floor = [5, 5], pixel = [450, 90] },",
    "{ floor = [1, 5], pixel = [190, 90] },",
    "{ floor = [3, 0], pixel = [320, 340] },",
]


@pytest.mark.parametrize(
    ("pairs", "where", "what", "severity"),
    [
        (GOOD_PAIRS[:3], ".pairs", "3 pairs, but at least four", "error"),
        ([*GOOD_PAIRS[:2], GOOD_PAIRS[4], GOOD_PAIRS[4]], ".pairs", "on one line", "error"),
        (
            [*GOOD_PAIRS[:4], "{ floor = [3, 2], pixel = [270, 190] },"],
            ".pairs[",
            "this one worst",
            "warning",
        ),
        ([*GOOD_PAIRS[:4], "{ floor = [3, 0], pixel = [320, 940] },"], ".pairs[5]", "outside", "warning"),
        (
            [re.sub(r"floor = \[(\d),", r"floor = [-\1,", p) for p in GOOD_PAIRS],
            ".pairs",
            "mirrored",
            "error",
        ),
        ([*GOOD_PAIRS, "]", "position = [3, -2, -2.5"], ".position", "not above the floor", "error"),
    ],
)
def test_bad_point_pairs(folder: Path, pairs: list[str], where: str, what: str, severity: str) -> None:
    edit(folder, "store.toml", "[[gate]]", points_camera("\n".join(pairs)))
    fitting = [p for p in check_store(folder).problems if where in p.where and what in p.what]
    assert [p.severity for p in fitting] == [severity], format_problems(check_store(folder).problems)


def test_good_point_pairs_and_the_line_of_each(folder: Path) -> None:
    edit(folder, "store.toml", "[[gate]]", points_camera("\n".join(GOOD_PAIRS)))
    assert check_store(folder).problems == ()
    text = (folder / "store.toml").read_text(encoding="utf-8")
    line = lines_of(text)[("camera", 3, "calibration", "pairs", 4)]
    assert text.splitlines()[line - 1] == GOOD_PAIRS[4]


def test_a_flat_matrix(folder: Path) -> None:
    camera = points_camera("").split("[camera.calibration]")[0]
    flat = '[camera.calibration]\nkind = "matrix"\np = [[1, 0, 0, 1], [0, 1, 0, 1], [0, 0, 0, 1]]\n[[gate]]'
    edit(folder, "store.toml", "[[gate]]", camera + flat)
    (problem,) = check_store(folder).problems
    assert str(problem.where).endswith('camera[4] "p".calibration.p')
    assert "singular" in problem.what


def test_lines_are_found_in_odd_toml() -> None:
    text = '''# head
a."b c" = 1
long = """
[not.a.table]
"""
list = [ # comment with ]
  [1, 2],
  [3,
   4], 5,
]
[[x]]
[x.y]
k = {a = "]", b = 2}
[[x]]
y.k = 3
'''
    found = lines_of(text)
    assert found[("a", "b c")] == 2
    assert found[("list",)] == 6
    assert [found[("list", n)] for n in range(3)] == [7, 8, 9]
    assert found[("x", 0)] == 11
    assert found[("x", 0, "y", "k")] == 13
    assert found[("x", 1)] == 14
    assert found[("x", 1, "y", "k")] == 15
    assert ("not", "a", "table") not in found


def test_problems_in_words() -> None:
    assert format_problems(()) == "no problems"
    error = Problem("a.csv", "line 2", "it is wrong", "Mend it")
    warning = Problem("a.csv", "", "it is odd", "Look at it", "warning")
    assert str(error) == "error: a.csv: line 2: it is wrong. Mend it."
    assert format_problems([warning, error]).splitlines() == [
        "a.csv",
        "  error: line 2: it is wrong",
        "    -> Mend it",
        "  warning: it is odd",
        "    -> Look at it",
        "1 error, 1 warning",
    ]


def test_a_folder_that_cannot_be_looked_into_is_a_problem_too(tmp_path: Path) -> None:
    found = check_store(tmp_path / ("x" * 300))
    assert found.layout is None
    assert [str(problem.what) for problem in found.problems] == [
        "it cannot be looked into (File name too long)"
    ]


def test_the_folder_is_named_where_one_stands_in_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert f"Create it in '{tmp_path.name}'" in str(check_store(Path()).problems[0].remedy)
