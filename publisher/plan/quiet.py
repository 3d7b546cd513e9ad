"""Which channels are quiet at an instant, so that what is late does not go out at night."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from publisher.content.site import Content
from publisher.plan.timetable import Timetable
from publisher.plan.wishes import Directory
from publisher.platforms.base import Rules


def quiet_channels(content: Content, rules: Mapping[str, Rules], at: datetime) -> frozenset[str]:
    """The keys of the channels that are inside the quiet hours of any specialty that names them."""
    keepers = Directory(content, rules).keepers
    return frozenset(key for key, named_by in keepers.items() if Timetable(named_by, at).quiet(at))
