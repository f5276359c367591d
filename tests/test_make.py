"""`make` takes PyTorch's CPU build where there is no NVIDIA card, unless it is told otherwise."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
INDEX = "whl/cpu"

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there is no CUDA")


def recipe(tmp_path: Path, card: bool, *words: str) -> str:
    """What `make test` would run on a machine with a card, or without."""
    smi = tmp_path / "nvidia-smi"
    smi.write_text(f"#!/bin/sh\nexit {0 if card else 9}\n")
    smi.chmod(0o755)
    path = f"{tmp_path}:{os.environ['PATH']}"
    done = subprocess.run(
        ["make", "-n", "-W", "pyproject.toml", "test", *words],
        cwd=ROOT,
        env={**os.environ, "PATH": path, "MAKEFLAGS": ""},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


@pytest.mark.parametrize(
    ("card", "words", "taken"),
    [
        (False, (), True),
        (True, (), False),
        (True, ("CPU=1",), True),
        (False, ("CPU=0",), False),
    ],
)
def test_the_cpu_build_is_taken_where_it_should_be(
    tmp_path: Path, card: bool, words: tuple[str, ...], taken: bool
) -> None:
    assert (INDEX in recipe(tmp_path, card, *words)) == taken


def test_where_its_index_cannot_be_reached_pips_default_is_taken_and_told_of(
    tmp_path: Path,
) -> None:
    found = recipe(tmp_path, card=False)
    assert "cannot be reached" in found
    assert found.index(INDEX) < found.index("cannot be reached")
