"""The reader: says where in a passage the answer to a question stands, and whether it does.

`open_reader` gives the one that the settings name. `examples`, `train` and `export` make one;
nothing else imports them.
"""

from assistant.reader.models import HubReader, OnnxReader, open_reader
from assistant.reader.reading import Reading, SpanReader
from assistant.reader.trained import TrainedReader

__all__ = ["HubReader", "OnnxReader", "Reading", "SpanReader", "TrainedReader", "open_reader"]
