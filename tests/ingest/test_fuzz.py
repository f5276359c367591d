"""Whatever a file is like, it is read or refused, and nothing else happens: a few broken ones of
each kind; `python -m tests.ingest.fuzz` reads more of them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from tests.ingest.fuzz.mutations import broken
from tests.ingest.fuzz.seeds import KINDS, seed
from tests.ingest.fuzz.trial import Trial

FEW = 8
FOUND = sorted((Path(__file__).parent / "fuzz" / "found").iterdir())


@pytest.fixture(scope="module")
def trial(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trial]:
    with Trial(tmp_path_factory.mktemp("fuzz")) as trial:
        yield trial


@pytest.mark.parametrize("kind", KINDS)
def test_a_broken_file_is_read_or_refused(trial: Trial, kind: str) -> None:
    @settings(
        max_examples=FEW,
        phases=[Phase.explicit, Phase.generate],
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(broken(kind))
    def each(content: bytes) -> None:
        assert trial.trouble(kind, content) == ""

    assert trial.trouble(kind, seed(kind)) == "" and trial.documents, "it begins with a sound one"
    each()


@pytest.mark.parametrize("path", FOUND, ids=lambda path: path.name)
def test_what_was_found_once_stays_mended(trial: Trial, path: Path) -> None:
    assert trial.trouble(path.suffix[1:], path.read_bytes()) == ""
