"""Every request to Facebook is known to Meta's own lists of its API; an unknown name or value fails here."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from flow_cases import calls
from meta_spec import MetaSpec

from publisher.platforms import load
from publisher.platforms.base import Credential
from publisher.values import Call, FilePart, Picture

if TYPE_CHECKING:
    from pathlib import Path

CALLS = calls("facebook")
CREDENTIAL = Credential(name="FB_CARDIOLOGY", parts={"token": "a-token", "app_secret": "a-secret"})


@pytest.fixture
def spec(contracts: Path) -> MetaSpec:
    return MetaSpec(contracts)


@pytest.mark.parametrize("name", CALLS)
def test_every_call_is_known_to_meta_as_it_is_recorded_and_as_it_is_sent(spec: MetaSpec, name: str) -> None:
    assert spec.mistakes(CALLS[name]) == []
    assert spec.mistakes(load("facebook").authorize(CALLS[name], CREDENTIAL)) == []


def test_our_version_is_the_newest_that_meta_lists(spec: MetaSpec) -> None:
    assert load("facebook").rules.api_version == spec.version == "v26.0"


TEXT, LOOK, CLICKS = CALLS["text"], CALLS["look"], CALLS["clicks"]
WRONG = {
    "version v99.0": replace(TEXT, path="/v99.0/104/feed"),
    "POST posts of a page": replace(TEXT, path="/v26.0/104/posts"),
    "POST feed of a pagepost": replace(TEXT, path="/v26.0/104_77/feed"),
    "PUT feed of a page": replace(TEXT, method="PUT"),
    "parameter massage": replace(TEXT, form={"massage": "x"}),
    "parameter alt_text": replace(CALLS["photo"], form={"alt_text": "x"}),
    "parameter link": replace(CALLS["edit"], form={"link": "x"}),
    "published=yes as bool": replace(TEXT, form={"published": "yes"}),
    "message= as string": replace(TEXT, form={"message": ""}),
    "unpublished_content_type=SECRET as unpublished_content_type_enum": replace(
        TEXT, form={"unpublished_content_type": "SECRET"}
    ),
    'attached_media={"media_fbid":"1"} as list<Object>': replace(TEXT, form={"attached_media": '{"media_fbid":"1"}'}),
    "attached_media[0]=1 as list<Object>": replace(TEXT, form={"attached_media[0]": "1"}),
    'attached_media[0]={"id":"1"} as list<Object>': replace(TEXT, form={"attached_media[0]": '{"id":"1"}'}),
    "limit=all as unsigned int": replace(LOOK, query={"limit": "all"}),
    "parameter until": replace(LOOK, query={"until": "1"}),
    "field likes_count of a pagepost": replace(LOOK, query={"fields": "id,likes_count"}),
    "field attachments.secret": replace(LOOK, query={"fields": "attachments{secret}"}),
    "modifier order": replace(CALLS["counts"], query={"fields": "comments.order(x)"}),
    "period=forever as period_enum": replace(CLICKS, query={"period": "forever"}),
    "metric=post_impressions as list<Object>": replace(CLICKS, query={"metric": "post_impressions"}),
    "file photo": replace(
        CALLS["photo"], files=(FilePart(field="photo", picture=Picture(path="a", digest="", alt="", mime="")),)
    ),
}


@pytest.mark.parametrize("mistake", WRONG)
def test_the_check_itself_finds_what_meta_does_not_know(spec: MetaSpec, mistake: str) -> None:
    assert spec.mistakes(WRONG[mistake]) == [mistake]


def test_enum_values_of_both_lists_are_known(spec: MetaSpec) -> None:
    draft = replace(TEXT, form={"unpublished_content_type": "DRAFT"})
    monthly = replace(CLICKS, query={"period": "month"})
    backdated = Call(method="POST", path="/v26.0/104_77", form={"backdated_time_granularity": "day"})
    assert [spec.mistakes(call) for call in (draft, monthly, backdated)] == [[], [], []]


def test_what_only_the_readme_documents_is_refused_when_it_stands_there_no_more(
    contracts: Path, tmp_path: Path
) -> None:
    (tmp_path / "meta").symlink_to(contracts / "meta")
    (tmp_path / "README.md").write_text("nothing")
    spec = MetaSpec(tmp_path)
    assert spec.mistakes(CALLS["photo"]) == ["file source"]
    assert "parameter since" in spec.mistakes(LOOK)
