"""Documents that live elsewhere: loaded by a reader of LlamaIndex from a site on the loopback."""

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from ingest import IngestSettings
from ingest.connectors.run import due, ingest_connector, named
from ingest.errors import ConnectorFailed, PruneRefused
from soundings import main
from vectorstore import Settings, SettingsError

READERS = "tests.ingest.site_reader"


class Site:
    """Pages on the loopback; what is not there is 404."""

    def __init__(self) -> None:
        self.pages: dict[str, str] = {}
        self.tokens: set[str] = set()
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.tokens.add(self.headers.get("X-Token", ""))
                name = self.path.lstrip("/")
                text = "\n".join(site.pages) if name == "index.txt" else site.pages.get(name)
                self.send_response(200 if text is not None else 404)
                self.end_headers()
                self.wfile.write((text or "").encode())

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_address[1]}/"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site()
    site.pages = {
        "owls.md": "# Owls\n\nAn owl hoots at night.",
        "wrens.md": "# Wrens\n\nA wren sings loudly for its size.",
    }
    yield site
    site.server.shutdown()
    site.server.server_close()


@pytest.fixture
def here(empty_desk: Any, site: Site, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A home whose settings name the site; the system's proxy is not asked."""
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    write(empty_desk, site)
    return empty_desk


def write(desk: Any, site: Site, more: str = "", reader: str = "SiteReader") -> None:
    desk.home.mkdir(exist_ok=True)
    (desk.home / "soundings.toml").write_text(
        f'[[connector]]\nname = "birds"\nreader = "{READERS}:{reader}"\n'
        f'arguments = {{ site = "{site.address}" }}\n{more}\n'
    )


def run(desk: Any, **options: Any) -> dict[str, str]:
    """What a run said: the last part of each path → its status."""
    settings: Settings = desk.settings()
    report = ingest_connector(settings, named(settings, "birds"), **options)
    return {file.path.rpartition("/")[2]: file.status for file in report.files}


def test_what_a_site_holds_is_taken_in_and_kept_up(here: Any, site: Site) -> None:
    assert run(here) == {"owls.md": "added", "wrens.md": "added"}
    assert run(here) == {"owls.md": "unchanged", "wrens.md": "unchanged"}
    site.pages["owls.md"] += " It sees little by day."
    del site.pages["wrens.md"]
    assert run(here) == {"owls.md": "updated"}
    assert len(here.library.sources()) == 2
    assert run(here, prune=True) == {"owls.md": "unchanged", "wrens.md": "retired"}
    [owls] = here.library.sources()
    assert (owls.title, owls.version) == ("Owls", 2)
    assert owls.origin == f"connector:birds#{site.address}owls.md"
    assert here.library.text(owls.id) == site.pages["owls.md"]


def test_a_run_that_fails_leaves_what_was_there(here: Any, site: Site) -> None:
    run(here)
    before = here.state()
    listed = site.pages.pop("owls.md")
    site.pages = {"gone.md": None, **site.pages}  # type: ignore[dict-item]
    with pytest.raises(ConnectorFailed, match="404"):
        run(here, prune=True)
    site.pages = {}
    with pytest.raises(PruneRefused, match="holds nothing, and 2 sources"):
        run(here, prune=True)
    assert here.state() == before
    site.pages = {"owls.md": listed, "wrens.md": "…"}  # one of them cannot be read
    assert run(here, prune=True) == {"owls.md": "unchanged", "wrens.md": "failed"}
    assert here.state() == before
    site.pages = {}
    assert set(run(here, prune=True, yes=True).values()) == {"retired"}


def test_files_beside_it_neither_take_its_sources_nor_lose_theirs(here: Any, site: Site) -> None:
    run(here)
    here.write("birds.txt", "A heron waits.")
    here.ingest(prune=True)
    assert len(here.library.sources()) == 3
    assert run(here, prune=True) == {"owls.md": "unchanged", "wrens.md": "unchanged"}
    assert len(here.library.sources()) == 3


def test_random_ids_give_way_to_the_place_and_name_no_path(here: Any, site: Site) -> None:
    write(here, site, reader="RandomIds")
    assert set(run(here).values()) == {"added"}
    assert set(run(here).values()) == {"unchanged"}
    sources = {source.title: source for source in here.library.sources()}
    assert sources.keys() == set(site.pages)
    owls = sources["owls.md"]
    assert here.library.text(owls.id) == site.pages["owls.md"]
    assert "/" not in owls.id and ".." not in owls.origin
    assert not list(here.home.parent.rglob("*.md"))


def test_the_pages_of_a_file_are_one_source(here: Any, site: Site) -> None:
    write(here, site, reader="Paged")
    assert run(here) == {"a.pdf": "added"}
    [source] = here.library.sources()
    assert here.library.text(source.id) == "Page 0 of the file.\n\nPage 1 of the file."
    assert source.title == "a"


def test_a_secret_comes_from_the_environment_and_is_never_told(
    here: Any, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(here, site, 'secrets = { token = "BIRDS_TOKEN" }')
    monkeypatch.delenv("BIRDS_TOKEN", raising=False)
    with pytest.raises(ConnectorFailed, match="needs BIRDS_TOKEN in the environment"):
        run(here)
    monkeypatch.setenv("BIRDS_TOKEN", "s3cret")
    run(here)
    assert site.tokens == {"s3cret"}
    write(here, site, 'secrets = { token = "BIRDS_TOKEN" }', reader="Leaking")
    with pytest.raises(ConnectorFailed, match=r"401 .*token=\*\*\*\*") as failed:
        run(here)
    assert "s3cret" not in str(failed.value)


@pytest.mark.parametrize(
    ("reader", "said"),
    [
        ("llama_index.readers.no_such_place:R", "pip install llama-index-readers-no-such-place"),
        ("no_such_package.readers:R", "pip install no-such-package"),
        ("json:JSONDecoder", "has no reader 'JSONDecoder' with load_data"),
    ],
)
def test_a_reader_that_is_not_here_is_named_with_its_cure(
    here: Any, reader: str, said: str
) -> None:
    file = here.home / "soundings.toml"
    file.write_text(f'[[connector]]\nname = "birds"\nreader = "{reader}"\n')
    with pytest.raises(ConnectorFailed, match=said):
        run(here)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("argumnts = {}", "argumnts"),
        ('secrets = { token = "SOUNDINGS_LLM_KEY" }', "environment variable"),
        ('every = "often"', "every"),
        ('[[connector]]\nname = "birds"\nreader = "a:B"', "a name of its own"),
        ('[[connector]]\nname = "../birds"\nreader = "a:B"', "name"),
    ],
)
def test_settings_that_mean_nothing_are_refused(
    here: Any, site: Site, more: str, said: str
) -> None:
    write(here, site, more)
    with pytest.raises(SettingsError, match=said):
        here.settings()


def test_what_is_due_is_looked_at_and_then_rests(here: Any, site: Site) -> None:
    write(here, site, 'every = "6h"\n[[connector]]\nname = "never"\nreader = "a:B"')
    assert [c.name for c in due(here.settings())] == ["birds"]
    run(here)
    assert due(here.settings()) == []
    later = datetime.now(UTC) + timedelta(hours=6, minutes=1)
    assert [c.name for c in due(here.settings(), later)] == ["birds"]
    assert len(here.settings().table(IngestSettings).connector) == 2


def test_the_command_reports_as_for_files(
    here: Any, site: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["--home", str(here.home), "ingest"]
    assert main([*command, "--connector", "birds", "--json"]) == 0
    report = json.loads(capsys.readouterr().out)  # and nothing that the reader printed
    assert report["counts"]["added"] == 2
    assert main([*command, "--connector", "fish"]) == 1
    assert "there is no connector 'fish'" in capsys.readouterr().err
    assert main([*command, "--connector", "birds", "somewhere"]) == 2
    assert main([*command, "--due"]) == 0
    assert "No connector is due" in capsys.readouterr().err
