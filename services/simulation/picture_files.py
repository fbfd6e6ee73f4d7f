"""The demo's picture, written where a browser finds it."""

from dataclasses import dataclass
from pathlib import Path

from services.simulation.chronicle import Chronicle
from services.simulation.picture import page, svg
from services.simulation.story import Story

SVG, PAGE = "day.svg", "day.html"


@dataclass(frozen=True, slots=True)
class PictureFiles:
    """Where the picture lies."""

    svg: Path
    page: Path


def write_picture(told: Chronicle, story: Story, subtitle: str, folder: Path) -> PictureFiles:
    """Write the picture and its page into a folder, made if it is not there; what a run wrote before is replaced.

    Raises:
        OSError: the folder refuses.
    """
    folder.mkdir(parents=True, exist_ok=True)
    files = PictureFiles(folder / SVG, folder / PAGE)
    files.svg.write_text(svg(told, story, subtitle), encoding="utf-8")
    files.page.write_text(page(told, story, subtitle), encoding="utf-8")
    return files
