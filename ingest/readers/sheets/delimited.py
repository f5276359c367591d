"""Values between commas, semicolons, tabs or bars: a row a line, with its column headings."""

import csv
import io
from collections import Counter
from itertools import islice
from pathlib import Path

from ingest.cutting.written import Writer
from ingest.documents import Details
from ingest.errors import UnreadableFile
from ingest.readers.extract import Extract, finished
from ingest.readers.sheets.rows import tables_in, write_table
from ingest.readers.text.encoding import decode

MOST_FIELD = 10_000_000  # characters
JUDGED = 200  # rows that tell what stands between the values
_BETWEEN = "\t;|,"  # where several would do, the first: a comma is more often part of a value


def read_csv(path: Path) -> Extract:
    """The rows of a file of delimited values (RFC 4180, and what programs make of it)."""
    text, notes = decode(path.read_bytes())
    csv.field_size_limit(MOST_FIELD)
    said = text.partition("\n")[0].strip()
    if said.lower().startswith("sep=") and len(said) == 5:  # as Excel is told
        between, text = said[-1], text.partition("\n")[2]
    else:
        between = _between(text, path.suffix.lower())
    try:
        rows = list(csv.reader(io.StringIO(text), delimiter=between))
    except csv.Error as exc:
        raise UnreadableFile(f"its rows cannot be told apart: {exc}") from exc
    writer = Writer()
    for first, table in tables_in(rows):
        write_table(writer, table, loose=first == 0)
    return finished(writer, Details(), notes)


def _between(text: str, ending: str) -> str:
    """What stands between the values: what gives most rows the same number of them."""
    if ending == ".tsv":
        return "\t"
    best, most = ",", 0.0
    for mark in _BETWEEN:
        try:
            rows = csv.reader(io.StringIO(text), delimiter=mark)
            widths = Counter(len(row) for row in islice(rows, JUDGED) if row)
        except csv.Error:
            continue
        width, times = widths.most_common(1)[0] if widths else (1, 0)
        if width > 1 and times / widths.total() > most:
            best, most = mark, times / widths.total()
    return best
