"""The Ask tab: what a person does there (`chat.py`), and what it shows (`tab.py`, `view.py`,
`welcome.py`).
"""
