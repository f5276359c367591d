"""Readers that run: the one that ships, and any extractive question-answering model.

The shipped one is run by onnxruntime, one window after the other: what it says of a window hangs on
that window alone, not on what it was read with.
"""

import hashlib
import json
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from assistant.errors import ReaderUnavailable
from assistant.reader.reading import Reading, SpanReader, reading_of
from vectorstore import EncoderUnavailable
from vectorstore.encoder import find_model, fingerprint_of

BUILTIN = "builtin"
BUILTIN_FOLDER = Path(__file__).parent / "model"
BUILTIN_SHA256 = "@@"
QUESTION_TOKENS, WINDOW_TOKENS = 48, 280


class OnnxReader:
    """The reader that ships: eight-bit weights, checked against their digest when first used."""

    def __init__(self, folder: Path = BUILTIN_FOLDER, sha256: str = BUILTIN_SHA256) -> None:
        """Raises ReaderUnavailable where the weights are missing or not the expected ones."""
        try:
            weights = (folder / "reader.onnx").read_bytes()
        except OSError as exc:
            raise ReaderUnavailable(
                f"cannot read the built-in reader: {exc}. Reinstall Soundings, or do without: "
                "SOUNDINGS_READER=none"
            ) from exc
        found = hashlib.sha256(weights).hexdigest()
        if found != sha256:
            raise ReaderUnavailable(
                f"the built-in reader's weights in {folder} are not the published ones. Reinstall "
                "Soundings, or do without: SOUNDINGS_READER=none"
            )
        self._folder = folder
        self._weights: bytes | None = weights
        self._fingerprint = f"reader-{found[:16]}"
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
                self._tokens = Tokenizer.from_file(str(self._folder / "tokenizer.json"))
                self._tokens.no_truncation()
                self._tokens.no_padding()
                options = onnxruntime.SessionOptions()
                options.log_severity_level = 3
                self._session = onnxruntime.InferenceSession(
                    self._weights, options, providers=["CPUExecutionProvider"]
                )
                self._weights = None
            return self._session, self._tokens


class HubReader:
    """Any extractive question-answering model of the SQuAD kind, from a folder or the local model
    cache; its first token must stand for "not here", as in all that were trained on SQuAD 2."""

    def __init__(self, name: str) -> None:
        """Raises ReaderUnavailable where there is no such model here."""
        try:
            self._folder = find_model(name)
            self._fingerprint = fingerprint_of(self._folder)
        except EncoderUnavailable as exc:
            raise ReaderUnavailable(str(exc).replace("encoder", "reader")) from exc
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


def open_reader(name: str) -> SpanReader | None:
    """The reader of a setting: none, the built-in one, a folder, or a name in the local cache."""
    if name in ("none", ""):
        return None
    return OnnxReader() if name == BUILTIN else HubReader(name)
