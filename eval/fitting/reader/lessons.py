"""What a larger reader says of examples: how it is kept, and read in a smaller one's tokens."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.errors import AssistantError
from vectorstore.encoder import sha256_of


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Lesson:
    """What a teacher says of an example: the chances of a start and an end, of shape
    (2, 1 + tokens), "not here" first; `offsets` are its tokens in characters, (tokens, 2)."""

    chances: NDArray[np.float32]
    offsets: NDArray[np.int64]

    def on(self, offsets: NDArray[np.int64]) -> NDArray[np.float32]:
        """The chances on other tokens of the passage, of shape (2, 1 + tokens): that of a start
        goes to the token in which its first character lies, that of an end by its last."""
        found = np.zeros((2, 1 + len(offsets)), dtype=np.float32)
        found[:, 0] = self.chances[:, 0]
        starts = np.searchsorted(offsets[:, 0], self.offsets[:, 0], side="right")
        ends = np.searchsorted(offsets[:, 1], self.offsets[:, 1], side="left") + 1
        for row, places in enumerate((starts, ends)):
            np.add.at(found[row], places.clip(1, len(offsets)), self.chances[row, 1:])
        return found


def keep_lessons(file: Path, said: Mapping[int, Lesson], digest: str) -> None:
    """Write lessons on the examples of a file with this digest; the file is whole or not there."""
    whole = file.with_suffix(".new.npz")
    np.savez_compressed(
        whole,
        of=digest,
        example=np.array(list(said)),
        tokens=np.array([len(lesson.offsets) for lesson in said.values()]),
        chances=np.concatenate([lesson.chances for lesson in said.values()], axis=1),
        offsets=np.concatenate([lesson.offsets for lesson in said.values()]),
    )
    whole.replace(file)


def lessons_in(folder: Path, examples: Path) -> dict[int, Lesson]:
    """Example → what was said of it, of all that is kept in a folder. Raises AssistantError where
    there is nothing, or it was said of other examples than those of the file."""
    found, digest = {}, sha256_of(examples)
    for file in sorted(folder.glob("[0-9]*[0-9].npz")):
        with np.load(file) as kept:
            if str(kept["of"]) != digest:
                raise AssistantError(
                    f"{file} is about other examples than {examples}. Let the teacher read these: "
                    "python -m eval.fitting.reader.teach"
                )
            ends = np.cumsum(kept["tokens"])[:-1]
            chances = np.split(kept["chances"], ends + np.arange(1, len(ends) + 1), axis=1)
            offsets = np.split(kept["offsets"], ends)
            for example, said, places in zip(kept["example"], chances, offsets, strict=True):
                found[int(example)] = Lesson(chances=said, offsets=places)
    if not found:
        raise AssistantError(
            f"there are no lessons in {folder}: python -m eval.fitting.reader.teach"
        )
    return found
