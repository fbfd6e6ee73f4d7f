"""The few marks that pictures are made of, as SVG text. Every number is rounded, so that equal data is equal bytes."""

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape

INK, QUIET, RULE, PAPER = "#1d2733", "#4a5663", "#d5dbe1", "#ffffff"
"""Text, lesser text, lines, ground. Each text stands 7 to 1 or better against the ground."""
HELPED, NOT_HELPED, WATER, LAND = "#0a6594", "#c2410c", "#dbe9f4", "#f4f1ea"
"""Blue and vermilion, told apart by every kind of colour vision, and by shape besides."""
FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif"


@dataclass(frozen=True, slots=True)
class Panel:
    """A part of the picture that makes sense by itself, on a ground of its own size."""

    name: str
    width: int
    height: int
    title: str
    subtitle: str
    description: str
    """What the panel shows, in words and numbers: for those who hear it."""
    body: str
    """Drawn from the upper left corner, without title and subtitle."""


def number(value: float) -> str:
    """A coordinate: one decimal at most, and never minus nothing."""
    rounded = f"{value:.1f}".removesuffix(".0")
    return "0" if rounded == "-0" else rounded


def text(
    x: float, y: float, words: str, *, size: int = 16, colour: str = INK, anchor: str = "start", weight: int = 400
) -> str:
    """Words at a place; `y` is their base line."""
    bold = "" if weight == 400 else f' font-weight="{weight}"'
    at = "" if anchor == "start" else f' text-anchor="{anchor}"'
    return f'<text x="{number(x)}" y="{number(y)}" font-size="{size}" fill="{colour}"{at}{bold}>{escape(words)}</text>'


def label(x: float, y: float, words: str, *, size: int = 16, colour: str = INK, weight: int = 400) -> str:
    """Words in the middle of something busy: with a rim of paper, so that they stay readable."""
    rim = f'stroke="{PAPER}" stroke-width="5" stroke-linejoin="round" paint-order="stroke"'
    return (
        f'<text x="{number(x)}" y="{number(y)}" font-size="{size}" fill="{colour}" text-anchor="middle" '
        f'font-weight="{weight}" {rim}>{escape(words)}</text>'
    )


def box(x: float, y: float, width: float, height: float, colour: str, *, round_by: float = 0) -> str:
    """A filled rectangle."""
    rounded = f' rx="{number(round_by)}"' if round_by else ""
    return (
        f'<rect x="{number(x)}" y="{number(y)}" width="{number(width)}" height="{number(height)}" '
        f'fill="{colour}"{rounded}/>'
    )


def line(x1: float, y1: float, x2: float, y2: float, colour: str = RULE, *, width: float = 1) -> str:
    """A straight line."""
    return (
        f'<line x1="{number(x1)}" y1="{number(y1)}" x2="{number(x2)}" y2="{number(y2)}" '
        f'stroke="{colour}" stroke-width="{number(width)}"/>'
    )


def dot(x: float, y: float, radius: float, colour: str) -> str:
    """A filled circle."""
    return f'<circle cx="{number(x)}" cy="{number(y)}" r="{number(radius)}" fill="{colour}"/>'


def diamond(x: float, y: float, radius: float, colour: str) -> str:
    """An open diamond: unlike a dot even without colour."""
    reach = number(radius)
    return (
        f'<path d="M{number(x)} {number(y - radius)}l{reach} {reach}l-{reach} {reach}l-{reach} -{reach}z" '
        f'fill="{PAPER}" stroke="{colour}" stroke-width="1.8"/>'
    )


def group(marks: Iterable[str], attributes: str = "") -> str:
    """Marks that belong together."""
    inside = "".join(marks)
    return f"<g {attributes}>{inside}</g>" if attributes else f"<g>{inside}</g>"


def moved(x: float, y: float, marks: str) -> str:
    """Marks, put down elsewhere."""
    return f'<g transform="translate({number(x)} {number(y)})">{marks}</g>'
