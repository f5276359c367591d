"""Discussion packs for trainers: topic → material → prompts → pack, every quote verbatim; kept for
whoever made them.

`PackMaker` makes, draws anew and drops; `markdown` and `document` write what it made. Without a
language model everything here works by rules: what is said about the library is quoted, and what
is in our own words asks.
"""

from assistant.packs.making.maker import PackMaker
from assistant.packs.material.themes import Theme
from assistant.packs.models import Pack, PackRequest, Prompt, Quoted, Timed

__all__ = ["Pack", "PackMaker", "PackRequest", "Prompt", "Quoted", "Theme", "Timed"]
