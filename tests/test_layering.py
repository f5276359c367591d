"""Imports point one way, as the picture in the guides shows, and heavy ones stay in their place."""

import ast
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("assistant", "eval", "ingest", "prompts", "vectorstore", "web")
MAY_IMPORT = {
    "vectorstore": set(),
    "prompts": set(),
    "web": {"vectorstore"},
    "ingest": {"vectorstore", "web"},
    "assistant": {"vectorstore", "web", "prompts"},
    "eval": {"assistant", "vectorstore", "web", "prompts"},
}
# What the encoder and the kinds are learnt from is cut as the library cuts it, by the same code.
# So is what the cost of doing so is measured on.
CUTS = {
    "eval/bench/speed/ingest.py": "ingest",
    "eval/fitting/encoder/texts.py": "ingest",
    "eval/fitting/fit_kinds.py": "ingest",
}
# The rooms of assistant, in the order of the way out: each may use those before it.
ROOMS = tuple("turn finding reading proof writing keeping answering packs ask api".split())
TOP = {"__init__", "cli", "settings", "errors", "models", "query_engine"}
MOST_FILES = 15  # of code, beside one another in a folder
WITH_TORCH = ("export", "train")
FITTING = {
    *(f"eval/fitting/{room}/{name}.py" for room in ("encoder", "reader") for name in WITH_TORCH),
    "eval/fitting/checkpoint.py",
    "eval/fitting/fit_turn.py",
    "eval/fitting/fit_verifier.py",
    "eval/fitting/padding.py",
    "eval/fitting/reader/base.py",
}
PDFIUM = ("document", "filled", "ocr", "opening", "words")
ONLY_IN = {
    "chromadb": {"vectorstore/index/generation.py", "vectorstore/index/served.py"},
    "torch": {"vectorstore/encoder.py", *FITTING},
    "sentence_transformers": {"vectorstore/encoder.py"},
    "docx": {
        "ingest/readers/docx.py",
        "assistant/keeping/word.py",
        "assistant/packs/files/document.py",
        "assistant/packs/files/footnotes.py",
    },
    "pptx": {"ingest/readers/pptx.py", "assistant/packs/files/slides.py"},
    "pypdfium2": {
        "ingest/printed/picture.py",
        *(f"ingest/readers/pdf/{name}.py" for name in PDFIUM),
    },
}
SERVING = {"fastapi", "starlette", "gradio", "uvicorn"}  # nothing of these in the store


def imports(file: Path) -> Iterator[tuple[str, bool]]:
    """Every module that a file imports, and whether in the form `import a.b`."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((alias.name, True) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            inside = [f"{node.module}.{alias.name}" for alias in node.names]
            modules = [m for m in inside if (ROOT / f"{m.replace('.', '/')}.py").exists()]
            yield from ((module, False) for module in modules)
            if len(modules) < len(inside):  # it takes something of the module itself
                yield node.module, False


def files() -> list[Path]:
    return [file for folder in FOLDERS for file in (ROOT / folder).rglob("*.py")]


def named_path(file: Path) -> str:
    """A file's path from the top."""
    return file.relative_to(ROOT).as_posix()


def named(file: Path) -> str:
    """The name by which a file is imported."""
    parts = file.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_folder_imports_only_what_lies_below_it(folder: str) -> None:
    for file in (ROOT / folder).rglob("*.py"):
        for module, _ in imports(file):
            top = module.split(".")[0]
            if top in FOLDERS and top != folder and CUTS.get(named_path(file)) != top:
                assert top in MAY_IMPORT[folder], f"{file.relative_to(ROOT)} imports {module}"
            assert top != "soundings", f"{file.relative_to(ROOT)} imports the front door"
            assert folder != "vectorstore" or top not in SERVING, f"{file} imports {module}"


def test_the_rooms_of_assistant_depend_in_one_direction() -> None:
    assert {
        folder.name for folder in (ROOT / "assistant").iterdir() if any(folder.glob("*.py"))
    } == set(ROOMS)
    assert {file.stem for file in (ROOT / "assistant").glob("*.py")} == TOP
    for place, room in enumerate(ROOMS):
        for file in (ROOT / "assistant" / room).rglob("*.py"):
            for module, _ in imports(file):
                first, _, rest = module.partition(".")
                other = rest.split(".")[0]
                if first == "assistant" and other in ROOMS:
                    assert ROOMS.index(other) <= place, f"{file.relative_to(ROOT)}: {module}"


def test_no_imports_go_round_in_a_circle() -> None:
    modules = {named(file): file for file in files()}
    graph = {
        name: {other for other, _ in imports(file) if other in modules and other != name}
        for name, file in modules.items()
    }
    TopologicalSorter(graph).prepare()  # raises CycleError, which names the circle


def test_no_folder_is_crowded() -> None:
    for folder in {file.parent for file in files()}:
        beside = len(list(folder.glob("*.py")))
        assert beside <= MOST_FILES, f"{folder.relative_to(ROOT)} holds {beside} files of code"
        assert ast.get_docstring(ast.parse((folder / "__init__.py").read_text("utf-8"))), folder


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
