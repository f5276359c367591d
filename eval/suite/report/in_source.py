"""Quotes and gold evidence, marked in the text of their source with some of it around them."""

from collections.abc import Callable, Sequence

from eval.gold.places import Span, Target
from eval.suite.scoring.answered import Answered
from vectorstore import UnknownSource
from web.look.markup import Html, element, join

AROUND = 160  # characters of the source before and after

TextOf = Callable[[str], str]


def in_sources(
    target: Target, answers: Sequence[Answered], titles: dict[str, str], text_of: TextOf
) -> Html:
    """Every source that evidence or a citation stands in, both marked, each in its own way.

    `text_of` gives a source's text by id and raises UnknownSource.
    """
    cited = [citation.span for answer in answers for citation in answer.citations]
    gold = list(target.spans)
    parts = []
    for source in dict.fromkeys(span.source for span in [*cited, *gold]):
        mine = [span for span in cited if span.source == source]
        wanted = [span for span in gold if span.source == source]
        parts.append(element("h4", f"{titles.get(source, source)} ", element("small", source)))
        try:
            text = text_of(source)
        except UnknownSource:
            parts.append(element("p", "This source is not in the library."))
            continue
        parts += [
            element("div", *marked(text, start, end, mine, wanted), class_="source")
            for start, end in windows(text, [*mine, *wanted])
        ]
    return join(parts)


def windows(text: str, spans: Sequence[Span]) -> list[tuple[int, int]]:
    """The parts of the text to show, in order: each span with some text around it, cut where
    white space is, and joined where they meet."""
    shown: list[tuple[int, int]] = []
    for span in sorted(spans, key=lambda s: s.start):
        start = max(min(span.start, len(text)) - AROUND, 0)
        end = min(max(span.end, 0) + AROUND, len(text))
        while start > 0 and not text[start - 1].isspace() and start < span.start:
            start += 1
        while end < len(text) and not text[end].isspace() and end > span.end:
            end -= 1
        if shown and start <= shown[-1][1]:
            shown[-1] = (shown[-1][0], max(end, shown[-1][1]))
        else:
            shown.append((start, end))
    return shown


def marked(
    text: str, start: int, end: int, cited: Sequence[Span], gold: Sequence[Span]
) -> list[Html | str]:
    """`text[start:end]` with citations as marks and gold evidence underlined, one inside the
    other where they overlap; nothing of the text is lost or added but the dots of a cut."""
    edges = {start, end}
    for span in (*cited, *gold):
        edges |= {min(max(edge, start), end) for edge in (span.start, span.end)}
    parts: list[Html | str] = ["… "] if start > 0 else []
    places = sorted(edges)
    for left, right in zip(places, places[1:], strict=False):
        piece: Html | str = text[left:right]
        if any(span.start <= left and right <= span.end for span in gold):
            piece = element("span", piece, class_="gold")
        if any(span.start <= left and right <= span.end for span in cited):
            piece = element("mark", piece)
        parts.append(piece)
    return [*parts, " …"] if end < len(text) else parts
