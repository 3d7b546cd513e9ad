"""One accent colour per specialty, from its name alone, readable on the theme's light and dark paper."""

from __future__ import annotations

import colorsys
from dataclasses import dataclass
from hashlib import sha256

ENOUGH = 7.0
"""Contrast of body text, AAA. Source: WCAG 2.2, success criterion 1.4.6, read 2026-11-22."""
PAPER_LIGHT = "#f3f5f7"
PAPER_DARK = "#20262d"
"""The theme's surfaces that are hardest to read on: its darkest light and its lightest dark one."""


@dataclass(frozen=True, kw_only=True)
class Accent:
    """The colour for light and for dark paper, as #rrggbb."""

    light: str
    dark: str


def luminance(colour: str) -> float:
    """The relative luminance of #rrggbb, 0 to 1, as WCAG 2.2 defines it."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """The contrast of two colours, 1 to 21, as WCAG 2.2 defines it."""
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def accent(name: str) -> Accent:
    """The accent of the specialty called `name`: hue and strength from the name, lightness until it can be read."""
    digest = sha256(name.encode()).digest()
    hue, strength = int.from_bytes(digest[:2]) % 360 / 360, 0.45 + digest[2] / 255 * 0.35
    return Accent(
        light=_readable(hue, strength, PAPER_LIGHT, range(50, 0, -1)),
        dark=_readable(hue, strength, PAPER_DARK, range(60, 100)),
    )


def _readable(hue: float, strength: float, paper: str, lightness: range) -> str:
    colours = (_colour(hue, percent / 100, strength) for percent in lightness)
    return next(colour for colour in colours if contrast(colour, paper) >= ENOUGH)


def _colour(hue: float, lightness: float, strength: float) -> str:
    return "#" + "".join(f"{round(part * 255):02x}" for part in colorsys.hls_to_rgb(hue, lightness, strength))
