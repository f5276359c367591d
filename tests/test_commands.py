"""The commands as a person or a script runs them: exit codes, streams, and what bad input does."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from vectorstore import Library
from vectorstore.encoder import find_model
from vectorstore.library import FILE_NAME

ROOT = Path(__file__).resolve().parent.parent

Run = Callable[..., tuple[int, str, str]]


def json_of(text: str) -> object:
    """The one JSON value that `text` is."""
    return json.loads(text)


def fails(result: tuple[int, str, str], code: int, *words: str) -> None:
    """The result is an expected failure: one clear message, nothing on standard output."""
    found, out, err = result
    assert found == code, err
    assert out == ""
    assert "Traceback" not in err
    last = err.strip().splitlines()[-1]
    assert last.startswith("soundings: "), err
    for word in words:
        assert word in err


def state(home: Path) -> object:
    library = Library(home / FILE_NAME)
    return library.fingerprint, library.meta("generation"), library.sources()


@pytest.fixture
def home(starter_home: Path, tmp_path: Path) -> Path:
    """A copy of the starter home, to be written to."""
    return shutil.copytree(starter_home, tmp_path / "home")


# ingest


def test_ingest_adds_and_then_finds_nothing_to_do(soundings: Run, tmp_path: Path) -> None:
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "boats.txt").write_text("The red boat sails at dawn.")
    code, out, err = soundings("--home", tmp_path / "h", "ingest", tmp_path / "texts", "--json")
    report = json_of(out)
    assert code == 0, err
    assert isinstance(report, dict)
    assert report["files"] == [
        {
            "path": str(tmp_path / "texts" / "boats.txt"),
            "status": "added",
            "source": "boats",
            "reason": None,
        }
    ]
    code, out, _ = soundings("--home", tmp_path / "h", "ingest", tmp_path / "texts")
    assert code == 0
    assert "1 unchanged." in out


BAD_FILES: dict[str, tuple[bytes, str]] = {
    "empty.txt": (b"", "empty"),
    "binary.txt": (b"\x7fELF\x00\x01\x02\x00", "binary"),
    "mixed.txt": ("Café ".encode() + "Café".encode("cp1252"), "mixed encodings"),
    "utf16.txt": ("Some text".encode("utf-16")[:-1], "UTF-16"),
    "broken.jsonl": (b'{"id": "a", "text": "A."}\n{"id": "b", "te\n', "line 2"),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_bad_file_fails_with_its_reason_and_the_library_stays(
    soundings: Run, home: Path, tmp_path: Path, name: str
) -> None:
    content, reason = BAD_FILES[name]
    (tmp_path / name).write_bytes(content)
    before = state(home)
    code, out, err = soundings("--home", home, "ingest", tmp_path / name)
    assert code == 1
    assert "1 failed." in out
    assert reason in err
    assert "Traceback" not in err
    assert state(home) == before


def test_a_missing_path_is_wrong_usage(soundings: Run, home: Path, tmp_path: Path) -> None:
    before = state(home)
    fails(soundings("--home", home, "ingest", tmp_path / "missing"), 2, "missing", "Nothing was")
    assert state(home) == before


def test_a_name_full_of_odd_bytes_fails_alone(soundings: Run, home: Path, tmp_path: Path) -> None:
    (tmp_path / "texts").mkdir()
    try:
        with open(os.fsencode(tmp_path / "texts") + b"/\xff\x1b[2J.txt", "wb") as stream:  # noqa: PTH123
            stream.write(b"Some text.")
    except OSError:
        pytest.skip("this file system has no such names")
    code, out, _ = soundings("--home", home, "ingest", tmp_path / "texts", "--json")
    assert code == 1
    assert "\x1b" not in out
    report = json_of(out)
    assert isinstance(report, dict)
    assert "Rename it" in report["files"][0]["reason"]


def test_a_document_cannot_write_on_the_terminal(
    soundings: Run, home: Path, tmp_path: Path
) -> None:
    (tmp_path / "odd.txt").write_text(
        "The \x1b[31mlighthouse\x1b[0m of Skerryvore was lit in 1844."
    )
    assert soundings("--home", home, "ingest", tmp_path / "odd.txt")[0] == 0
    for question in ("When was the lighthouse of Skerryvore lit?", "Who built Skerryvore?"):
        code, out, _ = soundings("--home", home, "ask", question)
        assert code == 0
        assert "\x1b" not in out
        assert "lighthouse" in out


def test_a_home_that_is_a_file_is_a_clear_failure(soundings: Run, tmp_path: Path) -> None:
    (tmp_path / "home").write_text("in the way")
    fails(soundings("--home", tmp_path / "home", "ingest"), 1, "cannot make the home", "--home DIR")
    fails(soundings("--home", tmp_path / "home", "search", "word"), 1)
    assert (tmp_path / "home").read_text() == "in the way"


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write to any folder"
)
def test_a_home_that_cannot_be_written_to_is_a_clear_failure(
    soundings: Run, tmp_path: Path
) -> None:
    (tmp_path / "closed").mkdir(mode=0o500)
    fails(soundings("--home", tmp_path / "closed" / "home", "ingest"), 1, "cannot make the home")


def test_a_library_that_is_no_database_is_a_clear_failure(soundings: Run, tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_bytes(b"Surely no database. " * 500)
    for command in (["ingest"], ["search", "word"], ["sources"]):
        fails(soundings("--home", tmp_path, *command), 1, "not a database")


def test_a_home_made_by_another_encoder_is_made_again_from_its_stored_texts(
    soundings: Run, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = shutil.copytree(find_model("builtin"), tmp_path / "other")
    config = json.loads((other / "config.json").read_text())
    (other / "config.json").write_text(json.dumps({**config, "comment": "another"}))
    monkeypatch.setenv("SOUNDINGS_ENCODER", str(other))
    before = [(source.id, source.sha256) for source in Library(home / FILE_NAME).sources()]
    code, out, err = soundings("--home", home, "search", "the triple aim", "--json")
    assert code == 0
    assert json_of(out)
    assert "That is being done now, from its stored texts." in err
    after = Library(home / FILE_NAME)
    assert [(source.id, source.sha256) for source in after.sources()] == before
    assert "being done now" not in soundings("--home", home, "search", "the triple aim")[2]


# search


def test_search_groups_by_source_and_marks_on_a_terminal_alone(
    soundings: Run, starter_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = ("--home", starter_home, "search", "the triple aim of leaders", "--top-k", 20)
    code, out, _ = soundings(*asked)
    titles = [line for line in out.splitlines() if line.endswith("]") and line[0] != " "]
    assert code == 0 and 1 < len(titles) == len(set(titles))
    assert "\033" not in out
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    assert "\033[1mleaders\033[0m" in soundings(*asked)[1]


def test_search_says_plainly_that_nothing_is_near(soundings: Run, starter_home: Path) -> None:
    asked = ("--home", starter_home, "search", "xyzzy")
    code, out, err = soundings(*asked)
    assert (code, out) == (0, "") and "Nothing in the library is near to “xyzzy”." in err
    assert json_of(soundings(*asked, "--json")[1])["hits"] == []


def test_search_prints_one_json_value(soundings: Run, starter_home: Path) -> None:
    code, out, _ = soundings(
        "--home", starter_home, "search", "the triple aim", "--top-k", 2, "--json"
    )
    found = json_of(out)
    assert code == 0
    assert isinstance(found, dict)
    assert [hit["rank"] for hit in found["hits"]] == [1, 2]
    library = Library(starter_home / FILE_NAME)
    for hit in found["hits"]:
        assert library.text(hit["source"])[hit["start"] : hit["end"]] == hit["text"]


def test_a_batch_is_answered_in_order_with_error_lines(
    soundings: Run, starter_home: Path, tmp_path: Path
) -> None:
    (tmp_path / "in.jsonl").write_text(
        '{"id": "b", "question": "triple aim"}\n{broken\n{"id": "a", "question": " "}\n'
        '{"id": "c", "question": "conflicts of interest"}\n'
    )
    out_file = tmp_path / "out.jsonl"
    code, out, _ = soundings(
        "--home", starter_home, "search", "--batch", tmp_path / "in.jsonl", "--out", out_file
    )
    lines = [json.loads(line) for line in out_file.read_text(encoding="utf-8").splitlines()]
    assert (code, out) == (0, "")
    assert [line["id"] for line in lines] == ["b", None, "a", "c"]
    assert ["error" in line for line in lines] == [False, True, True, False]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["search", ""], ["empty"]),
        (["search", " \n"], ["empty"]),
        (["search", "x" * 100_000], ["100,000", "10,000"]),
        (["search"], ["one query", "--batch"]),
        (["search", "word", "--batch", "in", "--out", "out"], ["--batch"]),
        (["search", "--batch", "in"], ["--out"]),
        (["search", "--batch", "no-such-file", "--out", "out"], ["no-such-file"]),
    ],
)
def test_a_search_that_cannot_be_made_is_wrong_usage(
    soundings: Run, starter_home: Path, arguments: list[str], words: list[str]
) -> None:
    fails(soundings("--home", starter_home, *arguments), 2, *words)


@pytest.mark.parametrize("number", ["0", "-1", "many"])
def test_a_wrong_number_is_wrong_usage(soundings: Run, number: str) -> None:
    code, out, err = soundings("search", "word", "--top-k", number)
    assert (code, out) == (2, "")
    assert "whole number" in err


def test_without_a_library_the_way_to_one_is_told(soundings: Run, tmp_path: Path) -> None:
    for command in (["search", "word"], ["sources"], ["sources", "show", "x"]):
        fails(soundings("--home", tmp_path / "new", *command), 1, "soundings ingest")
    assert not (tmp_path / "new").exists()


# sources


def test_sources_are_listed_and_shown(soundings: Run, starter_home: Path) -> None:
    listed = json_of(soundings("--home", starter_home, "sources", "--json")[1])
    assert isinstance(listed, list)
    name = listed[0]["id"]
    assert name in soundings("--home", starter_home, "sources")[1]
    code, text, _ = soundings("--home", starter_home, "sources", "show", name, "--text")
    assert code == 0
    assert text == Library(starter_home / FILE_NAME).text(name)
    shown = json_of(soundings("--home", starter_home, "sources", "show", name, "--json")[1])
    assert shown == listed[0]


def test_a_removed_source_is_gone_and_the_rest_is_found(soundings: Run, home: Path) -> None:
    code, out, err = soundings("--home", home, "sources", "remove", "shape-shifters")
    assert (code, out) == (0, ""), err
    fails(soundings("--home", home, "sources", "show", "shape-shifters"), 1, "soundings sources")
    fails(soundings("--home", home, "sources", "remove", "shape-shifters"), 1)
    found = json_of(soundings("--home", home, "search", "leadership", "--json")[1])
    assert isinstance(found, dict)
    assert found["hits"]


# config and doctor


def test_config_shows_each_setting_with_its_origin(
    soundings: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "soundings.toml").write_text("top_k = 4\n")
    monkeypatch.setenv("SOUNDINGS_LLM_KEY", "hush")
    code, out, _ = soundings("--home", tmp_path, "config", "--json")
    shown = json_of(out)
    assert code == 0
    assert isinstance(shown, dict)
    assert shown["top_k"] == {"value": "4", "origin": str(tmp_path / "soundings.toml")}
    assert "hush" not in out + soundings("--home", tmp_path, "config")[1]


def test_a_mistyped_variable_is_named(soundings: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOUNDINGS_ENCODR", "x")
    fails(soundings("config"), 1, "SOUNDINGS_ENCODR", "SOUNDINGS_ENCODER")


def test_doctor_finds_a_good_home_good(soundings: Run, starter_home: Path) -> None:
    code, out, _ = soundings("--home", starter_home, "doctor", "--json")
    findings = json_of(out)
    assert isinstance(findings, list)
    assert [finding for finding in findings if not finding["well"]] == []
    assert code == 0


@pytest.mark.parametrize("able", [True, False])
def test_doctor_tells_of_half_precision_where_it_would_be_faster(
    soundings: Run, starter_home: Path, monkeypatch: pytest.MonkeyPatch, able: bool
) -> None:
    monkeypatch.setattr("vectorstore.doctor.multiplies_bfloat16", lambda: able)
    _, out, _ = soundings("--home", starter_home, "doctor")
    assert ("SOUNDINGS_ENCODER_PRECISION=auto" in out) is able
    monkeypatch.setenv("SOUNDINGS_ENCODER_PRECISION", "auto")
    _, out, _ = soundings("--home", starter_home, "doctor")
    assert "SOUNDINGS_ENCODER_PRECISION" not in out


def test_doctor_names_a_damaged_index_and_its_cure(soundings: Run, home: Path) -> None:
    next(home.glob("index/*/*/data_level0.bin")).write_bytes(b"damaged")
    code, out, _ = soundings("--home", home, "doctor")
    assert code == 1
    assert "BAD  index" in out
    assert "cure:" in out


def test_doctor_finds_no_library_in_a_new_home(soundings: Run, tmp_path: Path) -> None:
    code, out, _ = soundings("--home", tmp_path / "new", "doctor")
    assert code == 1
    assert "cure: soundings ingest" in out


# In a process of its own


def run_outside(*argv: object, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, str(ROOT / "soundings.py"), *map(str, argv)]
    return subprocess.run(command, input=stdin, capture_output=True, timeout=120, check=False)


def test_standard_output_holds_the_json_value_and_nothing_else(starter_home: Path) -> None:
    done = run_outside("--home", starter_home, "sources", "--json")
    assert done.returncode == 0
    assert len(json.loads(done.stdout.decode())) == 5


def test_a_batch_runs_from_standard_input_to_standard_output(starter_home: Path) -> None:
    done = run_outside(
        *("--home", starter_home, "search", "--batch", "-", "--out", "-"),
        stdin=b'{"id": 1, "question": "triple aim \xff"}\n{"id": 2}\n',
    )
    lines = [json.loads(line) for line in done.stdout.decode().splitlines()]
    assert done.returncode == 0
    assert [line["id"] for line in lines] == [1, 2]
    assert "error" in lines[1]


def test_a_wrong_command_is_wrong_usage_without_a_traceback() -> None:
    done = run_outside("ingset")
    assert done.returncode == 2
    assert b"Traceback" not in done.stderr


# --source


def test_source_narrows_search_and_ask_to_the_documents_named(
    soundings: Run, starter_home: Path
) -> None:
    ids = [source.id for source in Library(starter_home / FILE_NAME).sources()]
    query = ("Who leads the commissioners?", "--json")
    for command in ("search", "ask"):
        for named in (ids[:1], ids[1:3]):
            flags = [word for id in named for word in ("--source", id)]
            code, out, err = soundings("--home", starter_home, command, *query, *flags)
            assert code == 0, err
            answer = json_of(out)
            assert isinstance(answer, dict)
            assert answer["hits"]
            assert {hit["source"] for hit in answer["hits"]} <= set(named)


def test_a_source_that_is_not_there_is_refused_with_the_nearest_named(
    soundings: Run, starter_home: Path
) -> None:
    id = Library(starter_home / FILE_NAME).sources()[0].id
    for command in ("search", "ask"):
        result = soundings("--home", starter_home, command, "leaders", "--source", f"{id}x")
        fails(result, 1, f"no source '{id}x'", f"Did you mean '{id}'?")
