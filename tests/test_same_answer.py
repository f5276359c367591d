"""The same input gives the same hits and answers, whatever the process around it is like."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LIBRARY = ROOT / "ingest" / "library"
PROGRAM = """
import json, sys
from pathlib import Path
from assistant import AssistantSettings, open_engine
from ingest import IngestSettings, ingest
from vectorstore import StoreSettings, load_settings

tables = {"vectorstore": StoreSettings, "ingest": IngestSettings, "assistant": AssistantSettings}
home, *files = sys.argv[1:]
settings = load_settings(tables, home=home, environ={})
for file in files:
    ingest(settings, [Path(file)])
engine = open_engine(settings)
found = []
for question in (
    "What is the triple aim?",
    "How should conflicts of interest be managed, and who decides?",
    "What does a kettle cost?",
):
    answer = engine.ask(question).to_json()
    del answer["timings_ms"]
    found.append(answer)
print(json.dumps(found, sort_keys=True))
"""


def answers(home: Path, files: list[Path], **environ: str) -> object:
    """What a process of its own answers over a library made of `files` in this order."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(home), *map(str, files)],
        env={**os.environ, "PYTHONPATH": str(ROOT), **environ},
        stdout=subprocess.PIPE,
        check=True,
        timeout=600,
    )
    return json.loads(done.stdout)


@pytest.mark.slow
def test_neither_threads_nor_hash_seed_nor_the_order_of_files_change_an_answer(
    tmp_path: Path,
) -> None:
    files = sorted(LIBRARY.glob("*.md"))[:3]
    assert len(files) == 3
    one = answers(tmp_path / "one", files, OMP_NUM_THREADS="1", PYTHONHASHSEED="1")
    other = answers(tmp_path / "two", files[::-1], OMP_NUM_THREADS="2", PYTHONHASHSEED="2")
    assert one == other
