"""Readers of LlamaHub as they are published, each on a server on the loopback or a folder."""

import json
import tempfile
import threading
from collections.abc import Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import docx
import pytest
from llama_index.core.readers import SimpleDirectoryReader

from eval.bench.servers import Postgres, programs
from ingest.connectors.run import ingest_connector, named
from tests.ingest.pdfs import draw, made


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


def run(desk: Any, prune: bool = True) -> dict[str, str]:
    """What a run said: the last part of each id → its status."""
    settings = desk.settings()
    report = ingest_connector(settings, named(settings, "there"), prune=prune)
    return {file.path.rpartition("/")[2]: file.status for file in report.files}


def connect(desk: Any, reader: str, **tables: object) -> None:
    """Settings with one connector."""
    desk.home.mkdir(exist_ok=True)
    told = [f"{name} = {_toml(value)}" for name, value in tables.items()]
    (desk.home / "soundings.toml").write_text(
        "\n".join(['[[connector]]\nname = "there"', f'reader = "{reader}"', *told])
    )


def _toml(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name} = {_toml(each)}" for name, each in value.items()) + "}"
    return json.dumps(value)


# Files that a reader hands over as they are


def fill(folder: Path) -> None:
    pages = [partial(draw, lines=[f"A berth costs {n} crowns."], x=70, y=700) for n in (30, 45)]
    made(folder / "fees.pdf", pages, title="Fees at Vik")
    document = docx.Document()
    document.add_heading("Cats", 1)
    document.add_paragraph("Cats may roam at night.")
    document.save(str(folder / "house rules.docx"))
    (folder / "birds.jsonl").write_text('{"id": "owl", "text": "An owl hoots."}')
    (folder / "photo.thing").write_bytes(b"\x00\x01")


def holds_what_was_filled(desk: Any) -> None:
    sources = {source.title: source for source in desk.library.sources()}
    assert sources.keys() == {"Fees at Vik", "Cats", "owl"}
    fees = sources["Fees at Vik"]
    assert (fees.kind, len(fees.pages)) == ("pdf", 2)
    assert "A berth costs 45 crowns." in desk.library.text(fees.id)
    assert desk.library.text(sources["Cats"].id).startswith("# Cats")


def test_a_file_system_is_read_by_our_own_readers(empty_desk: Any, tmp_path: Path) -> None:
    there = tmp_path / "there"
    there.mkdir()
    fill(there)
    connect(
        empty_desk,
        "llama_index.core.readers:SimpleDirectoryReader",
        arguments={"input_dir": str(there)},
    )
    assert run(empty_desk) == {
        "birds.jsonl#owl": "added",
        "fees.pdf": "added",
        "house rules.docx": "added",
        "photo.thing": "skipped",
    }
    holds_what_was_filled(empty_desk)
    (there / "birds.jsonl").write_text('{"id": "wren", "text": "A wren sings."}')
    (there / "fees.pdf").write_bytes(b"%PDF-1.7 cut")
    again = run(empty_desk)
    assert (again["fees.pdf"], again["birds.jsonl#owl"]) == ("failed", "retired")
    assert {source.title for source in empty_desk.library.sources()} == {
        *("Fees at Vik", "Cats", "wren"),
    }


