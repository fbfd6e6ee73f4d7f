import pytest

from services.simulation.picture.marks import (
    HELPED,
    INK,
    LAND,
    NOT_HELPED,
    PAPER,
    QUIET,
    WATER,
    diamond,
    dot,
    number,
    text,
)


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2 defines it."""
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("colour", [INK, QUIET])
def test_text_is_easy_to_read(colour: str) -> None:
    assert contrast(colour, PAPER) >= 7


@pytest.mark.parametrize("mark", [HELPED, NOT_HELPED])
@pytest.mark.parametrize("ground", [PAPER, LAND, WATER])
def test_marks_stand_out_from_every_ground(mark: str, ground: str) -> None:
    assert contrast(mark, ground) >= 3


def test_helped_and_not_helped_differ_without_colour() -> None:
    assert "circle" in dot(1, 1, 3, HELPED)
    assert f'fill="{PAPER}"' in diamond(1, 1, 3, NOT_HELPED)


@pytest.mark.parametrize(
    ("value", "expected"),
    [(3, "3"), (3.04, "3"), (3.05, "3"), (3.15, "3.1"), (-0.01, "0"), (-2.5, "-2.5"), (120.0, "120")],
)
def test_coordinates_have_one_decimal_at_most(value: float, expected: str) -> None:
    assert number(value) == expected


def test_words_cannot_break_out_of_their_mark() -> None:
    assert text(0, 0, '<script>&"') == (
        f'<text x="0" y="0" font-size="16" fill="{INK}">&lt;script&gt;&amp;&quot;</text>'
    )
