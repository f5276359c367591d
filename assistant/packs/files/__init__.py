"""A pack as a file to give out: Markdown, Word, JSON; `formats.py` chooses."""
