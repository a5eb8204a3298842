"""Figures in house style: pure functions from a tidy table to a picture.

``marks`` (bars, columns, lines, dots, matrix), ``maps``, ``networks``; every figure carries its wide and its narrow layout.
"""

from cyberdip_utils.figures import maps, marks, networks, style
from cyberdip_utils.figures.style import DARK, empty, geometry, palette_json, plain, rule, standalone, to_json
from cyberdip_utils.figures.thumbnail import thumbnail

__all__ = [
    "DARK",
    "empty",
    "geometry",
    "maps",
    "marks",
    "networks",
    "palette_json",
    "plain",
    "rule",
    "standalone",
    "style",
    "thumbnail",
    "to_json",
]
