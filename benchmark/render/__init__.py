"""Assessments become documents. Pure: no clock, environment, file or global state."""

from benchmark.render.formats import FORMATS, Format, render_many
from benchmark.render.options import RenderOptions

__all__ = ["FORMATS", "Format", "RenderOptions", "render_many"]
