"""Training of the sentence encoder: records, texts as the library cuts them, pairs with mined
negatives, training by contrast, export, measures.

`python -m eval.fitting.encoder.tune` does it all; `python -m eval.fitting.encoder.measure` judges a
model.
"""
