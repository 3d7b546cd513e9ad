"""Opening a message's pictures: the very bytes that the message was made from, or nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

from publisher.errors import NotSent
from publisher.values import Picture


def opener(root: Path) -> Callable[[Picture], bytes]:
    """A function that gives a picture's bytes from below `root`/content.

    It raises NotSent when the file is gone or is another than the message was made from: the next run reads it anew.
    """

    def open_picture(picture: Picture) -> bytes:
        try:
            data = (root / "content" / picture.path).read_bytes()
        except OSError as error:
            raise NotSent(f"the picture content/{picture.path} cannot be read: {error.strerror}") from error
        if hashlib.sha256(data).hexdigest() != picture.digest:
            raise NotSent(f"the picture content/{picture.path} has changed since the post was read")
        return data

    return open_picture
