"""How well files are read: `python -m eval.bench.files FOLDER`.

Reads all files of a folder into a throw-away home by the command line, and prints what became of
each kind; then, for every `.docx` that has an `.odt` of the same name, the share of its words that
both have in the same order (twice the common words over all words, as difflib finds them).
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from collections import Counter
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

from vectorstore.library import FILE_NAME, Library

ROOT = Path(__file__).resolve().parent.parent.parent


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        report = _ingest(args.folder, Path(home))
        shares = twins(report["files"], Library(Path(home) / FILE_NAME))
    if args.json:
        print(json.dumps({"files": report["files"], "twins": shares}, ensure_ascii=False, indent=2))
        return
    print(f"{len(report['files'])} files")
    for (kind, status), number in sorted(outcomes(report["files"]).items()):
        print(f"  {kind:6} {status:10} {number}")
    for file in report["files"]:
        if file["reason"]:
            print(f"  {Path(file['path']).name}: {file['status']}: {file['reason']}")
    if shares:
        low = min(shares.values())
        mean = sum(shares.values()) / len(shares)
        print(f"words in common, DOCX and ODT: n={len(shares)} lowest={low:.4f} mean={mean:.4f}")
        for name, share in sorted(shares.items(), key=lambda pair: pair[1]):
            print(f"  {share:.4f} {name}")


def outcomes(files: list[dict[str, Any]]) -> Counter[tuple[str, str]]:
    """How many files of each kind ended in each status."""
    return Counter((Path(file["path"]).suffix.lower(), file["status"]) for file in files)


def twins(files: list[dict[str, Any]], library: Library) -> dict[str, float]:
    """Name → share of words in common, for every DOCX with an ODT of the same name."""
    sources = {Path(file["path"]): file["source"] for file in files if file["source"]}
    return {
        path.stem: common(library.text(source), library.text(sources[path.with_suffix(".odt")]))
        for path, source in sorted(sources.items())
        if path.suffix == ".docx" and path.with_suffix(".odt") in sources
    }


def common(one: str, other: str) -> float:
    """The share of words that two texts have in common in the same order, 0 to 1."""
    first, second = (re.findall(r"\w+(?:[’'-]\w+)*", text) for text in (one, other))
    return SequenceMatcher(None, first, second, autojunk=False).ratio()


def _ingest(folder: Path, home: Path) -> dict[str, Any]:
    command = [sys.executable, str(ROOT / "soundings.py"), "--home", str(home)]
    done = subprocess.run(
        [*command, "ingest", str(folder), "--json"],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=False,
    )
    report: dict[str, Any] = json.loads(done.stdout)
    return report


if __name__ == "__main__":
    main()
