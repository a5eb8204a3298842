"""The palette for all kinds of colour vision, contrast of text, and words for every picture."""

import itertools
import re
from pathlib import Path

import numpy as np
import pytest

from cyberdip_utils.first_edition import figures

STATIC = Path(figures.__file__).parent / "static"
# Machado, Oliveira and Fernandes (2009), doi 10.1109/TVCG.2009.113: full loss of one kind of cone, on linear RGB.
VISION = {
    "usual": np.eye(3),
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}


def linear(colour):
    """Linear RGB, 0 to 1, of '#rrggbb' (IEC 61966-2-1)."""
    values = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def luminance(colour):
    """Relative luminance as WCAG 2.2 defines it."""
    return float(linear(colour) @ [0.2126, 0.7152, 0.0722])


def contrast(a, b):
    light, dark = sorted((luminance(a), luminance(b)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def lab(rgb):
    """CIE L*a*b* of linear RGB, D65."""
    matrix = [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
    x = np.clip(np.array(matrix) @ np.clip(rgb, 0, 1) / [0.95047, 1, 1.08883], 0, None)
    f = np.where(x > (6 / 29) ** 3, np.cbrt(x), x / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def distance(a, b, vision):
    """Euclidean distance in L*a*b* (CIE 1976) as seen with this vision; about 2 is just noticeable."""
    seen = [lab(np.array(VISION[vision]) @ linear(c)) for c in (a, b)]
    return float(np.linalg.norm(seen[0] - seen[1]))


def dark_colours():
    text = re.search(r"const DARK = \{(.*?)\}", (STATIC / "exhibit.js").read_text(encoding="utf-8"))[1]
    return dict(re.findall(r'"(#[0-9a-f]{6})": "(#[0-9a-f]{6})"', text))


def test_the_measures_by_hand():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
    assert lab(linear("#ffffff")) == pytest.approx([100, 0, 0], abs=0.02)
    assert lab(linear("#ff0000")) == pytest.approx([53.24, 80.09, 67.20], abs=0.05)


def test_text_stands_out_in_light_and_in_dark():
    dark = dark_colours()
    assert set(dark) == {figures.INK, figures.SOFT_INK, figures.GRID, figures.NO_DATA, figures.PAPER}
    for ink in (figures.INK, figures.SOFT_INK):
        assert contrast(ink, figures.PAPER) >= 4.5
        assert contrast(dark[ink], dark[figures.PAPER]) >= 4.5


@pytest.mark.parametrize("vision", VISION)
def test_the_colours_of_a_figure_can_be_told_apart(vision):
    """The first four, which most figures need, clearly; all seven still."""
    for colours, least in ((figures.COLOURS[:4], 15), (figures.COLOURS, 10)):
        near = min(itertools.combinations(colours, 2), key=lambda pair: distance(*pair, vision))
        assert distance(*near, vision) >= least, near


def test_no_style_differs_by_colour_alone():
    for marks in (figures.SYMBOLS, figures.PATTERNS):
        assert len(set(marks)) == len(marks) == len(figures.COLOURS)
    lines = list(zip(figures.DASHES, figures.SYMBOLS, strict=True))
    assert len(set(lines)) == len(figures.COLOURS)


@pytest.mark.parametrize("vision", VISION)
def test_the_scale_of_maps_rises_in_lightness_for_every_vision(vision):
    light = [lab(np.array(VISION[vision]) @ linear(c))[0] for c in figures.SCALE]
    assert all(a - b > 3 for a, b in itertools.pairwise(light))


def test_what_is_not_known_is_not_on_the_scale():
    for vision in VISION:
        assert min(distance(figures.NO_DATA, c, vision) for c in figures.SCALE) >= 10


@pytest.mark.parametrize(
    "path",
    sorted([*STATIC.glob("*.css"), *(Path(__file__).parents[1] / "classroom" / "static").glob("*.css")]),
    ids=lambda p: p.name,
)
def test_nothing_moves_for_readers_who_asked_for_stillness(path):
    text = path.read_text(encoding="utf-8")
    moving = re.search(r"(?<!-)\b(transition|animation)\s*:(?!\s*none)", text)
    assert not moving or "prefers-reduced-motion" in text
