"""The command `pack`."""

import argparse
import json
from pathlib import Path

from assistant.answering.engine import ENGINES, open_engine
from assistant.packs.files.markdown import Part
from assistant.packs.making.maker import PackMaker, check_request
from assistant.packs.models import AUDIENCE, MINUTES, RULES, PackRequest
from vectorstore.console import Commands, announce, plain, positive, print_json
from vectorstore.errors import UsageError
from vectorstore.settings import Settings

FORMATS = ("md", "docx", "pptx", "json")
_FILES = {"docx": "a Word document is", "pptx": "slides are"}


def add_commands(commands: Commands) -> None:
    """Add this folder's command to the front door's."""
    pack = commands.add_parser(
        "pack", help="make a discussion pack, or list the themes", description=_pack.__doc__
    )
    pack.add_argument("topic", nargs="*", metavar="TOPIC", help="a phrase; several parted by ';'")
    pack.add_argument(
        "--prompts",
        type=positive,
        metavar="N",
        help="default: as many as the minutes hold, about ten minutes each",
    )
    pack.add_argument(
        "--minutes", type=positive, default=MINUTES, metavar="M", help=f"default: {MINUTES}"
    )
    pack.add_argument(
        "--audience", default=AUDIENCE, metavar="TEXT", help=f"for whom (default: {AUDIENCE})"
    )
    pack.add_argument("--seed", type=int, default=0, metavar="S", help="another seed, another pack")
    pack.add_argument(
        "--redraw",
        type=positive,
        action="append",
        default=[],
        metavar="N",
        help="draw prompt N anew; again for yet another",
    )
    pack.add_argument(
        "--engine", choices=ENGINES, help="who words the prompts: rules, or the language model"
    )
    pack.add_argument(
        "--part", choices=list(map(str, Part)), default="all", help="what of it (default: all)"
    )
    pack.add_argument("--format", choices=FORMATS, help="default: by --out, else md")
    pack.add_argument("--out", type=Path, metavar="FILE", help="where to (default: print)")
    pack.set_defaults(run=_pack)


def _pack(args: argparse.Namespace, settings: Settings) -> int:
    """Make a discussion pack on a topic, every line about the library a verbatim quote. Without a
    TOPIC: the library's themes, with how much each source says of them."""
    from assistant.packs.files.formats import pack_file  # Word is loaded for a pack alone

    format = format_of(args)
    request = PackRequest(
        topic=" ".join(args.topic).strip(),
        prompts=args.prompts,
        minutes=args.minutes,
        audience=" ".join(args.audience.split()),
        seed=args.seed,
    )
    check_request(request)
    maker = PackMaker(open_engine(settings, announce, engine=args.engine))
    if not request.topic:
        return _themes(maker, format, args.out)
    pack = maker.make(request)
    for number in args.redraw:
        pack = maker.redraw(pack, number)
    if pack.note:
        announce(pack.note)
    for number, prompt in enumerate(pack.prompts, start=1):
        if prompt.fallback:
            who = "is worded by rules" if prompt.worded_by == RULES else "is worded by the model"
            announce(f"prompt {number} {who}: {prompt.fallback}")
    sources = {source.id: source for source in maker.library.sources()}
    put_file(pack_file(pack, sources, format, Part(args.part)).content, args.out)
    return 0


def put_file(content: bytes, out: Path | None) -> None:
    """Print a file, or write it where it is to go."""
    if out is None:
        print(content.decode(), end="")
    else:
        _write(content, out)


def format_of(args: argparse.Namespace) -> str:
    """The format asked for, or else the one that the file's name ends in."""
    suffix = args.out.suffix.lower().lstrip(".") if args.out is not None else ""
    format = str(args.format or (suffix if suffix in FORMATS else "md"))
    if format in _FILES and args.out is None:
        raise UsageError(f"{_FILES[format]} written to a file: add --out FILE.{format}")
    if format in ("json", "pptx") and args.part != "all":
        raise UsageError("--part goes with --format md or docx; the others hold the whole pack")
    return format


def _themes(maker: PackMaker, format: str, out: Path | None) -> int:
    """Show the library's themes."""
    themes = maker.themes()
    if format == "json":
        if out is None:
            print_json([theme.to_json() for theme in themes])
        else:
            said = json.dumps([t.to_json() for t in themes], ensure_ascii=False, indent=2) + "\n"
            put_file(said.encode(), out)
        return 0
    lines = ["What this library is about. Make a pack: soundings pack 'THEME'", ""]
    for theme in themes:
        lines.append(f"{plain(theme.name)}")
        for title, passages, words in theme.sources.values():
            count = "1 passage" if passages == 1 else f"{passages} passages"
            lines.append(f"    {count}, {words:,} words: {plain(title)}")
    put_file(("\n".join(lines) + "\n").encode(), out)
    return 0


def _write(content: bytes, file: Path) -> None:
    """Write a file. Raises UsageError where that cannot be done."""
    try:
        file.write_bytes(content)
    except OSError as exc:
        raise UsageError(f"cannot write {file}: {exc.strerror or exc}") from exc
    announce(f"Written: {file}")
