"""Candidate sentences with what each is read with, and slices of a source that may be quoted.

`candidates.py` says what a candidate is and where its reading begins, `excerpts.py` makes quotes
and their citations, `shown.py` shows a quote without the marks of its markup. Search
itself is the store's.
"""

from assistant.finding.candidates import Candidate, lead_of
from assistant.finding.excerpts import Excerpt, Quote, cited, overlap, quote_of, with_lead

__all__ = [
    "Candidate",
    "Excerpt",
    "Quote",
    "cited",
    "lead_of",
    "overlap",
    "quote_of",
    "with_lead",
]
