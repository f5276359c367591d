"""The evidence reader that reads: plain features choose what is read, a trained model reads it."""

from collections.abc import Sequence

import numpy as np

from assistant.errors import AssistantError
from assistant.finding.candidates import Candidate
from assistant.reading.calibration import Calibration
from assistant.reading.evidence import Judged, placed
from assistant.reading.read_features import looks, pool, read_answer_row, read_rows
from assistant.reading.spans import SpanReader
from assistant.turn.asked import Asked


class TrainedReader:
    """Scores sentences by their plain features and by what a span reader says of them."""

    def __init__(self, calibration: Calibration, reader: SpanReader) -> None:
        """Raises AssistantError where the calibration was made for answering without a reader."""
        if calibration.second is None:
            raise AssistantError(
                "this calibration was made without a reader. Make one with it (soundings eval "
                "calibrate), or answer without: SOUNDINGS_READER=none"
            )
        self._first, self._second = calibration.sentence, calibration.second
        self._reader = reader

    @property
    def fingerprint(self) -> str:
        return self._reader.fingerprint

    def read(self, asked: Asked, sentences: Sequence[Candidate]) -> Judged:
        if not sentences:
            return Judged(scores=[], words={})
        first = self._first.probability(np.stack([c.features for c in sentences])).tolist()
        seen = looks(asked, sentences, first, self._reader)
        second = self._second.probability(read_rows(sentences, first, seen)).tolist()
        scores = pool(first, second)
        return Judged(
            scores=scores,
            words={i: look.words for i, look in seen.items()},
            plain=first,
            extra=read_answer_row([i for i, _ in placed(sentences, scores)], first, seen),
        )
