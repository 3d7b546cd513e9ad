"""Whatever the sandbox takes, Meta's own specification files know: calls, parameters, choices, fields, versions."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from publisher.sandbox import _graph, facebook

NODES = {"page": "Page.trimmed", "post": "PagePost", "photo": "Photo"}
EDGE_OF = {
    "feed": "page", "photos": "page", "posts": "page", "published_posts": "page", "scheduled_posts": "page",
    "comments": "post", "reactions": "post", "attachments": "post", "insights": "post",
}  # fmt: skip
NODE_CALLS = {"GET": "#get", "POST": "#update", "DELETE": "#delete"}
EXTRACTED = "graph-v26.0.extracted-from-facebook-business-26.0.3.json"


def described(contracts: Path, name: str) -> dict[str, Any]:
    return json.loads((contracts / "meta" / "codegen-specs" / f"{name}.json").read_text("utf-8"))


def call_of(contracts: Path, call: str) -> dict[str, Any] | None:
    """The call as Meta's file describes it, or None."""
    method, _, edge = call.partition(" ")
    node = EDGE_OF.get(edge, edge)
    apis = described(contracts, NODES[node])["apis"]
    if edge == node:
        return next((a for a in apis if a["method"] == method and a.get("name") == NODE_CALLS[method]), None)
    return next((a for a in apis if a["method"] == method and a.get("endpoint") == edge), None)


@pytest.mark.parametrize("call", [call for call in facebook.PARAMS if call != "GET page"])
def test_every_call_and_each_of_its_parameters_is_in_metas_specification(contracts: Path, call: str) -> None:
    found = call_of(contracts, call)
    assert found is not None
    assert facebook.PARAMS[call] - {param["name"] for param in found["params"]} == set()


@pytest.mark.parametrize("call", ["POST feed", "POST photos", "GET feed", "GET published_posts"])
def test_the_official_client_knows_every_parameter_too(contracts: Path, call: str) -> None:
    calls = json.loads((contracts / "meta" / EXTRACTED).read_text("utf-8"))["objects"]["page"]["calls"]
    method, _, edge = call.partition(" ")
    (found,) = [c for c in calls.values() if (c["method"], c["endpoint"]) == (method, f"/{edge}")]
    assert facebook.PARAMS[call] - set(found["params"]) == set()


@pytest.mark.parametrize("call", list(facebook.PARAMS))
def test_every_fixed_choice_is_exactly_metas(contracts: Path, call: str) -> None:
    choices = {e["name"]: e["values"] for e in described(contracts, "enum_types.trimmed")}
    for param in (call_of(contracts, call) or {"params": []})["params"]:
        if param["name"] in facebook.PARAMS[call] and param["type"] in choices:
            assert sorted(facebook.ENUMS[param["name"]]) == sorted(choices[param["type"]]), param["name"]


@pytest.mark.parametrize(
    ("node", "fields"),
    [("page", facebook.PAGE_FIELDS), ("post", facebook.POST_FIELDS), ("photo", facebook.PHOTO_FIELDS)],
)
def test_every_field_is_in_metas_specification(contracts: Path, node: str, fields: frozenset[str]) -> None:
    known = {field["name"] for field in described(contracts, NODES[node])["fields"]}
    assert fields - known == set()


def test_every_edge_that_a_post_is_read_with_is_in_metas_specification(contracts: Path) -> None:
    known = {api.get("endpoint") for api in described(contracts, "PagePost")["apis"] if api["method"] == "GET"}
    assert facebook.POST_EDGES - known == set()


def test_the_newest_version_is_that_of_metas_specification(contracts: Path) -> None:
    said = json.loads((contracts / "meta" / EXTRACTED).read_text("utf-8"))["api_version"]
    assert said == _graph.NEWEST == "v26.0"


def test_every_call_that_is_described_is_played_and_the_other_way_round() -> None:
    assert set(facebook.PARAMS) == set(facebook._CALLS)
