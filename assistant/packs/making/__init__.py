"""How a pack is made: prompts drawn, worded, timed, put together; `maker.py` is the way in."""

from assistant.packs.making.maker import PackMaker

__all__ = ["PackMaker"]
