"""What packs are made of: themes, extracts that can be read alone, what each does, which go
together.
"""
