"""What is said about an error that nobody expected: where it happened, and a traceback without secrets.

It imports nothing of ours, `publisher.tokens` either: what broke may be the very thing that it would need, and an error
here would make Python show the whole traceback, secrets and all.
"""

from __future__ import annotations

import os
import re
import sys
import traceback
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import TracebackType

REDACTED = "[redacted]"
_IN_TEXT = (
    re.compile(
        r"(?i)((?:access_token|appsecret_proof|client_secret|refresh_token|password)['\"]?\s*[=:]\s*['\"]?)[^\s'\"&,}]+"
    ),
    re.compile(r"(?i)(\b(?:bearer|oauth|basic)\s+)[\w.~+/=-]{8,}"),
    re.compile(r"(://[^/\s:@]*:)[^/\s@]+(?=@)"),
)
_SHORTEST_SECRET = 6
_SHORTEST_VALUE = 12
_LARGEST_FILE = 65536
_TOKENS = (".publisher/tokens/*", ".publisher/sandbox/tokens/*")


def place(trace: TracebackType | None) -> str:
    """The innermost line of our own code in the traceback, as file:line."""
    frames = traceback.extract_tb(trace)
    ours = [frame for frame in frames if f"{os.sep}publisher{os.sep}" in frame.filename] or frames
    return f"{Path(ours[-1].filename).name}:{ours[-1].lineno}" if ours else "an unknown place"


def traceback_without_secrets(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> str:
    """The traceback as text, with every secret of the environment and everything that looks like one hidden."""
    return without_secrets("".join(traceback.format_exception(kind, error, trace)))


def without_secrets(text: str) -> str:
    """The text with all that may be a secret here replaced by `[redacted]`: rather too much than too little."""
    for value in sorted(_secrets(), key=len, reverse=True):
        text = text.replace(value, REDACTED)
    for pattern in _IN_TEXT:
        text = pattern.sub(rf"\g<1>{REDACTED}", text)
    return text


def _secrets() -> set[str]:
    """What the token folders hold, what files named by NAME_FILE hold, and long variables that are no paths."""
    roots = {Path(), *(Path(word) for word in sys.argv[1:] if Path(word).is_dir())}
    files = {file for root in roots for pattern in _TOKENS for file in root.glob(pattern)}
    files |= {Path(value) for name, value in os.environ.items() if name.endswith("_FILE") and Path(value).is_file()}
    kept = {text for file in files if len(text := _text(file)) >= _SHORTEST_SECRET}
    return kept | {value for value in os.environ.values() if len(value) >= _SHORTEST_VALUE and value[0] not in "/~"}


def _text(file: Path) -> str:
    try:
        return file.read_bytes()[:_LARGEST_FILE].decode("utf-8", "replace").strip()
    except OSError:
        return ""
