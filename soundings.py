"""Soundings: answers over a library of documents, every sentence proved by an exact quote.

The front door: one command line and one web page, put together from what each folder offers.
"""

import argparse
import atexit
import contextlib
import getpass
import io
import os
import signal
import socket
import stat
import sys
import threading
import webbrowser
from collections.abc import Callable, Sequence
from dataclasses import asdict
from functools import cache, partial
from importlib import metadata
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import assistant.cli
import assistant.packs.cli
import assistant.packs.kept_cli
import ingest.cli
import vectorstore.cli
import vectorstore.moving.cli
import web.cli
from assistant.answering.doctor import examine as examine_models
from assistant.answering.engine import Engine, open_engine
from assistant.keeping.kept import MOVED as CONVERSATIONS
from assistant.keeping.resting import answers_resting_on, same_quotes
from assistant.settings import AssistantSettings
from eval.cli import add_commands as add_eval_commands
from eval.suite.resting import gold_resting_on
from ingest.restore import edit, restore
from ingest.settings import IngestSettings
from vectorstore.console import Commands, announce, print_json, print_table
from vectorstore.database.opening import place_of
from vectorstore.doctor import Finding, bill_of_materials, examine, parts
from vectorstore.errors import EncodingOutdated, SoundingsError
from vectorstore.settings import Settings, StoreSettings, Table, load_settings, without_password
from web.audit import ABOUT, AuditLog, events, open_audit
from web.audit import MOVED as LOGS
from web.identity.door import Door, open_door
from web.identity.people import LOCAL, Person, Role, may
from web.identity.users import carry as carry_users
from web.look import theme as look
from web.reach import Reach, is_loopback
from web.service import logs
from web.settings import PageSettings

if TYPE_CHECKING:
    from fastapi import FastAPI

TABLES: dict[str, type[Table]] = {
    "vectorstore": StoreSettings,
    "ingest": IngestSettings,
    "assistant": AssistantSettings,
    "page": PageSettings,
}
Announce = Callable[[str], None]
# What rests on a source and loses its evidence when that is removed.
RESTING = (gold_resting_on, answers_resting_on)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code. Files that it makes are its owner's alone."""
    mask = os.umask(0o077)
    try:
        return _main(argv)
    finally:
        os.umask(mask)


def _main(argv: Sequence[str] | None) -> int:
    # Quotes hold any letter there is, and JSON is UTF-8, whatever the terminal's locale says.
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")
    parser = _parser()
    args = parser.parse_args(argv)
    if args.command is None:
        parser.print_help()
        return 0
    try:
        settings = load_settings(TABLES, home=args.home)
        try:
            code: int = args.run(args, settings)
            _note_command(args, argv, settings)
        except EncodingOutdated as exc:
            announce(f"{exc}\nThat is being done now, from its stored texts.")
            ingest.cli.make_again(settings)
            code = args.run(args, settings)
        sys.stdout.flush()
        return code
    except SoundingsError as exc:
        print(f"soundings: {exc}", file=sys.stderr)
        return exc.exit_code
    except KeyboardInterrupt:
        print("soundings: stopped. The library is as it was.", file=sys.stderr)
        return 130
    except BrokenPipeError:  # the reader of our output went away
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _note_command(args: argparse.Namespace, argv: Sequence[str] | None, settings: Settings) -> None:
    """Tell the security log of a command that changed who may do what, or what there is."""
    typed = list(sys.argv[1:] if argv is None else argv)
    words = without_password(" ".join(typed[typed.index(args.command) :]))
    if words.startswith(NOTED_COMMANDS) and args.run not in web.cli.ONLY_TELL:
        log, by = open_audit(settings), f"{getpass.getuser()} (at the command line)"
        log.event(by, f"soundings {args.command}", about=words, address="", outcome="done")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="soundings",
        description="Answers over a library of documents, every sentence proved by an exact quote.",
        epilog="Start with: soundings ingest, then soundings chat",
    )
    parser.add_argument("--home", metavar="DIR", help="where the library and settings are kept")
    parser.add_argument("--version", action="version", version=_version())
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    ingest.cli.add_commands(commands)
    vectorstore.cli.add_commands(commands, RESTING, edit, restore)
    vectorstore.moving.cli.add_commands(
        commands, (CONVERSATIONS, LOGS), also=carry_users, proof=same_quotes
    )
    assistant.cli.add_commands(commands)
    assistant.packs.cli.add_commands(commands)
    assistant.packs.kept_cli.add_commands(commands)
    add_eval_commands(commands)
    web.cli.add_commands(commands)
    _add_own(commands)
    return parser


