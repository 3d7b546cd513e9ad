"""How large a picture is, so that a page can keep its place."""

from __future__ import annotations

from pathlib import Path

from PIL import Image, UnidentifiedImageError

_ORIENTATION = 0x0112
_TURNED = range(5, 9)


def size_of(file: Path) -> tuple[int, int] | None:
    """Width and height in pixels as a browser shows the picture (turned as its camera noted), None if it is none."""
    try:
        with Image.open(file) as picture:
            width, height = picture.size
            turned = picture.getexif().get(_ORIENTATION) in _TURNED
    except UnidentifiedImageError:
        return None
    return (height, width) if turned else (width, height)
