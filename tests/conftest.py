"""What the tests share: real homes, made once a run with the real encoder and real Chroma."""

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from assistant import AssistantSettings, Engine, open_engine
from ingest import IngestSettings, ingest
from soundings import main
from vectorstore import Settings, StoreSettings, load_settings
from web.settings import PageSettings

pytest.register_assert_rewrite("tests.browsing")  # it is imported by name, and has fixtures

ROOT = Path(__file__).resolve().parent.parent
ORIGINALS = ROOT.parent / "shared" / "sources"
READ = {"SOUNDINGS_READER": "builtin"}
TABLES = {
    "vectorstore": StoreSettings,
    "ingest": IngestSettings,
    "assistant": AssistantSettings,
    "page": PageSettings,
}


def settings_of(home: Path, environ: dict[str, str] | None = None) -> Settings:
    """The settings of a home, from nothing but what is given; without the reader if it is not."""
    given = {"SOUNDINGS_READER": "none", **(environ or {})}
    return load_settings(TABLES, home=str(home), environ=given)


@pytest.fixture(scope="session", autouse=True)
def no_settings_from_outside() -> Iterator[None]:
    """The person's own SOUNDINGS_* variables must not reach the tests, nor the commands they run.
    Those do without the reader but where it is asked for: it takes most of an answer's time."""
    with pytest.MonkeyPatch.context() as environ:
        for name in [name for name in os.environ if name.startswith("SOUNDINGS_")]:
            environ.delenv(name)
        environ.setenv("SOUNDINGS_READER", "none")
        yield


@pytest.fixture(scope="session")
def starter_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the starter library. Read it; do not write to it."""
    home = tmp_path_factory.mktemp("starter")
    ingest(settings_of(home))
    return home


@pytest.fixture(scope="session")
def originals_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the five original documents. Read it; do not write to it."""
    if not ORIGINALS.is_dir():
        pytest.skip("the original documents are not on this machine")
    home = tmp_path_factory.mktemp("originals")
    ingest(settings_of(home), [ORIGINALS])
    return home


@pytest.fixture(scope="session")
def starter_engine(starter_home: Path) -> Engine:
    return open_engine(settings_of(starter_home))


@pytest.fixture(scope="session")
def originals_engine(originals_home: Path) -> Engine:
    return open_engine(settings_of(originals_home))


@pytest.fixture(scope="session")
def starter_read(starter_home: Path) -> Engine:
    """The same with the reader, as people ask it."""
    return open_engine(settings_of(starter_home, READ))


@pytest.fixture(scope="session")
def originals_read(originals_home: Path) -> Engine:
    return open_engine(settings_of(originals_home, READ))


Command = Callable[..., tuple[int, str, str]]


@pytest.fixture
def soundings(capsys: pytest.CaptureFixture[str]) -> Command:
    """Runs a command in this process: its exit code, standard output and standard error."""

    def run(*argv: object) -> tuple[int, str, str]:
        try:
            code = main([str(word) for word in argv])
        except SystemExit as exc:
            code = exc.code if isinstance(exc.code, int) else 1
        out, err = capsys.readouterr()
        return code, out, err

    return run


def lines_of(file: Path) -> list[dict[str, Any]]:
    """The objects of a JSON Lines file."""
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
