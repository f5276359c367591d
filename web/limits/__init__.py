"""How much may come in.

What the server takes of a connection (`server`), what a body may hold (`bodies`), and how much of
the program one person may have at once (`shares`).
"""
