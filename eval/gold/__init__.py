"""Gold questions: what a person would accept as an answer, and where it stands.

`questions.py` reads the YAML and JSON Lines of this folder and of homes, `places.py` finds their
evidence in a library, `facts.py` tells whether a text states a fact.
"""

from eval.gold.questions import GOLD, GoldQuestion, load_gold

__all__ = ["GOLD", "GoldQuestion", "load_gold"]
