from __future__ import annotations

from pathlib import Path

import pytest

from console.printing.texts import FOLDER, TextsError, languages, read_texts, texts_for


def test_every_language_is_whole() -> None:
    assert {"de", "en"} <= set(languages())
    for code in languages():
        texts = read_texts(code)
        assert all(getattr(texts, key).strip() for key in texts.__struct_fields__)


def test_a_locale_takes_its_language_and_an_unknown_one_english() -> None:
    assert texts_for("de_AT") == texts_for("de-CH") == read_texts("de")
    assert texts_for("xx") == read_texts("en")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (
            ('total = "SUMME"\n', ""),
            "xx.toml: Object missing required field `total`. Compare it with en.toml",
        ),
        (('total = "SUMME"', 'total = "SUMME"\ntotl = "x"'), "unknown field `totl`"),
        (("{number} *", "{number} *"), None),
        (("Zu Beleg {number}", "Zu Beleg"), "refers_to must have these placeholders: {number}"),
        (("KOPIE Nr. {number}", "KOPIE Nr. {nummer}"), "copy must have these placeholders: {number}"),
        (('thanks = "', 'thanks = "{'), "xx.toml: thanks"),
        (('total = "', "total = "), "xx.toml: "),
    ],
)
def test_a_language_that_is_not_whole_is_refused(
    tmp_path: Path, change: tuple[str, str], says: str | None
) -> None:
    (tmp_path / "xx.toml").write_text((FOLDER / "de.toml").read_text().replace(*change))
    if says is None:
        assert read_texts("xx", tmp_path).copy == "KOPIE Nr. {number}"
        return
    with pytest.raises(TextsError) as caught:
        read_texts("xx", tmp_path)
    assert says in str(caught.value)


def test_a_missing_language_names_those_there_are() -> None:
    with pytest.raises(TextsError, match="there are de, en"):
        read_texts("tlh")
