"""Which sentences answer, and how sure: the reader, what else is known of a sentence, calibration.

`reader.py` runs the trained reader, `features.py` puts what it says beside similarity and shared
words, `evidence.py` makes chances of it, `calibration.py` holds what was learnt for that, and
`lists.py` finds the whole of a list. The models are made by `eval/fitting`.
"""

from assistant.reading.evidence import Evidence, read_evidence
from assistant.reading.reader import Reader, open_reader

__all__ = ["Evidence", "Reader", "open_reader", "read_evidence"]