def test_a_file_that_is_too_large_is_not_fetched(
    empty_desk: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = tmp_path / "there"
    there.mkdir()
    (there / "notes.txt").write_text("An owl hoots.")
    with (there / "whole.html").open("wb") as hole:
        hole.truncate(20_000_001)
    fetched: list[Path] = []
    reads = SimpleDirectoryReader.read_file_content

    def reading(self: SimpleDirectoryReader, path: Path, **more: Any) -> bytes:
        fetched.append(path)
        return bytes(reads(self, path, **more))

    monkeypatch.setattr(SimpleDirectoryReader, "read_file_content", reading)
    connect(
        empty_desk,
        "llama_index.core.readers:SimpleDirectoryReader",
        arguments={"input_dir": str(there)},
    )
    settings = empty_desk.settings()
    report = ingest_connector(settings, named(settings, "there"))
    notes, whole = sorted(report.files, key=lambda file: file.path)
    assert (notes.status, whole.status) == ("added", "failed")
    assert whole.reason is not None and "at most 20,000,000 are read" in whole.reason
    assert [path.name for path in fetched] == ["notes.txt"]


# A site


@pytest.fixture
def site() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """A WordPress site of posts, as its programming interface gives them."""
    posts: list[dict[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = self.path.startswith("/wp-json/wp/v2/posts?")
            self.send_response(200 if found else 404)
            self.end_headers()
            self.wfile.write(json.dumps(posts if found else {}).encode())

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}", posts
    server.shutdown()
    server.server_close()


def test_a_web_site(empty_desk: Any, site: tuple[str, list[dict[str, Any]]]) -> None:
    pytest.importorskip("llama_index.readers.wordpress")
    address, posts = site
    for number, (title, text) in enumerate({"Owls": "An owl hoots.", "Cats": "They roam."}.items()):
        posts.append(
            {"id": number, "title": {"rendered": title}, "link": f"{address}/{number}"}
            | {"modified": "2021-05-03T10:00:00", "content": {"rendered": f"<p>{text}</p>"}}
        )
    connect(
        empty_desk,
        "llama_index.readers.wordpress:WordpressReader",
        arguments={"url": address, "get_pages": False},
    )
    assert set(run(empty_desk).values()) == {"added"}
    assert set(run(empty_desk).values()) == {"unchanged"}
    owls = next(s for s in empty_desk.library.sources() if s.title == "Owls")
    assert empty_desk.library.text(owls.id) == "An owl hoots."
    assert (owls.url, owls.date) == (f"{address}/0", "2021-05-03T10:00:00")
    posts[0]["content"]["rendered"] = "<p>An owl hoots. It sees little by day.</p>"
    assert sorted(run(empty_desk).values()) == ["unchanged", "updated"]
    del posts[0]
    assert sorted(run(empty_desk).values()) == ["retired", "unchanged"]


# A database


@pytest.fixture
def postgres() -> Iterator[str]:
    """The address of an empty database of a server of our own."""
    installed = programs()
    if installed is None:
        pytest.skip("PostgreSQL is not installed (apt-get install postgresql)")
    # Not under pytest's own folder, which nobody but its owner may enter
    with tempfile.TemporaryDirectory(dir="/tmp", ignore_cleanup_errors=True) as folder:
        started = Postgres(Path(folder), installed)
        yield started.empty("rules")
        started.stop()


def test_a_database(empty_desk: Any, postgres: str, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("llama_index.readers.database")
    import psycopg

    def say(statement: str) -> None:
        with psycopg.connect(postgres.replace("+psycopg", ""), autocommit=True) as connection:
            connection.execute(statement.encode())

    say("CREATE TABLE rule (id integer, title text, body text)")
    say("INSERT INTO rule VALUES (1, 'Cats', 'Cats may roam.'), (2, 'Dogs', 'Dogs may not.')")
    connect(
        empty_desk,
        "llama_index.readers.database:DatabaseReader",
        load={
            "query": "SELECT id, title, body FROM rule ORDER BY id",
            "metadata_cols": ["id", "title"],
            "excluded_text_cols": ["id", "title"],
        },
        secrets={"uri": "RULES"},
    )
    monkeypatch.setenv("RULES", postgres)
    assert set(run(empty_desk).values()) == {"added"}
    assert set(run(empty_desk).values()) == {"unchanged"}
    cats = next(s for s in empty_desk.library.sources() if s.title == "Cats")
    assert empty_desk.library.text(cats.id) == "body: Cats may roam."
    say("UPDATE rule SET body = 'Cats may roam at night.' WHERE id = 1")
    say("DELETE FROM rule WHERE id = 2")
    assert sorted(run(empty_desk).values()) == ["retired", "updated"]
    before = empty_desk.state()
    say("DROP TABLE rule")
    with pytest.raises(Exception, match="could not load") as failed:
        run(empty_desk)
    assert postgres not in str(failed.value)
    assert empty_desk.state() == before


# A bucket


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, Any]]:
    """The address of an S3 server with an empty bucket, and a client of it."""
    server_of = pytest.importorskip("moto.server")
    import boto3

    server = server_of.ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    address = f"http://{host}:{port}"
    monkeypatch.setenv("BUCKET_ID", "reader")
    monkeypatch.setenv("BUCKET_SECRET", "not-to-be-shown")
    client = boto3.client(
        "s3",
        endpoint_url=address,
        region_name="us-east-1",
        aws_access_key_id="reader",
        aws_secret_access_key="not-to-be-shown",
    )
    client.create_bucket(Bucket="rules")
    yield address, client
    server.stop()


def test_a_bucket(empty_desk: Any, bucket: tuple[str, Any], tmp_path: Path) -> None:
    pytest.importorskip("llama_index.readers.s3")
    address, client = bucket
    there = tmp_path / "there"
    there.mkdir()
    fill(there)
    for file in there.iterdir():
        client.upload_file(str(file), "rules", f"year/{file.name}")
    connect(
        empty_desk,
        "llama_index.readers.s3:S3Reader",
        arguments={"bucket": "rules", "prefix": "year/", "s3_endpoint_url": address},
        secrets={"aws_access_id": "BUCKET_ID", "aws_access_secret": "BUCKET_SECRET"},
    )
    first = run(empty_desk)
    assert first == {
        "birds.jsonl#owl": "added",
        "fees.pdf": "added",
        "house rules.docx": "added",
        "photo.thing": "skipped",
    }
    holds_what_was_filled(empty_desk)
    assert set(run(empty_desk).values()) == {"unchanged", "skipped"}
    client.put_object(
        Bucket="rules", Key="year/birds.jsonl", Body=b'{"id": "owl", "text": "An owl sleeps."}'
    )
    client.delete_object(Bucket="rules", Key="year/house rules.docx")
    again = run(empty_desk)
    assert (again["birds.jsonl#owl"], again["house rules.docx"]) == ("updated", "retired")
    before = empty_desk.state()
    for key in ("birds.jsonl", "fees.pdf", "photo.thing"):
        client.delete_object(Bucket="rules", Key=f"year/{key}")
    client.delete_bucket(Bucket="rules")
    with pytest.raises(Exception, match="could not load") as failed:
        run(empty_desk)
    assert "not-to-be-shown" not in str(failed.value)
    assert empty_desk.state() == before
