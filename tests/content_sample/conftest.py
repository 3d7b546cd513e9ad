"""The sample as it stands in the repository, read once; and its site, built once at the demonstration's end."""

from __future__ import annotations

from pathlib import Path

import pytest

from publisher.build import Built, build
from publisher.content import load
from publisher.content.site import Content, Demo

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def folder() -> Path:
    return ROOT / "content"


@pytest.fixture(scope="session")
def sample() -> Content:
    return load(ROOT)


@pytest.fixture(scope="session")
def demo(sample: Content) -> Demo:
    assert sample.site.demo
    return sample.site.demo


@pytest.fixture(scope="session")
def built(demo: Demo, tmp_path_factory: pytest.TempPathFactory) -> Built:
    return build(ROOT, tmp_path_factory.mktemp("sample") / "output", now=demo.at)
