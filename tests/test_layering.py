"""Imports point one way, as the picture in the README shows, and heavy ones stay in their place."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("assistant", "eval", "ingest", "prompts", "vectorstore")
MAY_IMPORT = {
    "vectorstore": set(),
    "prompts": set(),
    "ingest": {"vectorstore"},
    "assistant": {"vectorstore", "prompts"},
    "eval": {"assistant", "vectorstore", "prompts"},
}
READER = {f"assistant/reader/{name}.py" for name in ("export", "models", "train")}
ONLY_IN = {
    "chromadb": {"vectorstore/generation.py"},
    "torch": {"vectorstore/encoder.py", *READER},
    "sentence_transformers": {"vectorstore/encoder.py"},
    "docx": {
        "ingest/readers/docx.py",
        "assistant/word.py",
        "assistant/packs/document.py",
        "assistant/packs/footnotes.py",
    },
    "pptx": {"ingest/readers/pptx.py"},
    "pypdfium2": {"ingest/readers/pdf.py"},
}


def imports(file: Path) -> Iterator[tuple[str, bool]]:
    """Every module that a file imports, and whether in the form `import a.b`."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((alias.name, True) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module, False


def files() -> list[Path]:
    return [file for folder in FOLDERS for file in (ROOT / folder).rglob("*.py")]


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_folder_imports_only_what_lies_below_it(folder: str) -> None:
    for file in (ROOT / folder).rglob("*.py"):
        for module, _ in imports(file):
            top = module.split(".")[0]
            if top in FOLDERS and top != folder:
                assert top in MAY_IMPORT[folder], f"{file.relative_to(ROOT)} imports {module}"
            assert top != "soundings", f"{file.relative_to(ROOT)} imports the front door"


def test_heavy_libraries_are_imported_in_one_file_each() -> None:
    for file in files():
        name = file.relative_to(ROOT).as_posix()
        for module, _ in imports(file):
            top = module.split(".")[0]
            assert top not in ONLY_IN or name in ONLY_IN[top], f"{name} imports {module}"
            if top == "gradio":
                assert file.name == "tab.py", f"{name} imports {module}"


def test_the_builtin_eval_is_never_shadowed() -> None:
    for file in [*files(), ROOT / "soundings.py", *(ROOT / "tests").rglob("*.py")]:
        for module, plain in imports(file):
            assert not (plain and module.split(".")[0] == "eval"), f"{file}: import {module}"
