"""Which sentences answer, and how sure: features, the trained reader, calibration.

`features.py` and `answer_features.py` are what is known of a sentence and of the evidence as a
whole; `readers.py` runs a trained reader, `trained.py` weighs it with the features;
`calibration.py` holds what was learnt. All of it is made by `eval/fitting`.
"""

from assistant.reading.readers import HubReader, OnnxReader, open_reader
from assistant.reading.spans import Reading, SpanReader
from assistant.reading.trained import TrainedReader

__all__ = ["HubReader", "OnnxReader", "Reading", "SpanReader", "TrainedReader", "open_reader"]
