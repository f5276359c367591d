"""Starting up: what need not be loaded is not, and `--help` comes at once."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
HEAVY = (
    *("torch", "chromadb", "gradio", "llama_index", "sentence_transformers", "sklearn"),
    *("lxml", "docx", "pptx", "pypdfium2", "httpx"),
)


def python(code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True
    )
    return done.stdout


def test_help_loads_nothing_heavy() -> None:
    out = python(
        "import contextlib, sys, soundings\n"
        "with contextlib.suppress(SystemExit): soundings.main(['--help'])\n"
        "print('LOADED', *sorted({m.split('.')[0] for m in sys.modules}))"
    )
    loaded = set(out.split("LOADED", 1)[1].split())
    assert "vectorstore" in loaded
    assert not loaded & set(HEAVY)


@pytest.mark.slow  # a ratio of times: nothing else may run beside it
def test_help_is_at_least_five_times_faster_than_importing_the_encoder() -> None:
    def seconds(code: str) -> float:
        began = time.perf_counter()
        python(code)
        return time.perf_counter() - began

    heavy = min(seconds("import sentence_transformers") for _ in range(2))
    light = min(
        seconds(
            "import contextlib, soundings\n"
            "with contextlib.suppress(SystemExit): soundings.main(['--help'])"
        )
        for _ in range(2)
    )
    assert light * 5 <= heavy, f"--help takes {light:.2f} s, the encoder {heavy:.2f} s"


def test_any_letter_can_be_printed_whatever_the_locale(tmp_path: Path) -> None:
    """Results are UTF-8 even where the terminal is not."""
    source = tmp_path / "ship.txt"
    source.write_text("The ship Ærø — 漢字 — sails at dawn.", encoding="utf-8")
    environ = {**os.environ, "PYTHONIOENCODING": "latin-1", "SOUNDINGS_HOME": str(tmp_path / "h")}
    for words in (["ingest", str(source)], ["sources", "show", "ship", "--text"]):
        done = subprocess.run(
            [sys.executable, "-m", "soundings", *words],
            capture_output=True,
            cwd=ROOT,
            env=environ,
            check=False,
        )
        assert done.returncode == 0, done.stderr.decode("utf-8", "replace")
    assert "漢字" in done.stdout.decode("utf-8")
