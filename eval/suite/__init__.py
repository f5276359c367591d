"""The grounding suite: runs, their comparison, and the gates that decide whether a change may go
out.

`run.py` asks, `scoring/` says what each answer is worth, `gates.py` gives the verdict,
`compare.py` sets two runs side by side, `report/` writes them down, `packs/` measures discussion
packs.
"""
