"""Nothing is fetched: the whole path works with the network taken away."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def without_network() -> list[str]:
    """The words that run a command in a namespace with no network."""
    for words in (["unshare", "-n"], ["unshare", "-r", "-n"]):
        if shutil.which(words[0]) and subprocess.run([*words, "true"], check=False).returncode == 0:
            return words
    if os.environ.get("CI"):
        pytest.fail("no way to take the network away (unshare -n)")
    pytest.skip("no way to take the network away here (unshare -n)")


@pytest.mark.slow
def test_ingest_search_and_ask_work_without_a_network(tmp_path: Path) -> None:
    def run(*words: str) -> str:
        command = [*without_network(), sys.executable, "-m", "soundings", "--home", str(tmp_path)]
        environ = {k: v for k, v in os.environ.items() if not k.startswith(("HF_", "SOUNDINGS_"))}
        done = subprocess.run(
            [*command, *words], capture_output=True, text=True, cwd=ROOT, env=environ, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert json.loads(run("ingest", "--json"))["counts"]["added"] == 5
    assert json.loads(run("ask", "What is the triple aim?", "--json"))["outcome"] == "answered"
    assert json.loads(run("search", "triple aim", "--json"))["hits"]
    assert "sources" in run("doctor")
