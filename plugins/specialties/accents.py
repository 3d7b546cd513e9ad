"""One accent colour per specialty, from its name alone, readable on the theme's light and dark paper."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from math import cos, radians, sin

ENOUGH = 7.0
"""Contrast of body text, AAA. Source: WCAG 2.2, success criterion 1.4.6, read 2026-11-22."""
PAPER_LIGHT = "#f3f5f7"
PAPER_DARK = "#20262d"
"""The theme's surfaces that are hardest to read on: its darkest light and its lightest dark one."""

_LINEAR, _LINEAR_ENCODED = 0.0031308, 0.04045  # where sRGB's curve becomes a line, IEC 61966-2-1


@dataclass(frozen=True, kw_only=True)
class Accent:
    """The colour for light and for dark paper, as #rrggbb."""

    light: str
    dark: str


def luminance(colour: str) -> float:
    """The relative luminance of #rrggbb, 0 to 1, as WCAG 2.2 defines it."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= _LINEAR_ENCODED else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """The contrast of two colours, 1 to 21, as WCAG 2.2 defines it."""
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def accent(name: str) -> Accent:
    """The accent of the specialty called `name`: hue and strength from the name, lightness until it can be read."""
    digest = sha256(name.encode()).digest()
    hue, strength = int.from_bytes(digest[:2]) % 360, digest[2] / 255
    return Accent(
        light=_readable(hue, 0.08 + strength * 0.08, PAPER_LIGHT, range(55, 0, -1)),
        dark=_readable(hue, 0.06 + strength * 0.06, PAPER_DARK, range(70, 100)),
    )


def _readable(hue: int, chroma: float, paper: str, lightness: range) -> str:
    colours = (oklch(percent / 100, chroma, hue) for percent in lightness)
    return next(colour for colour in colours if contrast(colour, paper) >= ENOUGH)


def oklch(lightness: float, chroma: float, hue: int) -> str:
    """A colour of the OKLCH space as #rrggbb, cut off where the screen ends.

    In that space equal steps of hue (degrees) look equally far apart, so that 62 of them stay as distinct as they can.
    Source of the matrices: https://bottosson.github.io/posts/oklab/, read 2026-11-22.
    """
    a, b = chroma * cos(radians(hue)), chroma * sin(radians(hue))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    linear = (
        4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
    )
    return "#" + "".join(f"{round(_encoded(part) * 255):02x}" for part in linear)


def _encoded(linear: float) -> float:
    part = min(max(linear, 0.0), 1.0)
    return part * 12.92 if part <= _LINEAR else 1.055 * part ** (1 / 2.4) - 0.055
