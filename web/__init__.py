"""How a person or a program comes in, and how the page looks: the ground floor, beside the store.

`identity` knows who is there; `guard` and `reach` decide what a browser may ask; `by_role` gives
each role its page; `audit` keeps the log of what was asked; `look` is the page's colours, safe
markup and source pane. Nothing here knows how a question is answered.
"""
