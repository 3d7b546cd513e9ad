"""The forms of the names that people give: ids, slugs, platforms, tokens."""

from __future__ import annotations

import re

POST_ID = re.compile(r"[a-z0-9][a-z0-9._/-]*")
SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
PLATFORM = re.compile(r"[a-z][a-z0-9]*")
TOKEN = re.compile(r"[A-Z][A-Z0-9_]{2,63}")
LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")

RESERVED = frozenset({"drafts", "feeds", "network", "newsroom", "pages", "people", "search", "tags", "theme"})
"""Folders that are something else on the site: none of them can be a specialty."""

RESERVED_SLUGS = frozenset({"feeds", "index", "page", "people", "tags"})
"""What a specialty's section needs itself: /cardiology/page/7/ is a listing, so no post there is called page."""

SLUG_ADVICE = "is no address; use small letters, digits and single hyphens, like heart-failure-by-video"
ID_ADVICE = "is no id; use small letters, digits, and . _ / - between them, like 2026-heart-failure"
