"""What the encoder learns from: questions, and where in a document their answers stand.

Three kinds of records: those of the shared `train/authored.jsonl`; our own under `examples/`, which
cite documents of the shared corpus by id and offsets (`cited.json` holds the digests of their
texts) or our own documents (`documents.jsonl`); and the shared `train/qa.jsonl`. What lies under
`../shared` is read from there, and left out where it is not.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from eval.errors import EvalError

EXAMPLES = Path(__file__).parent / "examples"
RECORDS, DOCUMENTS, CITED = "records.jsonl", "documents.jsonl", "cited.json"
ASIDE_PERCENT = 15  # of the documents of our own records: a second unseen set

Span = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A document of a corpus."""

    id: str
    title: str
    text: str = field(repr=False)

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A question and the pieces of its document that answer it, the best first; none where
    nothing does. `history` are turns as (role, content); `standalone` is the question as it can be
    understood without them."""

    id: str
    set: str
    doc: str
    question: str
    standalone: str
    history: tuple[tuple[str, str], ...] = ()
    evidence: tuple[Span, ...] = ()

    @property
    def with_history(self) -> str:
        """The question with the last turns of both behind it, as one text."""
        return "\n".join([self.question, *(content for _, content in self.history[-2:])])


def authored(
    shared: Path, split: str, *, silent: bool = False
) -> tuple[list[Record], dict[str, Text]]:
    """The answerable records of a split ("train", "dev") of the shared file, and its documents;
    with what nothing answers too where `silent` is wanted."""
    file = shared / "train" / "authored.jsonl"
    if not file.exists():
        return [], {}
    texts = corpus(shared / "bench" / "uk_docs" / "corpus.jsonl")
    rows = [row for row in lines(file) if row["split"] == split]
    docs = {row["doc"] for row in rows}
    found = []
    for row in rows:
        spans = spans_of(row["evidence"], texts[row["doc"]].text)
        if spans if row["answerable"] else silent:
            found.append(_record(row, "authored", spans if row["answerable"] else []))
    return found, {id: text for id, text in texts.items() if id in docs}


def ours(
    shared: Path, *, aside: bool, silent: bool = False, folder: Path = EXAMPLES
) -> tuple[list[Record], dict[str, Text]]:
    """Our own answerable records, of the documents set aside or of the others, and these documents;
    with what nothing answers too where `silent` is wanted. Raises EvalError where a document is
    not the one that was cited."""
    texts = {id: t for id, t in cited_texts(shared, folder).items() if is_aside(id) == aside}
    found = [
        _record(row, "ours", [(start, end) for start, end in row["evidence"]])
        for row in lines(folder / RECORDS)
        if (silent or row["answerable"]) and row["doc"] in texts
    ]
    return found, texts


def cited_texts(shared: Path, folder: Path = EXAMPLES) -> dict[str, Text]:
    """Our own documents, and those of the shared corpus that our records cite, where it is there.
    Raises EvalError where one is not the one that was cited."""
    texts = corpus(folder / DOCUMENTS)
    cited: dict[str, str] = json.loads((folder / CITED).read_text(encoding="utf-8"))
    file = shared / "bench" / "uk_docs" / "corpus.jsonl"
    for id, text in corpus(file).items() if file.exists() else ():
        if id in cited:
            if text.sha256 != cited[id]:
                raise EvalError(f"{file}: '{id}' is not the text that our records cite")
            texts[id] = text
    return texts


def spans_of(pieces: Iterable[str], text: str) -> list[Span]:
    """Where pieces of a text stand in it; those that it does not hold are left out."""
    found = [(text.find(piece), len(piece)) for piece in pieces]
    return [(start, start + length) for start, length in found if start >= 0]


def is_aside(doc: str) -> bool:
    """Whether a document of our own records is one that nothing is learnt from."""
    return int(hashlib.sha256(doc.encode()).hexdigest(), 16) % 100 < ASIDE_PERCENT


def answered(shared: Path, *, silent: bool = False) -> tuple[list[Record], dict[str, Text]]:
    """The answerable records of `qa.jsonl`; each passage is a document without a title. With what
    nothing answers too where `silent` is wanted."""
    file = shared / "train" / "qa.jsonl"
    found: list[Record] = []
    texts: dict[str, Text] = {}
    for row in lines(file) if file.exists() else ():
        if row["spans"] if row["answerable"] else silent:
            id = "qa/" + hashlib.sha256(row["passage"].encode()).hexdigest()[:16]
            texts[id] = Text(id=id, title="", text=row["passage"])
            row |= {"doc": id, "standalone": row["question"]}
            found.append(_record(row, row["set"], [(s["start"], s["end"]) for s in row["spans"]]))
    return found, texts


def keep(folders: Iterable[Path], cited: dict[str, Text], target: Path = EXAMPLES) -> None:
    """Keep records as they were written (`records.jsonl` beside `corpus.jsonl`): those over `cited`
    documents with offsets in the place of their words."""
    kept: list[dict[str, Any]] = []
    own: dict[str, Text] = {}
    for folder in folders:
        texts = corpus(folder / "corpus.jsonl")
        own |= {id: text for id, text in texts.items() if id not in cited}
        for row in lines(folder / "records.jsonl"):
            body = (cited.get(row["doc"]) or texts[row["doc"]]).text
            spans = [(body.index(piece), len(piece)) for piece in row["evidence"]]
            kept.append(row | {"evidence": [[start, start + length] for start, length in spans]})
    used = {row["doc"] for row in kept}
    target.mkdir(parents=True, exist_ok=True)
    _write(target / RECORDS, kept)
    _write(
        target / DOCUMENTS,
        [{"id": t.id, "title": t.title, "text": t.text} for t in own.values() if t.id in used],
    )
    digests = {id: cited[id].sha256 for id in sorted(used) if id in cited}
    (target / CITED).write_text(json.dumps(digests, indent=1) + "\n", encoding="utf-8")


def corpus(file: Path) -> dict[str, Text]:
    """The documents of a `corpus.jsonl` by id."""
    return {
        str(row["id"]): Text(id=str(row["id"]), title=row["title"] or "", text=row["text"])
        for row in lines(file)
    }


def lines(file: Path) -> Iterator[dict[str, Any]]:
    with file.open(encoding="utf-8") as stream:
        for line in stream:
            if line.strip():
                yield json.loads(line)


def _record(row: dict[str, Any], set: str, evidence: Iterable[Span]) -> Record:
    return Record(
        id=row["id"],
        set=set,
        doc=row["doc"],
        question=row["question"].strip(),
        standalone=row["standalone"].strip(),
        history=tuple((turn["role"], turn["content"]) for turn in row.get("history") or ()),
        evidence=tuple(evidence),
    )


def _write(file: Path, rows: Iterable[dict[str, Any]]) -> None:
    file.write_text(
        "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8"
    )
