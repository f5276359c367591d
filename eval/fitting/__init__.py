"""What is learnt, and from what: search's mix, the sentence models, the gate; `reader/` trains
the reader.
"""
