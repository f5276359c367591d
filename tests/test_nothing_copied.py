"""What is in the repository, we wrote: no file holds a sentence of the original documents."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ORIGINALS = ROOT.parent / "shared" / "sources"
RUN = 10  # words in a row that are a copied sentence rather than a name or a title
TEXT = {".py", ".md", ".yaml", ".toml", ".txt", ".json", ".jsonl", ".html", ".css", ".js"}


def runs(text: str) -> set[tuple[str, ...]]:
    """Every run of RUN words, case and punctuation aside."""
    words = re.findall(r"[a-z0-9]+", text.lower())
    return {tuple(words[i : i + RUN]) for i in range(len(words) - RUN + 1)}


@pytest.fixture(scope="module")
def original_runs() -> set[tuple[str, ...]]:
    if not ORIGINALS.is_dir():
        pytest.skip("the original documents are not on this machine")
    found: set[tuple[str, ...]] = set()
    for file in ORIGINALS.glob("*.txt"):
        found |= runs(file.read_text(encoding="utf-8"))
    return found


def tracked() -> list[Path]:
    done = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        pytest.skip("not a git checkout")
    return [ROOT / name for name in done.stdout.splitlines() if Path(name).suffix in TEXT]


def test_no_file_shares_a_run_of_words_with_the_originals(
    original_runs: set[tuple[str, ...]],
) -> None:
    for file in tracked():
        if file.exists():
            shared = runs(file.read_text(encoding="utf-8")) & original_runs
            assert not shared, f"{file.relative_to(ROOT)}: {' '.join(sorted(shared)[0])}"


def test_a_planted_sentence_would_be_found(original_runs: set[tuple[str, ...]]) -> None:
    planted = "Some words of ours. " + " ".join(min(original_runs)) + " and more of ours."
    assert runs(planted) & original_runs
