"""What is said about an error that nobody expected: where it happened, and a traceback without secrets."""

from __future__ import annotations

import os
import re
import traceback
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import TracebackType

HIDDEN = "[hidden]"
_SECRET_NAME = re.compile(r"TOKEN|SECRET|PASSW|CREDENTIAL|_KEY$|PUBLISHER_LEDGER|^FB_", re.IGNORECASE)
_IN_TEXT = (
    re.compile(
        r"(?i)((?:access_token|appsecret_proof|client_secret|refresh_token|password)['\"]?\s*[=:]\s*['\"]?)[^\s'\"&,}]+"
    ),
    re.compile(r"(?i)(\b(?:bearer|oauth|basic)\s+)[\w.~+/=-]{8,}"),
    re.compile(r"(://[^/\s:@]*:)[^/\s@]+(?=@)"),
)
_SHORTEST_SECRET = 8


def place(trace: TracebackType | None) -> str:
    """The innermost line of our own code in the traceback, as file:line."""
    frames = traceback.extract_tb(trace)
    ours = [frame for frame in frames if f"{os.sep}publisher{os.sep}" in frame.filename] or frames
    return f"{Path(ours[-1].filename).name}:{ours[-1].lineno}" if ours else "an unknown place"


def traceback_without_secrets(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> str:
    """The traceback as text, with every secret of the environment and everything that looks like one hidden."""
    return without_secrets("".join(traceback.format_exception(kind, error, trace)))


def without_secrets(text: str) -> str:
    """The text with the values of secret variables, of loaded tokens and of known patterns replaced by `[hidden]`."""
    for value in sorted(_values(), key=len, reverse=True):
        text = text.replace(value, HIDDEN)
    for pattern in _IN_TEXT:
        text = pattern.sub(rf"\g<1>{HIDDEN}", text)
    return text


def _values() -> set[str]:
    """The secrets that this process knows of: variables named like one."""
    named = {value for name, value in os.environ.items() if _SECRET_NAME.search(name)}
    return {value for value in named if len(value) >= _SHORTEST_SECRET}
