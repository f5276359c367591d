"""A small network that ships: an encoder of BERT's kind with heads, in ONNX, and its tokenizer."""

import hashlib
import os
import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

TOKENS = "tokenizer.json"
INPUTS = ("input_ids", "attention_mask", "token_type_ids")
CHARACTERS = 20  # a token has hardly more: a text is cut roughly before it is taken apart

Ints = NDArray[np.int64]
T = TypeVar("T")
R = TypeVar("R")

# A network runs on a single core, several side by side: for everybody who asks, no more at once
# than there are cores. Sharing one run among cores costs more in waiting for each other.
_CORES = ThreadPoolExecutor(os.cpu_count(), "networks")


def side_by_side(work: Callable[[T], R], each: Iterable[T]) -> list[R]:
    """What `work` makes of each, in their order, made on all cores; an error is raised as it is.
    The work must not wait for other work of this kind."""
    return list(_CORES.map(work, each))


class Network:
    """The weights in `file`, with the tokenizer beside it; loaded when first run. Safe to use from
    several threads."""

    def __init__(self, file: Path, fails: Callable[[str], Exception], sha256: str | None) -> None:
        """`fails` makes the error that is raised where it is not there, not whole, or not the one
        of that digest."""
        self._fails = fails
        try:
            self._weights: bytes | None = file.read_bytes()
            digest = digest_of(self._weights, file.with_name(TOKENS).read_bytes())
        except OSError as exc:
            raise fails(f"{file.parent} cannot be read: {exc}") from exc
        if sha256 not in (None, digest):
            raise fails(f"{file} is damaged: its sha256 is {digest}, not {sha256}")
        self._file = file
        self._lock = threading.Lock()
        self._parts: tuple[Any, Any] | None = None
        self.digest = digest

    def tokens(self) -> Any:
        """Its tokenizer, which neither cuts nor pads."""
        return self._load()[1]

    def run(self, outputs: Sequence[str], ids: Ints, kinds: Ints) -> list[Any]:
        """The named outputs for token ids and their segments, both of shape (tokens,); each output
        has a first dimension of 1."""
        fed = (ids[None], np.ones_like(ids)[None], kinds[None])
        found: list[Any] = self._load()[0].run(outputs, dict(zip(INPUTS, fed, strict=True)))
        return found

    def _load(self) -> tuple[Any, Any]:
        with self._lock:
            if self._parts is None:
                import onnxruntime

                onnxruntime.disable_telemetry_events()
                options = onnxruntime.SessionOptions()
                options.log_severity_level = 3
                options.intra_op_num_threads = 1  # `side_by_side` uses the others
                try:
                    tokens = open_tokens(self._file.with_name(TOKENS))
                    session = onnxruntime.InferenceSession(
                        self._weights, options, providers=["CPUExecutionProvider"]
                    )
                except Exception as exc:  # both libraries raise their own kinds
                    raise self._fails(f"{self._file} is broken: {exc}") from exc
                self._parts, self._weights = (session, tokens), None
            return self._parts


def open_tokens(file: Path) -> Any:
    """The tokenizer that was saved there; it neither cuts nor pads."""
    from tokenizers import Tokenizer

    tokens = Tokenizer.from_file(str(file))
    tokens.no_truncation()
    tokens.no_padding()
    return tokens


def joined(tokens: Any, texts: Sequence[tuple[str, int]]) -> list[int]:
    """The ids of texts one behind another, each cut to so many tokens, between the marks that a
    network of BERT's kind expects; an empty text is left out."""
    ids = [tokens.token_to_id("[CLS]")]
    for text, most in texts:
        if text:
            ids += [*ids_of(tokens, text, most), tokens.token_to_id("[SEP]")]
    return ids


def ids_of(tokens: Any, text: str, most: int) -> list[int]:
    """The first ids of a text, without marks around them."""
    return list(tokens.encode(text[: CHARACTERS * most], add_special_tokens=False).ids[:most])


def digest_of(weights: bytes, tokens: bytes) -> str:
    """The sha256 of a network's two files, one after the other, in hex."""
    digest = hashlib.sha256(weights)
    digest.update(tokens)
    return digest.hexdigest()
