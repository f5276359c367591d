"""What the program makes is its owner's alone, and what it opens cannot run anything."""

import ast
import stat
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Command = Callable[..., tuple[int, str, str]]
ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("assistant", "eval", "ingest", "prompts", "vectorstore", "web")
UNPICKLES = {"pickle", "shelve", "joblib", "dill", "cloudpickle", "marshal"}


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such modes")
def test_a_home_is_its_owners_alone_and_the_doctor_tells_of_one_that_is_not(
    soundings: Command, tmp_path: Path
) -> None:
    home, text = tmp_path / "home", tmp_path / "a.txt"
    text.write_text("A kestrel hovers over the field and waits for a vole.")
    assert soundings("--home", home, "ingest", text)[0] == 0
    made = [home, *home.rglob("*")]
    assert len(made) > 3
    for path in made:
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path
    assert "only its owner" in soundings("--home", home, "doctor")[1]
    home.chmod(0o755)
    assert "chmod 700" in soundings("--home", home, "doctor")[1]


def test_nothing_is_unpickled() -> None:
    for file in [f for folder in FOLDERS for f in (ROOT / folder).rglob("*.py")]:
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                assert not UNPICKLES & {alias.name.split(".")[0] for alias in node.names}, file
            elif isinstance(node, ast.ImportFrom):
                assert (node.module or "").split(".")[0] not in UNPICKLES, file
            elif isinstance(node, ast.keyword) and node.arg in ("allow_pickle", "weights_only"):
                safe = node.arg == "weights_only"
                assert isinstance(node.value, ast.Constant) and node.value.value is safe, file
