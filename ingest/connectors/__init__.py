"""Where documents live that are no files here: sites, drives, wikis and databases, by LlamaIndex's
readers. `loading.py` has one load what it holds, `run.py` takes that into the library and knows
when to look again."""
