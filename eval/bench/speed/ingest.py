"""What ingest costs beside bare encoding: `python -m eval.bench.speed.ingest --corpus FILE.jsonl`.

In one process, with libraries and weights loaded, over the same documents:

- bare: SentenceTransformer.encode of our passages, and of our sentences, each in the batch size
  that was best on a sample. Our unit of encoding is the sentence;
- ours: the whole of `soundings ingest` into a new home, then again unchanged, then again with one
  document changed;
- products: nothing but the products of those sentences' tokens with the weights, batch by batch as
  ours encodes them. No encoding in the same arithmetic can take less;
- pipeline: the documents cut and their passages encoded, once by our functions and once as an
  `IngestionPipeline` of our node parser and embedding, and what importing LlamaIndex takes;
- LlamaIndex: Documents, its SentenceSplitter, the same model, a ChromaVectorStore. Its unit is
  the chunk: by default one of 1,024 tokens, of which the model's window of 256 takes the first
  quarter; so also with chunks that fit the window, which encodes all of the text as ours does.

Seconds are the processor's, ours and our children's; those on the clock are printed beside them.
"""

import argparse
import contextlib
import functools
import importlib
import io
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ingest.cutting.segment import passages
from ingest.readers.text.plain import read_markdown
from ingest.settings import IngestSettings
from vectorstore import Library, SentenceEncoder
from vectorstore.encoder import batches, token_counts
from vectorstore.index import generation
from vectorstore.library import FILE_NAME
from vectorstore.library.context import in_context

BATCHES = (8, 16, 32, 64, 128)
SAMPLE = 300  # texts on which the best batch size is found
WINDOW = 256  # tokens
IMPORTS = "importing LlamaIndex"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What one thing took, in seconds."""

    name: str
    processor: float
    clock: float


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m eval.bench.speed.ingest", description=__doc__)
    parser.add_argument("--corpus", type=Path, required=True, help='{"id","title","text"} a line')
    parser.add_argument("--documents", type=int, help="measure on so many of them, drawn by seed")
    parser.add_argument("--llama", type=int, nargs="*", default=[1024, WINDOW], metavar="TOKENS")
    args = parser.parse_args(argv)
    lines = [x for x in args.corpus.read_text(encoding="utf-8").split("\n") if x.strip()]
    if args.documents:
        lines = random.Random(1).sample(lines, args.documents)
    with tempfile.TemporaryDirectory(prefix="ingest-") as place:
        costs = measure(Path(place), lines, args.llama)
    bare = min(c.processor for c in costs if c.name.startswith("bare"))
    print(f"{'':34}processor    clock   to bare")
    for cost in costs:
        ratio = cost.processor / bare
        print(f"{cost.name:34}{cost.processor:8.1f} s{cost.clock:8.1f} s{ratio:9.3f}")
    first = next(c for c in costs if c.name.startswith("ours, first"))
    products = next(c for c in costs if c.name.startswith("products"))
    for cost in costs:
        if cost.name.startswith("LlamaIndex"):
            print(f"ours to {cost.name}: {first.processor / cost.processor:.2f}")
            print(f"products to {cost.name}: {products.processor / cost.processor:.2f}")
        elif cost.name.startswith("ours") and cost is not first:
            share = cost.processor / first.processor
            print(f"{cost.name}: {share:.1%} of the first")
    took = {cost.name: cost.processor for cost in costs}
    more = took["passages in a pipeline"] - took["passages by our functions"]
    print(f"a pipeline: {more / first.processor:+.1%} of the first, and {IMPORTS} once a run")
    return 0


def measure(place: Path, lines: Sequence[str], chunks: Sequence[int]) -> list[Cost]:
    """Each thing once, the first ingest and the bare encodings in turn."""
    encoder = SentenceEncoder()
    model = encoder._load()
    encoder.encode(["Loaded."])
    corpus, home = place / "corpus.jsonl", place / "home"
    corpus.write_text("\n".join(lines), encoding="utf-8")
    for module in ("chromadb", "soundings"):
        importlib.import_module(module)
    found = [_timed("ours, first", lambda: _ingest(home, corpus))]
    library = Library(home / FILE_NAME)
    held = [p for s in library.sources() for p in library.passages_of(s.id)]
    sentences = list(dict.fromkeys(text for p in held for text in p.sentence_texts()))
    for name, texts in (("passages", [p.text for p in held]), ("sentences", sentences)):
        best = _best_batch(model, texts)
        title = f"bare, {len(texts)} {name} by {best}"
        found.append(_timed(title, functools.partial(_encode, model, texts, best)))
    found.append(_timed("products of the sentences", lambda: _multiply(model, sentences)))
    found.append(_timed("ours, unchanged", lambda: _ingest(home, corpus)))
    record = json.loads(lines[len(lines) // 2])
    record["text"] += "\n\nOne more sentence was added at the end of this document."
    changed = [*lines[: len(lines) // 2], json.dumps(record), *lines[len(lines) // 2 + 1 :]]
    corpus.write_text("\n".join(changed), encoding="utf-8")
    found.append(_timed(f"ours, one of {len(lines)} changed", lambda: _ingest(home, corpus)))
    records = [json.loads(line) for line in lines]
    found += _pipelines(encoder, records)
    for size in chunks:
        found.append(_llama(place / f"llama-{size}", model, records, size))
    return found


def _timed(name: str, work: Callable[[], object]) -> Cost:
    before, began = os.times(), time.monotonic()
    work()
    after, clock = os.times(), time.monotonic() - began
    cost = Cost(name=name, processor=sum(after[:4]) - sum(before[:4]), clock=clock)
    print(f"{name}: {cost.processor:.1f} s", file=sys.stderr, flush=True)
    return cost


def _ingest(home: Path, corpus: Path) -> None:
    with contextlib.redirect_stdout(io.StringIO()):
        code = importlib.import_module("soundings").main(
            ["--home", str(home), "ingest", str(corpus)]
        )
    if code != 0:
        raise SystemExit("the corpus cannot be ingested")


def _encode(model: Any, texts: Sequence[str], batch: int) -> Any:
    return model.encode(
        list(texts), batch_size=batch, normalize_embeddings=True, show_progress_bar=False
    )


def _multiply(model: Any, texts: Sequence[str]) -> None:
    """The products of every linear layer's weights with as many numbers as it reads of these
    texts."""
    lengths = token_counts(model, texts)
    weights = [
        layer.weight.detach()
        for name, layer in model.named_modules()
        if type(layer).__name__ == "Linear" and "pooler" not in name
    ]
    for batch in batches(lengths):
        tokens = lengths[batch[0]] * len(batch)
        inputs = {w.shape[1]: w.new_ones((tokens, w.shape[1])) for w in weights}
        for weight in weights:
            inputs[weight.shape[1]] @ weight.T


def _best_batch(model: Any, texts: Sequence[str]) -> int:
    sample = random.Random(1).sample(list(texts), min(SAMPLE, len(texts)))
    costs = {}
    for size in BATCHES:
        costs[size] = _timed(f"a sample by {size}", functools.partial(_encode, model, sample, size))
    return min(costs, key=lambda size: costs[size].processor)


def _pipelines(encoder: SentenceEncoder, records: Sequence[Any]) -> list[Cost]:
    """The same passages cut and encoded with and without LlamaIndex's pipeline."""
    command = [sys.executable, "-c", "import llama_index.core.ingestion"]
    imported = _timed(IMPORTS, lambda: subprocess.run(command, check=True))
    from llama_index.core import Document
    from llama_index.core.ingestion import IngestionPipeline

    from ingest.node_parser import SoundingsNodeParser
    from vectorstore.search.embedding import SoundingsEmbedding

    def ours() -> None:
        texts = []
        for record in records:
            (document,) = read_markdown(Path(str(record["id"])), record["text"], "")
            for p in passages(document, IngestSettings()):
                text = document.text[p.start : p.end]
                texts.append(in_context(record["title"], p.heading, text))
        encoder.encode(texts)

    def theirs() -> None:
        parts = [SoundingsNodeParser(), SoundingsEmbedding(encoder)]
        IngestionPipeline(transformations=parts, disable_cache=True).run(
            documents=[
                Document(text=r["text"], id_=str(r["id"]), metadata={"title": r["title"]})
                for r in records
            ]
        )

    return [
        imported,
        _timed("passages by our functions", ours),
        _timed("passages in a pipeline", theirs),
    ]


