"""The demo's picture: a map and two charts, as one SVG and as a page."""

from services.simulation.picture.page import page, svg

__all__ = ["page", "svg"]
