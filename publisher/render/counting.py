"""How long a message's text is, as its platform counts it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from publisher.content.text import count

if TYPE_CHECKING:
    from publisher.platforms.base import Rules

_ADDRESS = re.compile(r"https?://\S+")


def length(text: str, rules: Rules) -> int:
    """The length of the text by the platform's way of counting, where one price for any address is part of it."""
    if rules.link_cost is not None and rules.counting != "weighted":
        text = _ADDRESS.sub("x" * rules.link_cost.value, text)
    return count(text, rules.counting)