def _llama(folder: Path, model: Any, records: Sequence[Any], size: int) -> Cost:
    """LlamaIndex's own path into its Chroma store, with chunks of so many tokens."""
    from llama_index.core import Document
    from llama_index.core.base.embeddings.base import BaseEmbedding
    from llama_index.core.ingestion import IngestionPipeline
    from llama_index.core.node_parser import SentenceSplitter
    from llama_index.vector_stores.chroma import ChromaVectorStore

    class Same(BaseEmbedding):
        """The same model, in the batches that LlamaIndex hands out."""

        def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
            vectors: list[list[float]] = _encode(model, texts, len(texts)).tolist()
            return vectors

        def _get_text_embedding(self, text: str) -> list[float]:
            return self._get_text_embeddings([text])[0]

        def _get_query_embedding(self, query: str) -> list[float]:
            return self._get_text_embedding(query)

        async def _aget_query_embedding(self, query: str) -> list[float]:
            return self._get_text_embedding(query)

    folder.mkdir()
    client = generation.open_client(folder)
    collection = client.create_collection("llama", embedding_function=None)
    overlap = 200 if size > WINDOW else 20
    splitter = SentenceSplitter(chunk_size=size, chunk_overlap=overlap)
    store = ChromaVectorStore(chroma_collection=collection)
    pipeline = IngestionPipeline(transformations=[splitter, Same()], vector_store=store)
    documents = [Document(text=r["text"], id_=str(r["id"])) for r in records]
    return _timed(f"LlamaIndex, chunks of {size} tokens", lambda: pipeline.run(documents=documents))


if __name__ == "__main__":
    sys.exit(main())
