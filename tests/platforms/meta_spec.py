"""Holds a Graph call against Meta's own lists: node, edge, method, parameters, fields and enum values.

The newest list is the one extracted from Meta's client for v26.0; enum values that it lacks come from Meta's codegen
specification. What stands in neither is allowed only when it is named here with the words that document it in the
contracts' README, and those words must stand there.
"""

from __future__ import annotations

import json
import re
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from publisher.values import Call

README_PARAMS = {
    "fields": "published_posts?fields=id,message",
    "since": "&since=<unix>",
    "access_token": "&access_token=",
    "appsecret_proof": "`appsecret_proof` = lowercase hex",
}
"""Parameters of every Graph call, or of a listing, that no list of Meta's has, and where the README documents them."""
README_FILES = {"source": "source=<bytes>"}
README_SUBFIELDS = {("attachments", "unshimmed_url"): "attachments{unshimmed_url}"}
README_METRICS = {
    "post_clicks": "metric=post_clicks",
    "post_total_media_view_unique": "post_total_media_view_unique",
}
README_OBJECT_KEYS = {"media_fbid": 'attached_media[0]={"media_fbid":"p1"}'}
PAGING = {"after"}
"""The cursor of Meta's paged results; the README mentions pages of a listing without naming it."""


class MetaSpec:
    """Meta's lists in the contracts folder."""

    def __init__(self, contracts: Path) -> None:
        meta = contracts / "meta"
        (newest,) = meta.glob("graph-v*.json")
        self._newest = json.loads(newest.read_text())
        self._enums = json.loads((meta / "codegen-specs" / "enum_types.trimmed.json").read_text())
        self._readme = (contracts / "README.md").read_text()

    @cached_property
    def version(self) -> str:
        """The version of the newest list."""
        return str(self._newest["api_version"])

    def mistakes(self, call: Call) -> list[str]:
        """What in the call Meta's lists do not know; empty when all is known."""
        _, version, node, *edge = call.path.split("/")
        kind = "pagepost" if "_" in node else "page"
        known = [
            entry
            for entry in self._newest["objects"][kind]["calls"].values()
            if (entry["method"], entry["endpoint"]) == (call.method, "/" + "/".join(edge))
        ]
        found = [] if version == self.version else [f"version {version}"]
        if not known:
            return [*found, f"{call.method} {'/'.join(edge) or 'of the object'} of a {kind}"]
        given = {**call.query, **(call.form or {})}
        params = {**known[0]["params"]}
        for name, value in given.items():
            found += self._param(kind, "/".join(edge), params, name, value)
        return found + [f"file {part.field}" for part in call.files if not self._stands(README_FILES, part.field)]

    def _param(self, kind: str, edge: str, params: dict[str, str], name: str, value: str) -> list[str]:
        base = name.partition("[")[0]
        if base == "fields":
            return self._fields(kind if kind == "pagepost" or not edge.endswith("posts") else "pagepost", value)
        if base in PAGING or self._stands(README_PARAMS, base):
            return []
        if base not in params:
            return [f"parameter {base}"]
        if params[base].endswith("_enum"):
            fits = value in self._enum(kind, edge, base)
        else:
            fits = self._fits(base, params[base], name, value)
        return [] if fits else [f"{name}={value} as {params[base]}"]

    def _fits(self, base: str, typed: str, name: str, value: str) -> bool:
        if base == "metric":
            return all(self._stands(README_METRICS, metric) for metric in value.split(","))
        if typed == "list<Object>":
            return bool(re.fullmatch(rf"{base}\[\d+\]", name)) and self._object(value)
        patterns = {"bool": r"true|false", "unsigned int": r"\d+", "int": r"-?\d+", "string": r"(?s).+"}
        return re.fullmatch(patterns.get(typed, r"(?!)"), value) is not None

    def _object(self, value: str) -> bool:
        try:
            parsed = json.loads(value)
        except ValueError:
            return False
        return isinstance(parsed, dict) and all(self._stands(README_OBJECT_KEYS, key) for key in parsed)

    def _enum(self, kind: str, edge: str, name: str) -> list[str]:
        own = self._newest["objects"][kind]["field_names_and_enums"]
        camel = "".join(part.capitalize() for part in name.split("_"))
        if camel in own:
            return list(own[camel])
        wanted = f"{kind}{edge}_{name}_enum_param"
        return next((list(e["values"]) for e in self._enums if e["name"].lower() == wanted), [])

    def _fields(self, kind: str, value: str) -> list[str]:
        """Fields are names, or edges read along, each with modifiers and with fields of its own."""
        known = self._newest["objects"][kind]
        edges = {e["endpoint"].strip("/") for e in known["calls"].values() if e["method"] == "GET"} - {""}
        found = []
        for field in _split(value):
            name, rest = re.fullmatch(r"(\w+)(.*)", field).groups()  # type: ignore[union-attr]
            if name not in known["field_names_and_enums"]["Field"] and name not in edges:
                found.append(f"field {name} of a {kind}")
            inner = re.fullmatch(r"((?:\.\w+\(\w+\))*)(?:\{(.*)\})?", rest)
            modifiers = re.findall(r"\.(\w+)\(", inner[1]) if inner else [rest]
            found += [f"modifier {modifier}" for modifier in modifiers if modifier not in {"limit", "summary"}]
            subfields = _split(inner[2]) if inner and inner[2] else []
            found += [f"field {name}.{sub}" for sub in subfields if not self._stands(README_SUBFIELDS, (name, sub))]
        return found

    def _stands(self, documented: dict[Any, str], key: Any) -> bool:
        return key in documented and documented[key] in self._readme


def _split(fields: str) -> list[str]:
    """At the commas that are in no bracket."""
    return re.findall(r"(?:[^,{}()]|\{[^}]*\}|\([^)]*\))+", fields)
