"""What the tests of PDF share: pages drawn by hand, and files written byte by byte."""

from collections.abc import Callable, Sequence
from pathlib import Path

from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from ingest.documents import Document
from ingest.readers import outline_again, read_file

WIDTH, HEIGHT = A4
CASES = Path(__file__).resolve().parents[3] / "shared" / "cases"
PROSE = (
    "The harbour keeps a record of every boat that comes and goes, and the keeper of the light "
    "adds the state of the sea to it each evening before the lamp is lit."
)
Pages = Sequence[Callable[[Canvas], object]]


def draw(
    canvas: Canvas, lines: Sequence[str], x: float, y: float, size: float = 11, bold: bool = False
) -> float:
    canvas.setFont("Helvetica-Bold" if bold else "Helvetica", size)
    for line in lines:
        canvas.drawString(x, y, line)
        y -= 1.25 * size
    return y


def wrapped(text: str, width: int) -> list[str]:
    lines = [""]
    for word in text.split():
        if len(lines[-1]) + len(word) >= width:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines


def made(path: Path, pages: Pages, **about: str) -> Path:
    canvas = Canvas(str(path), pagesize=A4, invariant=True)
    canvas.setTitle(about.get("title", ""))
    canvas.setAuthor(about.get("author", ""))
    for page in pages:
        page(canvas)
        canvas.showPage()
    canvas.save()
    return path


def written(path: Path, content: str, more: Sequence[str] = (), page: str = "") -> Path:
    """A PDF of one page written object by object: its content, `more` objects numbered from 5 on,
    and what else the page's dictionary says."""
    stream = content.encode("latin-1")
    bodies = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Count 1/Kids[3 0 R]>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1"
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>>>>>"
        + page.encode("latin-1")
        + b">>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(stream), stream),
        *(body.encode("latin-1") for body in more),
    ]
    out = b"%PDF-1.7\n"
    places = []
    for number, body in enumerate(bodies, start=1):
        places.append(len(out))
        out += b"%d 0 obj%s endobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(bodies) + 1
    path.write_bytes(
        out
        + b"xref\n0 %d\n0000000000 65535 f \n%strailer<</Size %d/Root 1 0 R>>\n"
        % (size, table, size)
        + b"startxref\n%d\n%%%%EOF" % len(out)
    )
    return path


def read(path: Path) -> Document:
    [document] = read_file(path)
    assert outline_again(document.kind, document.text)[0] == list(document.blocks)
    return document
