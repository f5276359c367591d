"""A pack as slides: a title, one slide a prompt with its quote and source, a closing. What the
facilitator does and knows is in the speaker notes.

Plain placeholders of the usual layouts, so that another design can be laid over them in
PowerPoint, Keynote or LibreOffice. The same pack gives the same bytes.
"""

from collections.abc import Iterator
from typing import Any

from pptx import Presentation
from pptx.dml.color import RGBColor
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.util import Cm, Pt

from assistant.keeping.places import Sources
from assistant.keeping.quotation import quotation
from assistant.keeping.word import ACCENT, FONT, GREY, INK, as_bytes
from assistant.packs.files.markdown import in_minutes, where, who
from assistant.packs.models import Pack, Prompt, Quoted

_WIDE, _HIGH = Cm(33.867), Cm(19.05)  # 16:9
_EDGE = Cm(2.2)
_TITLE, _CONTENT = 0, 1  # layouts of every design


def to_pptx(pack: Pack, sources: Sources) -> bytes:
    """The pack as the bytes of a .pptx file."""
    slides = Presentation()
    slides.slide_width, slides.slide_height = _WIDE, _HIGH
    _widen(slides)
    properties = slides.core_properties
    properties.title, properties.author, properties.language = pack.title, "Soundings", "en-GB"
    properties.last_modified_by = ""
    _opening(slides, pack)
    for number, prompt in enumerate(pack.prompts, start=1):
        _prompt(slides, number, prompt, sources)
    _closing(slides, pack)
    return as_bytes(slides)


def _widen(slides: Any) -> None:
    """Lay out the placeholders of the two layouts for wide slides."""
    wide = _WIDE - 2 * _EDGE
    places = {
        _TITLE: {0: (Cm(5.0), Cm(4.5)), 1: (Cm(9.8), Cm(4.0))},
        _CONTENT: {0: (Cm(1.0), Cm(2.0)), 1: (Cm(3.4), Cm(13.8))},
    }
    for layout, boxes in places.items():
        for shape in list(slides.slide_layouts[layout].placeholders):
            box = boxes.get(shape.placeholder_format.idx)
            if box is None:  # date, footer and number have no place here
                shape._element.getparent().remove(shape._element)
                continue
            shape.left, shape.width = _EDGE, wide
            shape.top, shape.height = box


def _opening(slides: Any, pack: Pack) -> None:
    slide = slides.slides.add_slide(slides.slide_layouts[_TITLE])
    _say(slide.shapes.title.text_frame, pack.title, 40, ACCENT, bold=True)
    about = slide.placeholders[1].text_frame
    _say(about, f"For {pack.request.audience}", 22, INK)
    _say(about, in_minutes(pack.request.minutes), 18, GREY, more=True)
    rows = [pack.purpose, f"Warm-up ({in_minutes(pack.warm_up.minutes)}): {pack.warm_up.text}"]
    rows += [pack.note] if pack.note else []
    slide.notes_slide.notes_text_frame.text = "\n".join(rows)


def _prompt(slides: Any, number: int, prompt: Prompt, sources: Sources) -> None:
    slide = slides.slides.add_slide(slides.slide_layouts[_CONTENT])
    heading = f"{number}. {prompt.name}"
    _say(slide.shapes.title.text_frame, heading, 24, ACCENT, bold=True)
    quoted = prompt.stimulus
    body = slide.placeholders[1].text_frame
    body.vertical_anchor = MSO_ANCHOR.MIDDLE
    _say(body, quotation(quoted.text), 28, INK)
    _say(body, f"— {who(quoted, sources)}", 16, GREY, more=True, after=14)
    _say(body, prompt.question, 32, ACCENT, more=True, bold=True, before=10)
    slide.notes_slide.notes_text_frame.text = "\n".join(_notes(prompt, sources))


def _closing(slides: Any, pack: Pack) -> None:
    slide = slides.slides.add_slide(slides.slide_layouts[_CONTENT])
    _say(slide.shapes.title.text_frame, "What I take with me", 24, ACCENT, bold=True)
    body = slide.placeholders[1].text_frame
    body.vertical_anchor = MSO_ANCHOR.MIDDLE
    _say(body, pack.closing.text, 30, INK)
    titles = dict.fromkeys(citation.title for citation in pack.citations)
    rows = [f"Closing ({in_minutes(pack.closing.minutes)}).", "Sources:", *titles]
    slide.notes_slide.notes_text_frame.text = "\n".join(rows)


def _notes(prompt: Prompt, sources: Sources) -> Iterator[str]:
    """What the facilitator does and knows, a line each."""
    yield f"{prompt.way} ({in_minutes(prompt.minutes)})"
    for step in prompt.steps:
        yield f"{in_minutes(step.minutes)}: {step.text}"
    yield f"When nobody speaks: {prompt.quiet}"
    yield f"When one person does: {prompt.loud}"
    yield f"Why ask this: {prompt.why}"
    yield "To go further:"
    yield from (f"- {probe}" for probe in prompt.probes)
    if prompt.notes:
        yield "In short:"
        yield from (f"- {note.text}" for note in prompt.notes)
    if prompt.points:
        yield f"Points to draw out ({prompt.asked}):"
        yield from (f"- {_traced(point, sources)}" for point in prompt.points)
    yield f"The quote stands in {_place(prompt.stimulus, sources)}"


def _traced(quoted: Quoted, sources: Sources) -> str:
    return f"{quotation(quoted.text)} ({who(quoted, sources)})"


def _place(quoted: Quoted, sources: Sources) -> str:
    c = quoted.citation
    place = where(c.source, c.heading, c.page, sources)
    return f"{place} ({c.source}, characters {c.start} to {c.end})."


def _say(
    frame: Any,
    text: str,
    size: float,
    colour: RGBColor,
    *,
    more: bool = False,
    bold: bool = False,
    before: float = 0,
    after: float = 4,
) -> None:
    """A paragraph of a slide: its first, or one more."""
    frame.word_wrap = True
    paragraph = frame.add_paragraph() if more else frame.paragraphs[0]
    paragraph.alignment = PP_ALIGN.LEFT
    paragraph.space_before, paragraph.space_after = Pt(before), Pt(after)
    paragraph.line_spacing = 1.05
    properties = paragraph._p.get_or_add_pPr()
    properties.set("marL", "0")
    properties.set("indent", "0")
    properties.insert_element_before(
        properties.makeelement("{http://schemas.openxmlformats.org/drawingml/2006/main}buNone", {}),
        "a:tabLst",
        "a:defRPr",
        "a:extLst",
    )
    run = paragraph.add_run()
    run.text = text
    run.font.name, run.font.size, run.font.bold = FONT, Pt(size), bold
    run.font.color.rgb = RGBColor(*colour)
