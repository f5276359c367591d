"""How every page of ours looks: the theme, markup that is safe by construction, the source pane.

`theme.py` holds colours and styles, `markup.py` is the only way to make HTML, `source_pane.py`
and `source_view.py` show a source beside the tabs.
"""

from web.look.markup import Attributes, Html, element, join

__all__ = ["Attributes", "Html", "element", "join"]
