"""The fault test in small: killed at any moment, nothing is lost."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
def test_commands_that_are_killed_lose_nothing() -> None:
    command = [sys.executable, "-m", "eval.bench.faults", "--json", "--cases", "15", "--plain", "0"]
    done = subprocess.run(
        command, capture_output=True, text=True, cwd=ROOT, timeout=3_000, check=False
    )
    found = json.loads(done.stdout)
    assert found["lost"] == [], done.stderr
    assert done.returncode == 0
    assert found["struck"] >= 10  # else nothing was tested
