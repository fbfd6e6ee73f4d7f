"""The whole picture: one SVG that stands alone, and a page that shows its panels side by side or one below the other."""

from html import escape

from services.simulation.chronicle import Chronicle
from services.simulation.picture.charts import asks_over_the_day, time_to_acceptance
from services.simulation.picture.city_map import city_map
from services.simulation.picture.marks import FONT, HELPED, INK, PAPER, QUIET, Panel, box, line, moved, text
from services.simulation.story import Story

WIDTH, MARGIN = 1_240, 28
HEAD = 166
TITLE = 52
"""What a panel's title and subtitle take above it."""


def panels(told: Chronicle, story: Story) -> list[Panel]:
    """The map, then the charts."""
    return [city_map(told), asks_over_the_day(told), time_to_acceptance(told, story)]


def headline(story: Story) -> str:
    """The day in one sentence."""
    return f"{story.helped} of {story.asks - story.taken_back} asks for help found somebody"


def highlights(story: Story) -> list[tuple[str, str]]:
    """Four figures, each with what it says."""
    half, per_helped = story.waits.median_min, story.asking.per_helped
    return [
        ("-" if half is None else f"{half:.0f} min", "typical wait for a yes"),
        ("-" if per_helped is None else f"{per_helped:.1f}", "questions sent per ask helped"),
        (str(story.giving.thanks), "thank-yous passed on"),
        (str(story.waiting.open_now), "still looked for at midnight"),
    ]


def svg(told: Chronicle, story: Story, subtitle: str) -> str:
    """The picture as one file that needs no other."""
    the_map, over_day, waits = panels(told, story)
    right = MARGIN + the_map.width + 24
    height = HEAD + TITLE + the_map.height + 56
    body = [
        box(0, 0, WIDTH, height, PAPER),
        text(MARGIN, 50, headline(story), size=32, weight=700),
        text(MARGIN, 78, subtitle, size=17, colour=QUIET),
        *_highlight_row(story),
        _titled(the_map, MARGIN, HEAD),
        _titled(over_day, right, HEAD),
        _titled(waits, right, HEAD + TITLE + over_day.height + 18),
        text(MARGIN, height - 18, FOOTNOTE, size=15, colour=QUIET),
    ]
    title = f"{headline(story)}: {subtitle}"
    said = " ".join(
        [f"{value} {what}." for value, what in highlights(story)]
        + [f"{one.title}: {one.description}" for one in (the_map, over_day, waits)]
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" '
        f'aria-labelledby="picture-title picture-desc" font-family="{escape(FONT)}">'
        f'<title id="picture-title">{escape(title)}</title><desc id="picture-desc">{escape(said)}</desc>'
        f"{''.join(body)}</svg>\n"
    )


FOOTNOTE = (
    "Larkmere does not exist and nobody in it is real: people, needs and answers are generated; the matching is real."
)


def _titled(panel: Panel, x: float, y: float) -> str:
    """A panel with its title above it."""
    title = text(0, 20, panel.title, size=20, weight=650)
    return moved(x, y, title + text(0, 42, panel.subtitle, size=15, colour=QUIET) + moved(0, TITLE, panel.body))


def _highlight_row(story: Story) -> list[str]:
    marks = []
    wide = (WIDTH - 2 * MARGIN) / 4
    for place, (value, what) in enumerate(highlights(story)):
        x = MARGIN + wide * place
        marks.append(line(x + 1.5, 98, x + 1.5, 142, HELPED, width=3))
        marks.append(text(x + 13, 120, value, size=26, weight=700))
        marks.append(text(x + 13, 141, what, size=16, colour=QUIET))
    return marks


def page(told: Chronicle, story: Story, subtitle: str) -> str:
    """The same picture for a browser: wide beside each other, on a telephone one below the other."""
    figures = "".join(f"<li><strong>{escape(value)}</strong> {escape(what)}</li>" for value, what in highlights(story))
    drawn = "".join(_figure(panel) for panel in panels(told, story))
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(headline(story))}</title><style>{STYLE}</style></head>"
        f"<body><main><h1>{escape(headline(story))}</h1><p>{escape(subtitle)}</p>"
        f"<ul>{figures}</ul><div>{drawn}</div><p>{escape(FOOTNOTE)}</p></main></body></html>\n"
    )


def _figure(panel: Panel) -> str:
    name = panel.name
    return (
        f'<figure class="{name}"><figcaption><h2>{escape(panel.title)}</h2>{escape(panel.subtitle)}</figcaption>'
        f'<svg viewBox="0 0 {panel.width} {panel.height}" role="img" '
        f'aria-labelledby="{name}-title {name}-desc" font-family="{escape(FONT)}">'
        f'<title id="{name}-title">{escape(panel.title)}</title><desc id="{name}-desc">{escape(panel.description)}</desc>'
        f"{panel.body}</svg></figure>"
    )


STYLE = f"""
body {{ margin: 0; background: {PAPER}; color: {INK}; font: 17px/1.5 {FONT}; }}
main {{ max-width: 1240px; margin: 0 auto; padding: 24px 20px 40px; }}
h1 {{ font-size: clamp(24px, 4vw, 34px); line-height: 1.2; margin: 0; }}
p {{ color: {QUIET}; margin: 8px 0 20px; }}
ul {{ list-style: none; margin: 0 0 28px; padding: 0; display: grid; gap: 14px;
  grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); }}
li {{ border-left: 4px solid {HELPED}; padding-left: 12px; color: {QUIET}; line-height: 1.35; }}
strong {{ display: block; font-size: 26px; color: {INK}; }}
div {{ display: grid; gap: 28px 24px; }}
figure {{ margin: 0; }}
h2 {{ font-size: 20px; line-height: 1.3; margin: 0; color: {INK}; }}
figcaption {{ color: {QUIET}; font-size: 15px; line-height: 1.35; margin-bottom: 10px; }}
svg {{ width: 100%; height: auto; display: block; }}
@media (min-width: 900px) {{
  div {{ grid-template-columns: 680fr 480fr; }}
  .map {{ grid-row: span 2; }}
}}
""".replace("\n", " ")
