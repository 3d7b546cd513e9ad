"""A small health system on disk, for the commands that plan and preview."""

from __future__ import annotations

from pathlib import Path

FILES = {
    "site.yml": """\
name: Example Health
base-url: https://health.example.org
zone: America/Chicago
post-notice: "Fictional sample."
""",
    "people/maren-fenwold.yml": "name: Maren Fenwold\ncredentials: MD\nrole: Cardiologist\nspecialty: cardiology\n",
    "cardiology/specialty.yml": """\
name: Cardiology
owners: [maren-fenwold]
zone: America/Chicago
schedule:
  slots: ["Tue 09:00", "Thu 17:30"]
  quiet: "21:00-07:00"
  spacing: 3h
channels:
  - {platform: facebook, id: "1", name: Example Health Cardiology, token: FB_CARDIOLOGY}
  - {platform: facebook, id: "2", name: Example Health Heart Walks, token: FB_WALKS}
""",
    "cardiology/valve.md": """\
---
id: 2026-valve
title: A new valve without open surgery
date: 2026-11-23 10:00
summary: What the clinic offers, and for whom.
authors: [maren-fenwold]
---
Words.
""",
}


def write(root: Path, **changed: str) -> Path:
    """The system under `root`, with further or other files by name ("cardiology__walk.md")."""
    files = FILES | {name.replace("__", "/").replace("_md", ".md"): text for name, text in changed.items()}
    for name, text in files.items():
        path = root / "content" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return root


def a_post(id_: str, *lines: str) -> str:
    """A post's file, with further lines in its front matter."""
    head = [f"id: {id_}", f"title: About {id_}", "date: 2026-11-23 11:00", "authors: [maren-fenwold]", *lines]
    return "\n".join(["---", *head, "---", "Words.", ""])
