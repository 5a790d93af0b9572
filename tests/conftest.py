"""What the tests share: a corpus made of texts in a temporary folder, and a toy library over it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from written import TEXTS, MakeCorpus, write_corpus

from qwenqa import Library

# The same examples in every run and on every machine; "explore" looks for new ones.
settings.register_profile(
    "fast",
    deadline=None,
    derandomize=True,
    database=None,
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
settings.register_profile(
    "explore", settings.get_profile("fast"), derandomize=False, max_examples=400
)
settings.load_profile("fast")


@pytest.fixture
def make_corpus(tmp_path: Path) -> MakeCorpus:
    """Write files by address into the test's corpus folder."""
    return lambda files: write_corpus(tmp_path / "corpus", files)


@pytest.fixture
def library(make_corpus: MakeCorpus, tmp_path: Path) -> Library:
    """A toy library over three small documents, built."""
    toy = Library(corpus=make_corpus(TEXTS), index=tmp_path / "index", model="toy")
    toy.rebuild()
    return toy
