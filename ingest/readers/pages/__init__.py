"""Inside web pages: their encoding, what is hidden, what is furniture, and text as it is shown."""