def _add_own(commands: Commands) -> None:
    chat = commands.add_parser("chat", help="open the web page")
    chat.add_argument("--host", default="127.0.0.1", metavar="H", help="default: 127.0.0.1")
    chat.add_argument("--port", default=7860, type=int, metavar="P", help="default: 7860")
    chat.add_argument("--open", action="store_true", help="open it in the browser, too")
    chat.set_defaults(run=_chat)
    config = commands.add_parser("config", help="the settings in force, and where each came from")
    config.add_argument("--json", action="store_true", help="print JSON")
    config.set_defaults(run=_config)
    doctor = commands.add_parser("doctor", help="check everything that the program needs")
    doctor.add_argument("--json", action="store_true", help="print JSON")
    doctor.add_argument(
        "--licences",
        action="store_true",
        help="the packages that are here, with their licences",
    )
    doctor.add_argument("--sbom", action="store_true", help="the same as CycloneDX JSON")
    doctor.set_defaults(run=_doctor)


def _version() -> str:
    try:
        return f"soundings {metadata.version('soundings-assistant')}"
    except metadata.PackageNotFoundError:
        return "soundings (not installed)"


def _config(args: argparse.Namespace, settings: Settings) -> int:
    values = settings.in_force()
    if args.json:
        print_json({v.name: {"value": v.value, "origin": v.origin} for v in values})
    else:
        print_table(["setting", "value", "from"], [[v.name, v.value, v.origin] for v in values])
    return 0


def _doctor(args: argparse.Namespace, settings: Settings) -> int:
    if args.sbom:
        print_json(bill_of_materials())
        return 0
    if args.licences:
        rows = [[part.name, part.version, part.licence] for part in parts()]
        print_table(["package", "version", "licence"], rows)
        return 0
    findings = [*examine(settings), _privacy(settings.home), *examine_models(settings)]
    if args.json:
        print_json([asdict(finding) for finding in findings])
    else:
        for finding in findings:
            print(f"{'ok  ' if finding.well else 'BAD '} {finding.name}: {finding.found}")
            if not finding.well and finding.cure:
                print(f"     cure: {finding.cure}")
    return 0 if all(finding.well for finding in findings) else 1


def _privacy(home: Path) -> Finding:
    """Whether the home is its owner's alone."""
    mode = stat.S_IMODE(home.stat().st_mode) if home.is_dir() and os.name == "posix" else 0
    if mode & 0o077:
        cure = f"if nobody else is to read it: chmod 700 {home}"
        return Finding(name="privacy", well=True, found=f"others get into the home; {cure}")
    return Finding(name="privacy", well=True, found="only its owner gets into the home")


# What the security log tells of the page: these requests, whoever they come from.
NOTED = {
    "POST /login": "login",
    "GET /login/back": "login",
    "GET /logout": "logout",
    "POST /account/end": "sessions ended",
    "GET /log/export": "log export",
    "POST /library/file": "upload",
    "POST /library/read": "uploads read",
    "POST /library/remove": "removal",
    "POST /library/restore": "restore",
    "POST /library/edit": "edit",
    "POST /evaluate/start": "run",
    "POST /evaluate/baseline": "baseline",
    "POST /evaluate/remove": "run removed",
    "GET /evaluate/file": "export",
    "GET /conversation/export": "export",
    "GET /pack-file": "export",
}
# And of the commands: what changes who may do what, and what there is.
NOTED_COMMANDS = (
    "users", "packs remove", "sources remove", "sources edit", "sources restore", "backup",
    "restore", "migrate",
)  # fmt: skip

# The page. Everything that knows gradio is imported inside, so that no other command loads it.

QUIET = {
    "GRADIO_ANALYTICS_ENABLED": "False",
    "GRADIO_RUN_HISTORY": "False",
    "GRADIO_MCP_SERVER": "False",
    "GRADIO_SHARE": "False",
    "HF_HUB_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
}


