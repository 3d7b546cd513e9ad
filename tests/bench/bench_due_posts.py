"""A thousand due posts against a sandbox that takes 200 ms to answer, against the ideal: calls × 0.2 s ÷ threads."""

from __future__ import annotations

import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from publisher.content import load
from publisher.delivery.pictures import opener
from publisher.delivery.runner import Runner
from publisher.delivery.tools import tools
from publisher.ledger import Ledger
from publisher.sandbox import start

POSTS, PAGES, THREADS, ANSWERS_IN = 1000, 62, 8, 0.2
SHARE = 0.9
NOW = datetime(2026, 11, 24, 15, tzinfo=UTC)


def write_content(root: Path) -> None:
    """Sixty-two specialties with a page each, and a thousand posts that go out with their page a minute before NOW."""
    folder = root / "content"
    (folder / "people").mkdir(parents=True)
    (folder / "site.yml").write_text("name: Bench Health\nbase-url: https://bench.example.org\nzone: UTC\n")
    (folder / "people" / "ada-bench.yml").write_text("name: Ada Bench\n")
    for page in range(PAGES):
        team = folder / f"team-{page}"
        team.mkdir()
        channel = f'{{platform: facebook, id: "{104220000000000 + page}", name: Team {page}, token: FB_TEAM_{page}}}'
        team.joinpath("specialty.yml").write_text(
            f"name: Team {page}\nowners: [ada-bench]\nzone: UTC\nchannels:\n  - {channel}\n"
        )
    for number in range(POSTS):
        post = folder / f"team-{number % PAGES}" / f"post-{number}.md"
        post.write_text(
            f"---\nid: post-{number}\ntitle: Post {number}\ndate: 2026-11-24 14:59\nsummary: What post {number} says.\n"
            f"authors: [ada-bench]\nsocial: {{publish: with-page}}\n---\n\nBody of post {number}.\n"
        )


def main() -> bool:
    """Print the figures; True when the run takes at most 1 ÷ SHARE times the ideal."""
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        write_content(root)
        content = load(root)
        with start(root, content=content, now=NOW, in_process=False) as sandbox:
            sandbox.add_fault("delay", seconds=ANSWERS_IN, count=0)
            ledger = Ledger.create(f"sqlite:///{root / 'ledger.db'}", "sandbox", NOW)
            ledger.take_over((), content="", by="bench", now=NOW)
            with tools(root, "sandbox", lambda: NOW, opener(root), lambda: sandbox.address) as (transport, tokens):
                runner = Runner(
                    root=root, ledger=ledger, transport=transport, credentials=tokens, clock=lambda: NOW,
                    name="bench", threads=THREADS,
                )  # fmt: skip
                began = time.perf_counter()
                report = runner.run()
                took = time.perf_counter() - began
            calls, shown = len(sandbox.calls()), len(sandbox.public())
            ledger.close()
    ideal = calls * ANSWERS_IN / THREADS
    print(
        f"{len(report.sent)} delivered, {report.verified} verified, {shown} shown, {calls} calls in {took:.1f} s; "
        f"ideal {ideal:.1f} s with {THREADS} threads: {ideal / took:.0%} of it (at least {SHARE:.0%})"
    )
    return shown == len(report.sent) == POSTS and ideal / took >= SHARE
