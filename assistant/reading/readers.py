"""Readers that run: any extractive question-answering model, and those that were exported.

An exported one has eight-bit weights and is run by onnxruntime. Windows are read one after the
other: what a reader says of a window hangs on that window alone, not on what it was read with.
"""

import hashlib
import json
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from assistant.errors import ReaderUnavailable
from assistant.reading.spans import Reading, SpanReader, reading_of
from vectorstore import EncoderUnavailable
from vectorstore.encoder import find_model, fingerprint_of
from vectorstore.settings import NONE

EXPORTED, TOKENS = "reader.onnx", "tokenizer.json"
BUILTIN = "builtin"
# Of the reader that ships, its tokenizer after its weights; `python -m eval.fitting.reader.export`
# prints it.
BUILTIN_SHA256 = "81e7ef1ea62a9959c3533630d517b06ee997c16ea4ca2c5680ec9c6b1f2e8156"
QUESTION_TOKENS, WINDOW_TOKENS = 48, 280


class OnnxReader:
    """A reader as `eval.fitting.reader.export` writes it: `reader.onnx` and its tokenizer."""

    def __init__(self, folder: Path, sha256: str | None = None) -> None:
        """With `sha256`, the two files must be those that it is the digest of.

        Raises ReaderUnavailable where a file is missing, broken or another.
        """
        self._folder = folder
        try:
            self._weights: bytes | None = (folder / EXPORTED).read_bytes()
            digest = digest_of(self._weights, (folder / TOKENS).read_bytes())
        except OSError as exc:
            raise ReaderUnavailable(f"cannot read the reader in {folder}: {exc}") from exc
        if sha256 is not None and digest != sha256:
            raise ReaderUnavailable(
                f"the reader in {folder} is damaged: its sha256 is {digest}, not {sha256}. Install "
                "Soundings again, or do without: SOUNDINGS_READER=none"
            )
        self._fingerprint = f"reader-{digest[:16]}"
        self._lock = threading.Lock()
        self._session: Any = None
        self._tokens: Any = None

    @property
    def fingerprint(self) -> str:
        return self._fingerprint

    def read(self, question: str, windows: Sequence[str]) -> list[Reading]:
        session, tokens = self._load()
        asked = tokens.encode(question, add_special_tokens=False).ids[:QUESTION_TOKENS]
        opening = [tokens.token_to_id("[CLS]"), *asked, tokens.token_to_id("[SEP]")]
        readings = []
        for window in windows:
            read = tokens.encode(window, add_special_tokens=False)
            ids = read.ids[:WINDOW_TOKENS]
            row = np.array([[*opening, *ids, opening[-1]]], dtype=np.int64)
            kinds = np.zeros_like(row)
            kinds[0, len(opening) :] = 1
            starts, ends = session.run(
                ("starts", "ends"),
                {
                    "input_ids": row,
                    "attention_mask": np.ones_like(row),
                    "token_type_ids": kinds,
                },
            )
            offsets = read.offsets[:WINDOW_TOKENS]
            readings.append(reading_of(starts[0], ends[0], len(opening), offsets))
        return readings

    def _load(self) -> tuple[Any, Any]:
        with self._lock:
            if self._session is None:
                import onnxruntime
                from tokenizers import Tokenizer

                onnxruntime.disable_telemetry_events()
                options = onnxruntime.SessionOptions()
                options.log_severity_level = 3
                try:
                    tokens = Tokenizer.from_file(str(self._folder / TOKENS))
                    self._session = onnxruntime.InferenceSession(
                        self._weights, options, providers=["CPUExecutionProvider"]
                    )
                except Exception as exc:  # both libraries raise their own kinds
                    raise ReaderUnavailable(
                        f"the reader in {self._folder} is broken: {exc}. Export it again: "
                        "python -m eval.fitting.reader.export"
                    ) from exc
                tokens.no_truncation()
                tokens.no_padding()
                self._tokens, self._weights = tokens, None
            return self._session, self._tokens


class HubReader:
    """Any extractive question-answering model of the SQuAD kind, from a folder or the local model
    cache; its first token must stand for "not here", as in all that were trained on SQuAD 2."""

    def __init__(self, name: str) -> None:
        """Raises ReaderUnavailable where there is no such model here."""
        try:
            self._folder = find_model(name, "reader")
            self._fingerprint = fingerprint_of(self._folder)
        except EncoderUnavailable as exc:
            raise ReaderUnavailable(str(exc)) from exc
        kind = _kind_of(self._folder)
        if not kind.endswith("QuestionAnswering"):
            raise ReaderUnavailable(
                f"{self._folder} is no question-answering model but {kind or 'of no known kind'}. "
                "Name one of the SQuAD 2 kind, or do without: SOUNDINGS_READER=none"
            )
        self._lock = threading.Lock()
        self._parts: tuple[Any, Any] | None = None

    @property
    def fingerprint(self) -> str:
        return self._fingerprint

    def read(self, question: str, windows: Sequence[str]) -> list[Reading]:
        import torch

        model, tokens = self._load()
        readings = []
        for window in windows:
            both = tokens(
                question,
                window,
                truncation="only_second",
                max_length=QUESTION_TOKENS + WINDOW_TOKENS,
                return_offsets_mapping=True,
                return_tensors="pt",
            )
            offsets = both.pop("offset_mapping")[0].tolist()
            of = both.sequence_ids(0)
            mine = [i for i, part in enumerate(of) if part == 1]
            with torch.inference_mode():
                out = model(**both)
            readings.append(
                reading_of(
                    out.start_logits[0].float().numpy(),
                    out.end_logits[0].float().numpy(),
                    mine[0] if mine else 0,
                    [tuple(offsets[i]) for i in mine],
                )
            )
        return readings

    def _load(self) -> tuple[Any, Any]:
        with self._lock:
            if self._parts is None:
                from transformers import AutoModelForQuestionAnswering, AutoTokenizer

                try:
                    tokens = AutoTokenizer.from_pretrained(self._folder, local_files_only=True)
                    model = AutoModelForQuestionAnswering.from_pretrained(
                        self._folder, local_files_only=True
                    )
                except (OSError, ValueError, ImportError) as exc:
                    raise ReaderUnavailable(
                        f"cannot load the reader in {self._folder}: {exc}"
                    ) from exc
                self._parts = model.float().eval(), tokens
            return self._parts


def _kind_of(folder: Path) -> str:
    """What a model's own configuration calls its class; empty where it does not say."""
    try:
        named = json.loads((folder / "config.json").read_text(encoding="utf-8"))["architectures"]
        return str(named[0])
    except (OSError, ValueError, KeyError, TypeError, IndexError):
        return ""


def digest_of(weights: bytes, tokens: bytes) -> str:
    """The sha256 of an exported reader's two files, one after the other, in hex."""
    digest = hashlib.sha256(weights)
    digest.update(tokens)
    return digest.hexdigest()


def open_reader(name: str) -> SpanReader | None:
    """The reader of a setting: the built-in one, none, a folder, or a name in the local model
    cache.

    Raises ReaderUnavailable where there is no such reader here.
    """
    if name in NONE:
        return None
    if name == BUILTIN:
        return OnnxReader(Path(__file__).parent / "model", BUILTIN_SHA256)
    folder = Path(name).expanduser()
    return OnnxReader(folder) if (folder / EXPORTED).is_file() else HubReader(name)