def _chat(args: argparse.Namespace, settings: Settings) -> int:
    """Serve the page until Ctrl-C, or until it is told to end."""
    from web.limits.server import few_heaps

    few_heaps()
    table = settings.table(PageSettings)
    tell: Announce = announce
    if table.log_format == "json":
        logs.in_lines(text=table.log_text)
        tell = logs.announced
    reach = Reach.of(table, args.host)
    door = open_door(settings, reach, args.host)
    if not is_loopback(args.host) and not table.page_address.startswith("https://"):
        tell(
            "Passwords and answers can be read on the way: put a reverse proxy with https before "
            "the page, and say where people find it: SOUNDINGS_PAGE_ADDRESS=https://…"
        )
    if table.page_address and not reach.proxies:
        tell(
            "No proxy is named: to the limits on connections and on wrong passwords, everybody who "
            "comes through one is the same address. Name it: SOUNDINGS_TRUSTED_PROXIES=10.0.0.7"
        )
    engine = open_engine(settings, tell, journal=open_audit(settings))
    _note_settings(settings)
    with _listening(args.host, args.port) as listening:
        host, port = listening.getsockname()[:2]
        address = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
        shown = table.page_address or address
        page = build_page(engine, settings, reach, door, tell)
        _serve(page, listening, shown, table, reach, engine, tell, args.open)
    _end_at_once()


def _end_at_once() -> NoReturn:
    """End this process, all said and put away.

    A thread that still computes something for nobody would abort an interpreter that ends around
    it: native code cannot be unwound there.
    """
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


def _note_settings(settings: Settings) -> None:
    """Tell the security log which settings are others than when the page was last served."""
    now = {v.name: str(v.value) for v in settings.in_force() if v.origin != "default"}
    told = [event for event in events(place_of(settings)) if event.deed == "settings"]
    about = ", ".join(f"{name}={value}" for name, value in sorted(now.items()))[:ABOUT]
    if (told[-1].about if told else "") != about:
        by = f"{getpass.getuser()} (at the command line)"
        open_audit(settings).event(by, "settings", about=about, address="", outcome="in force")


def _listening(host: str, port: int) -> socket.socket:
    """A socket bound to the address. Raises SoundingsError where that cannot be had."""
    bound = None
    try:
        family, kind, protocol, _, place = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        bound = socket.socket(family, kind, protocol)
        if os.name == "posix":
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(place)
        bound.listen(128)
    except (OSError, OverflowError) as exc:
        if bound is not None:
            bound.close()
        raise SoundingsError(
            f"cannot serve on {host}, port {port}: {getattr(exc, 'strerror', None) or exc}. "
            "Is Soundings running already? Choose another port: soundings chat --port 7861"
        ) from exc
    return bound


