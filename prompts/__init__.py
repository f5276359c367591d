"""Prompt templates and discussion-prompt stems as text files, and the loader that checks them.

Empty so far: the extractive engine needs no prompt.
"""
