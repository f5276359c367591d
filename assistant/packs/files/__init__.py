"""A pack as a file to give out: Markdown, Word, JSON; `formats.py` chooses."""

from assistant.packs.files.formats import FORMATS, pack_file

__all__ = ["FORMATS", "pack_file"]
