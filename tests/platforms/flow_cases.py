"""Reads a platform's cases, plays its flows against their answers, and tells what came of it in plain values."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields, is_dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from publisher.content.channel import Channel
from publisher.platforms import load, names
from publisher.values import Answer, Call, FilePart, Message, Picture, Published, Receipt, Wait

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
FOLDER = Path(__file__).parent / "flows"
READING = {"find": "message", "read": "receipt", "engagement": "receipt"}
WRITING = {"publish": "message", "correct": "message", "retract": "receipt"}
OPERATIONS = {**READING, **WRITING}


@dataclass(frozen=True)
class Case:
    """One case of a platform: `operation` on `given`, turn by turn, to its end."""

    platform: str
    name: str
    operation: str
    given: dict[str, Any]
    steps: list[dict[str, Any]]
    result: Any
    file: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.platform}: {self.name}"


@cache
def read(platform: str) -> dict[str, Any]:
    """The platform's file of cases. Raises FileNotFoundError when somebody forgot it."""
    cases: dict[str, Any] = yaml.load((FOLDER / f"{platform}.yml").read_text("utf-8"), LOADER)  # noqa: S506 - both are safe
    return cases


def with_cases() -> list[str]:
    """The platforms that have a file of cases."""
    return sorted(path.stem for path in FOLDER.glob("*.yml"))


def cases() -> list[Case]:
    """Every case of every platform."""
    return [_case(name, read(name), entry) for name in names() if name in with_cases() for entry in read(name)["cases"]]


def refusals() -> list[tuple[str, dict[str, Any], str]]:
    """Every (platform, refusal, call's name)."""
    return [
        (name, refusal, call)
        for name in names()
        if name in with_cases()
        for refusal in read(name)["refusals"]
        for call in refusal["means"]
    ]


def calls(platform: str) -> dict[str, Call]:
    """The calls of the platform's file, by name, as far as a request goes."""
    return {name: call(written) for name, written in read(platform)["calls"].items()}


def _case(platform: str, file: dict[str, Any], entry: dict[str, Any]) -> Case:
    (operation,) = OPERATIONS.keys() & entry.keys()
    return Case(platform, entry["case"], operation, entry[operation], entry["steps"], entry.get("result"), file)


def call(written: dict[str, Any]) -> Call:
    """The call that a file writes out."""
    hours = written.get("valid_for_hours")
    files = tuple(
        FilePart(field=f["field"], picture=Picture(path=f["path"], digest="", alt="", mime=""))
        for f in written.get("files", ())
    )
    rest = {key: value for key, value in written.items() if key not in {"valid_for_hours", "files"}}
    return Call(**rest, files=files, valid_for=None if hours is None else timedelta(hours=hours))


def written(asked: Call) -> dict[str, Any]:
    """The call as a file writes it: all that is asked, without what is the default."""
    usual = Call(method=asked.method, path=asked.path)
    out = {f.name: getattr(asked, f.name) for f in fields(Call) if getattr(asked, f.name) != getattr(usual, f.name)}
    out |= {"method": asked.method, "path": asked.path}
    out |= {key: dict(out[key]) for key in ("form", "query", "headers") if key in out}
    if asked.files:
        out["files"] = [{"field": part.field, "path": part.picture.path} for part in asked.files]
    if "valid_for" in out:
        out["valid_for_hours"] = out.pop("valid_for") / timedelta(hours=1)
    return out


def answer(given: dict[str, Any]) -> Answer:
    """The answer that a file writes out."""
    return Answer(status=given["status"], headers=given.get("headers", {}), body=given.get("body"))


def message(given: dict[str, Any]) -> Message:
    """The message that a file writes out."""
    return Message(**{**given, "pictures": tuple(Picture(**p) for p in given.get("pictures", ()))})


def plain(value: Any) -> Any:
    """A value of ours as a file writes it: no empty notes, no empty link, no unknown time."""
    out = asdict(value) if is_dataclass(value) and not isinstance(value, type) else value
    return _trimmed(out)


def _trimmed(value: Any) -> Any:
    optional = {"notes": (), "link": "", "published_at": None}
    if isinstance(value, dict):
        return {k: _trimmed(v) for k, v in value.items() if k not in optional or v != optional[k]}
    return [_trimmed(v) for v in value] if isinstance(value, list | tuple) else value


def played(case: Case) -> tuple[list[dict[str, Any]], Any]:
    """What the flow did with the case's answers, turn by turn as a file writes it, and what it gave back."""
    platform, now = load(case.platform), case.file["now"]
    flow, turns = _begun(case, now), []
    answers = iter([step["answer"] for step in case.steps if "answer" in step])
    sent: Answer | None = None
    try:
        while True:
            asked = flow.send(sent)
            sent = None
            if isinstance(asked, Published):
                turns.append({"published": plain(asked.receipt)})
            elif isinstance(asked, Wait):
                turns.append({"wait": asked.seconds})
            else:
                sent = answer(next(answers, {"status": 599}))
                turns.append({"call": written(asked)})
                if refused := platform.refusal(asked, sent, now):
                    return [*turns, {"error": refused}], None
    except StopIteration as end:
        return turns, plain(end.value)


def _begun(case: Case, now: datetime) -> Any:
    platform, channel = load(case.platform), Channel(**case.file["channel"])
    flow = getattr(platform, case.operation)
    receipt = Receipt(**case.file["receipt"])
    match case.operation:
        case "publish":
            return flow(channel, message(case.given))
        case "correct":
            return flow(channel, receipt, message(case.given))
        case "find":
            return flow(channel, message(case.given), now)
        case "engagement":
            return flow(channel, Receipt(**case.given), now)
        case _:
            return flow(channel, Receipt(**case.given))
