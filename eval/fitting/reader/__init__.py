"""Training of the reader: examples, what a larger one says of them, training, export."""
