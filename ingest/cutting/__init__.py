"""How a text is cut: its outline of headings, its sentences and their kinds, its passages.

`outline.py` finds the headings, `sentences.py` the sentences, `kinds.py` says which of them may be
quoted alone (by form and place, and by what `likely.py` has learnt from `shapes.py`), `columns.py`
gives rows of Markdown the headings of their columns, `segment.py` makes passages of all that;
`written.py` is the form in which readers of office files and pages write a text, and how it is cut.
"""
