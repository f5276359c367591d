"""Which language a text is in: the model of py3langid, loaded where no file may be written.

The library unpacks its model into a temporary file; a process that reads may write none. So it is
unpacked in memory, once, and only where a text asks for it.
"""

import io
import lzma
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

JUDGED = 5_000  # characters: a language is told by the first ones


def language_of(text: str) -> str:
    """The language of a text, as its code of two letters (ISO 639-1)."""
    language: str = _identifier().classify(text[:JUDGED])[0]
    return language


@cache
def _identifier() -> Any:
    import py3langid  # loads for a moment: only who asks for it waits

    packed = Path(py3langid.__file__).parent / py3langid.langid.MODEL_FILE
    unpacked = io.BytesIO(lzma.decompress(packed.read_bytes()))
    with np.load(unpacked, allow_pickle=False) as model:
        return py3langid.langid.LanguageIdentifier(
            model["ptc"],
            model["pc"],
            model["classes"].tolist(),
            memoryview(model["nextmove"]),
            model["out_feat"].tolist(),
            tk_row=model["nextmove_row"].tolist(),
        )
