import re
from xml.etree import ElementTree as ET

import pytest

from schemas.model import Place
from services.simulation.chronicle import Chronicle
from services.simulation.city.clock import at_minute
from services.simulation.picture import page, svg
from services.simulation.story import story_of
from tests.unit.board.decided import MINUTE_MS, Decided
from tests.unit.simulation.test_chronicle import chronicled

SVG = "{http://www.w3.org/2000/svg}"
SUBTITLE = "A town & its <people>"
MILL_QUARTER = Place(x_m=7_450, y_m=3_850)


def a_morning() -> Chronicle:
    """Two asks at nine, one of them helped after three minutes; a third by phone at ten."""
    day = Decided(now_ms=at_minute(9 * 60 + 5))
    day.ask("A1", place=MILL_QUARTER, remote=False).ask("A2", place=MILL_QUARTER, remote=False).offer().proposed()
    day.block(after_ms=3 * MINUTE_MS).moved("M1", "accept").block(after_ms=60 * MINUTE_MS).ask("A3")
    return chronicled(day)


def drawn(told: Chronicle) -> ET.Element:
    return ET.fromstring(svg(told, story_of(told), SUBTITLE))


def test_the_picture_is_one_whole_svg_that_says_what_it_shows() -> None:
    picture = drawn(a_morning())

    assert picture.tag == f"{SVG}svg"
    assert picture.get("role") == "img"
    title, desc = picture.find(f"{SVG}title"), picture.find(f"{SVG}desc")
    assert title is not None
    assert desc is not None
    assert picture.get("aria-labelledby") == f"{title.get('id')} {desc.get('id')}"
    assert title.text == f"1 of 3 asks for help found somebody: {SUBTITLE}"
    assert "Mill Quarter: 1 of 2 helped" in (desc.text or "")
    assert "3 asks over the day, 1 of them helped. Most came between 09:00 and 10:00: 2." in (desc.text or "")
    assert "half of those helped waited 3 minutes or less" in (desc.text or "")


def test_helped_is_a_dot_and_not_helped_a_diamond_and_who_rings_has_no_place() -> None:
    picture = drawn(a_morning())

    circles = len(list(picture.iter(f"{SVG}circle")))
    assert circles == 1 + 1  # the ask, and the key
    words = [mark.text for mark in picture.iter(f"{SVG}text")]
    assert {"helped: 1", "not yet, or not in time: 1", "1 more by phone", "1 of 2 helped"} <= set(words)


@pytest.mark.parametrize("told", [Chronicle(), a_morning()], ids=["empty", "a morning"])
def test_picture_and_page_need_no_other_file(told: Chronicle) -> None:
    story = story_of(told)

    for made in (svg(told, story, SUBTITLE), page(told, story, SUBTITLE)):
        assert not re.search(r"(src|href)=|url\(|@import|<script", made)
        assert not re.findall(r"https?://(?!www\.w3\.org/2000/svg)", made)


def test_the_page_shows_every_panel_with_words_of_its_own() -> None:
    told = a_morning()

    made = page(told, story_of(told), SUBTITLE)

    assert made.count("<figure") == made.count('role="img"') == made.count("<desc") == 3
    assert 'lang="en"' in made
    assert 'name="viewport"' in made
    assert "A town &amp; its &lt;people&gt;" in made
    ids = re.findall(r' id="([^"]+)"', made)
    assert len(ids) == len(set(ids))


def test_everything_stands_within_the_picture() -> None:
    picture = drawn(a_morning())
    width, height = (float(side) for side in picture.get("viewBox", "").split()[2:])

    for group in picture.iter(f"{SVG}g"):
        at = re.fullmatch(r"translate\((\S+) (\S+)\)", group.get("transform", "translate(0 0)"))
        assert at is not None
        assert 0 <= float(at[1]) < width
        assert 0 <= float(at[2]) < height


def test_the_same_day_is_the_same_bytes() -> None:
    one, other = a_morning(), a_morning()

    assert svg(one, story_of(one), SUBTITLE) == svg(other, story_of(other), SUBTITLE)
