"""Tracked addresses: a page's address with where it was shared, and the reading back of one, however it was wrapped."""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

_SOURCE, _MEDIUM, _CAMPAIGN, _CODE = "utm_source", "utm_medium", "utm_campaign", "utm_content"
_OURS = (_SOURCE, _MEDIUM, _CAMPAIGN, _CODE)

_FORM = re.compile(r"[a-z2-7]{10}")
_TRAILING = ".,;:!?…)]}>'\"»”\u2019"
_DEEPEST = 3


class Tracked(NamedTuple):
    """Where an address was shared: `address` is the page's own, without what we added."""

    address: str
    source: str
    medium: str
    campaign: str
    code: str


def tracked(address: str, source: str, medium: str, campaign: str, code: str) -> str:
    """The address with the four values in its query; what its query held before stays, in front, and its anchor too."""
    parts = urlsplit(address)
    kept = [piece for piece in parts.query.split("&") if piece and piece.partition("=")[0] not in _OURS]
    ours = urlencode({_SOURCE: source, _MEDIUM: medium, _CAMPAIGN: campaign, _CODE: code}, safe="/", quote_via=quote)
    return urlunsplit(parts._replace(query="&".join([*kept, ours])))


def read_back(url: str) -> Tracked | None:
    """What a tracked address says, or None when it is none of ours.

    Other query parameters (fbclid and the like), a redirect around it (whatever network's: one of its parameters is the
    address behind it), a host in capitals and punctuation that a text left behind it do no harm.
    """
    return _read(url.strip().strip("<>"), 0)


def _read(url: str, depth: int) -> Tracked | None:
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return None
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    values = dict(reversed(pairs))
    if parts.scheme.lower() not in {"http", "https"} or not host:
        return None
    if not all(values.get(key) for key in _OURS):
        behind = (_read(value, depth + 1) for _, value in pairs if "://" in value) if depth < _DEEPEST else ()
        return next(filter(None, behind), None)
    code = values[_CODE].rstrip(_TRAILING).lower()
    if not _FORM.fullmatch(code):
        return None
    rest = [piece for piece in parts.query.split("&") if piece and piece.partition("=")[0] not in _OURS]
    address = urlunsplit((parts.scheme.lower(), parts.netloc.lower(), parts.path, "&".join(rest), parts.fragment))
    return Tracked(address, values[_SOURCE], values[_MEDIUM], values[_CAMPAIGN], code)
