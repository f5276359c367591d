"""How gold comes to be: proposed, drafted, linted, exchanged with other tools; a threshold of
one's own.
"""