def build_page(
    engine: Engine,
    settings: Settings,
    reach: Reach | None = None,
    door: Door | None = None,
    tell: Announce = announce,
) -> "FastAPI":
    """The page as an app: the tabs that the folders offer and the API, behind the guard.

    With a `door` there is a page for each role, with the tabs that the role may see; without one
    there is one page, for the one person at this machine.
    """
    os.environ.update(QUIET)
    direct = [os.environ.get("NO_PROXY"), "localhost,127.0.0.1,::1"]
    os.environ["NO_PROXY"] = ",".join(filter(None, direct))
    from assistant.api import mcp
    from assistant.api import routes as api
    from assistant.api.desk import Desk
    from assistant.ask import tab as ask
    from assistant.packs import tab as discuss
    from eval import tab as evaluate
    from ingest.printed.serving import printed_routes
    from ingest.tab import LibraryTab
    from web import log
    from web.addresses import PAGES, Addressed
    from web.by_role import ByRole, front, include
    from web.guard import BODY_LIMIT, Guard
    from web.identity import account, login
    from web.look import source_pane
    from web.tab import page_of

    tabs: dict[str, Any] = {  # what a role may do → the tab for it
        "ask": ask,
        "discuss": discuss,
        "library": LibraryTab(settings, dependants=RESTING, announce=tell),
        "evaluate": evaluate,
    }

    @cache
    def page(*seen: str) -> "FastAPI":
        head = "".join(part.head() for part in (look, source_pane, *(tabs[deed] for deed in seen)))
        adders = [partial(tabs[deed].add_tab, engine) for deed in seen]
        return page_of(adders, head, named=bool(door))

    pages = {  # those of roles that see the same are one
        role: page(*(deed for deed in tabs if may(Person(name="", role=role), deed)))
        for role in (Role if door else [LOCAL.role])
    }
    app = front(pages)
    journal = engine.journal if isinstance(engine.journal, AuditLog) else None
    library = engine.store.library
    routers = {
        "ask": [source_pane.routes(library, settings.home), printed_routes(settings, library)],
        "administer": [log.routes(journal.place if journal else place_of(settings))],
    }
    for deed, tab in tabs.items():
        routers.setdefault(deed, []).append(tab.routes(engine))
    for deed, of_deed in routers.items():
        for router in of_deed:
            include(app, router, deed)
    table = settings.table(PageSettings)
    desk = Desk(engine, table)
    unasked = [api.routes(desk), *([login.routes(door), account.routes(door)] if door else [])]
    if table.mcp:
        unasked.append(mcp.routes(desk, _version().split()[-1]))
    for router in unasked:  # which look for themselves who is there
        app.include_router(router)
    app.mount("/", Addressed(ByRole(pages)))
    served = [*chain.from_iterable(routers.values()), *unasked]
    routes: list[Any] = [route for router in served for route in router.routes]
    larger = {
        path: most for tab in tabs.values() for path, most in getattr(tab, "POSTS", {}).items()
    }
    app.add_middleware(
        Guard,
        also=[*PAGES, *(route.path for route in routes if "GET" in route.methods)],
        also_post={
            route.path: larger.get(route.path, BODY_LIMIT)
            for route in routes
            if "POST" in route.methods
        },
        reach=reach,
        door=door,
        table=table,
        noted=NOTED,
        note=journal.event if journal else None,
    )
    _watch(
        app, engine, table, reach, lambda: sum(len(page.state.events()) for page in pages.values())
    )
    return app


def _watch(
    app: "FastAPI",
    engine: Engine,
    table: PageSettings,
    reach: Reach | None,
    at_the_page: Callable[[], float],
) -> None:
    """Tell operators how it goes, before anything else of the app is asked."""
    from web.service import metrics
    from web.service.health import Health
    from web.service.tracing import open_tracing
    from web.service.watched import Watched

    library = engine.store.library
    metrics.gauge(
        {
            "soundings_library_sources": ("Documents.", lambda: len(library.file_digests())),
            "soundings_library_passages": ("Their passages.", library.passage_count),
            "soundings_questions_waiting": ("Who wait for a turn.", lambda: engine.waiting),
            "soundings_page_events": ("What the page does, or has waiting.", at_the_page),
        }
    )
    parts = {
        "library": library.passage_count,
        "search": lambda: engine.store.searcher.search("ready", 1),
    }
    tracing = open_tracing()
    if tracing is not None:
        atexit.register(tracing.end)
    token = table.metrics_token.get_secret_value()
    app.add_middleware(Watched, health=Health(parts), token=token, tracing=tracing, reach=reach)


def _serve(
    app: "FastAPI",
    listening: socket.socket,
    address: str,
    table: PageSettings,
    reach: Reach,
    engine: Engine,
    tell: Announce,
    browse: bool,
) -> None:
    """Answer requests until a signal ends it, with the address printed once it is true."""
    from web.limits.server import server_of

    def started() -> None:
        print(f"Soundings is ready: {address}", flush=True)
        tell("Stop it with Ctrl-C.")
        threading.Thread(target=_warm_up, args=[engine, tell], daemon=True).start()
        if browse:
            webbrowser.open(address)

    # What the server does at a signal is its own; when it is done it raises it once more.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with contextlib.suppress(KeyboardInterrupt):
        server_of(app, table, reach, started).run(sockets=[listening])
    tell("Stopped.")


def _warm_up(engine: Engine, tell: Announce) -> None:
    """Load what the first question needs, so that it need not wait for it."""
    try:
        engine.store.searcher.search("ready", 1)
    except SoundingsError as exc:
        tell(f"soundings: {exc}")


if __name__ == "__main__":
    sys.exit(main())
