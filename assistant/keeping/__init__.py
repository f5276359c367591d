"""What is kept of answers: conversations, feedback, saved answers and whether they still stand,
exports; and the file in the home that packs are kept in, too.

`kept.py` is the file in the home; `verify.py` checks saved answers against the library of today;
`export.py`, `export_word.py` and `word.py` take a conversation along; `places.py` and
`quotation.py` put places and quotes into words.
"""
