"""Prompt templates and discussion-prompt stems as text files, and the loader that checks them.

A file is records of `field: text` lines, one blank line between records; a line that begins with
two spaces goes on with the field above it, one that begins with `#` is a comment. The first record
is the file's head; its `slots` names the placeholders that the file may use. A placeholder that
the head does not name, a slot that nothing uses, a value that is missing and one that is unknown
are all errors.
"""

from prompts.errors import PromptError
from prompts.records import Record, Sheet, load_sheet, parse_sheet
from prompts.stems import (
    KINDS,
    Everyday,
    Frame,
    Kind,
    Stem,
    load_everyday,
    load_frame,
    load_kind,
)
from prompts.template import Template

__all__ = [
    "KINDS",
    "Everyday",
    "Frame",
    "Kind",
    "PromptError",
    "Record",
    "Sheet",
    "Stem",
    "Template",
    "load_everyday",
    "load_frame",
    "load_kind",
    "load_sheet",
    "parse_sheet",
]
