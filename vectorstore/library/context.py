"""The form in which a sentence or passage is encoded in its context."""

JOINT = " › "
FORM = "context-1"  # part of what tells one encoding of a library from another


def in_context(title: str, heading: str, words: str) -> str:
    """`words` with the document's title and their heading path in a line before them.

    The encoder was trained on this form: another one is another encoder.
    """
    path = place_above(title, heading)
    return f"{path}\n{words}" if path else words


def place_above(title: str, heading: str) -> str:
    """The document's title and a heading path in one line; a path that begins with the title does
    not say it twice."""
    path = heading.split(JOINT) if heading else []
    if title and (not path or path[0].casefold() != title.casefold()):
        path = [title, *path]
    return JOINT.join(path)
