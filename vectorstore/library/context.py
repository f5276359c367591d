"""The form in which a sentence or passage is encoded in its context."""

JOINT = " › "
FORM = "context-1"  # part of what tells one encoding of a library from another


def in_context(title: str, heading: str, words: str) -> str:
    """`words` with the document's title and their heading path in a line before them.

    A path that begins with the title does not say it twice. The encoder was trained on this form:
    another one is another encoder.
    """
    path = heading.split(JOINT) if heading else []
    if title and (not path or path[0].casefold() != title.casefold()):
        path = [title, *path]
    return f"{JOINT.join(path)}\n{words}" if path else words
