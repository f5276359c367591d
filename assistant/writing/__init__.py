"""Language models, under the same gate as everything else.

A model gets the evidence of an answer and gives statements that name their quotes. Each is proved
before it is shown; what is not proved is replaced by the quote that it named, or left out and
counted. There is one way to a model, an OpenAI-compatible HTTP service; a GGUF file is served to
this process on the loopback and asked the same way. `prompt.py` fills the prompts with evidence,
`wire.py` asks, `parse.py` reads the reply, `writer.py` holds them together; `open_writer` makes the
writer that the settings ask for.
"""

from assistant.writing.errors import ModelError
from assistant.writing.opening import open_writer
from assistant.writing.writer import ModelWriter

__all__ = ["ModelError", "ModelWriter", "open_writer"]
