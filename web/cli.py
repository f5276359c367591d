"""The commands `users` and `audit`: who may log in, and what was asked."""

import argparse
import getpass
import sys
from collections.abc import Sequence
from dataclasses import asdict

from vectorstore.console import Commands, announce, print_json, print_table
from vectorstore.database.opening import place_of
from vectorstore.errors import UsageError
from vectorstore.settings import Settings
from web.audit import Event, Sought, entries, events, moment
from web.identity.people import DEEDS, Role
from web.identity.sessions import Sessions, moment_of
from web.identity.users import User, Users, checked

# What a token may be for, as people call it → the deed
SCOPES = dict(zip(("ask", "pack", "keep", "evaluate"), DEEDS[:-1], strict=True))


def add_commands(commands: Commands) -> None:
    """Add the page's commands to the front door's."""
    users = commands.add_parser("users", help="who may log in to the page, and as what")
    users.add_argument("--json", action="store_true", help="print JSON")
    users.set_defaults(run=_list)
    actions = users.add_subparsers(metavar="ACTION")
    shown = actions.add_parser("list", help="everybody, with their roles")
    shown.add_argument("--json", action="store_true", help="print JSON")
    shown.set_defaults(run=_list)
    add = _about(actions, "add", _add, "let somebody in; the password is asked for")
    add.add_argument("--role", required=True, choices=[str(role) for role in Role])
    add.add_argument("--no-password", action="store_true", help="a reverse proxy says who they are")
    role = _about(actions, "role", _role, "give somebody another role")
    role.add_argument("role", metavar="ROLE", choices=[str(role) for role in Role])
    password = _about(
        actions, "password", _password, "give somebody another password, which is asked for"
    )
    password.add_argument(
        "--revoke-tokens", action="store_true", help="take back the tokens that were made, too"
    )
    token = _about(actions, "token", _token, "make a token for somebody's programs")
    token.add_argument("--days", type=_days, default=0, metavar="N", help="valid so long")
    token.add_argument(
        "--for",
        dest="scope",
        metavar="DEEDS",
        type=_scope,
        default=(),
        help=f"for these alone, parted by commas: {', '.join(SCOPES)}",
    )
    token.add_argument("--list", action="store_true", help="those there are, and their last use")
    token.add_argument("--revoke", action="store_true", help="take back all that were made")
    sessions = actions.add_parser("sessions", help="who is logged in, and from where")
    sessions.add_argument("name", metavar="NAME", nargs="?", help="this person's alone")
    sessions.add_argument("--json", action="store_true", help="print JSON")
    sessions.set_defaults(run=_sessions)
    logout = _about(actions, "logout", _logout, "end somebody's sessions")
    logout.add_argument("session", metavar="ID", nargs="?", help="this one alone")
    _about(actions, "remove", _remove, "let somebody in no longer")
    audit = commands.add_parser("audit", help="who asked what, and which sources were cited")
    audit.add_argument(
        "--security",
        action="store_true",
        help="logins, roles, uploads, removals, runs and exports instead",
    )
    audit.add_argument("--since", metavar="WHEN", help="a date, or so long ago: 36h, 7d")
    audit.add_argument("--json", action="store_true", help="print JSON")
    audit.set_defaults(run=_audit)


def _days(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 3650:
        raise argparse.ArgumentTypeError("a number of days from 1 to 3650 is expected")
    return int(text)


def _scope(text: str) -> tuple[str, ...]:
    names = [name.strip() for name in text.split(",")]
    unknown = [name for name in names if name not in SCOPES]
    if unknown:
        raise argparse.ArgumentTypeError(f"'{unknown[0]}' is none of {', '.join(SCOPES)}")
    return tuple(SCOPES[name] for name in names)


def _named(scope: Sequence[str]) -> str:
    return ", ".join(name for name, deed in SCOPES.items() if deed in scope) or "all"


def _about(actions: Commands, name: str, run: object, help: str) -> argparse.ArgumentParser:
    made: argparse.ArgumentParser = actions.add_parser(name, help=help)
    made.add_argument("name", metavar="NAME")
    made.set_defaults(run=run)
    return made


def _list(args: argparse.Namespace, settings: Settings) -> int:
    users = Users(place_of(settings)).all()
    rows = [
        {
            "name": user.name,
            "role": str(user.role),
            "password": user.password is not None,
            "tokens": len(user.tokens),
        }
        for user in users
    ]
    if args.json:
        print_json(rows)
    elif not rows:
        announce("There are no users yet. Add one: soundings users add NAME --role leader")
    else:
        shown = [
            [r["name"], r["role"], "yes" if r["password"] else "no", r["tokens"]] for r in rows
        ]
        print_table(["name", "role", "password", "tokens"], shown)
    return 0


def _add(args: argparse.Namespace, settings: Settings) -> int:
    users = Users(place_of(settings))
    password = None if args.no_password else _asked(args.name)
    users.add(args.name, Role(args.role), password)
    announce(f"{args.name} may log in as {args.role}.")
    return 0


def _role(args: argparse.Namespace, settings: Settings) -> int:
    Users(place_of(settings)).set_role(args.name, Role(args.role))
    announce(f"{args.name} is {args.role} from now on.")
    return 0


def _password(args: argparse.Namespace, settings: Settings) -> int:
    users = Users(place_of(settings))
    _known(users, args.name)
    users.set_password(args.name, _asked(args.name), tokens=not args.revoke_tokens)
    announce(f"{args.name} has a new password.")
    return 0


def _token(args: argparse.Namespace, settings: Settings) -> int:
    users = Users(place_of(settings))
    if args.revoke:
        users.drop_tokens(args.name)
        announce(f"No token of {args.name}'s is valid any longer.")
        return 0
    if args.list:
        found = users.find(args.name)
        rows = [
            [t.digest[:8], t.made, t.until or "no end", t.used or "never", _named(t.scope)]
            for t in (found.tokens if found else ())
        ]
        print_table(["token", "made", "until", "last used", "for"], rows)
        return 0
    print(users.make_token(args.name, days=args.days, scope=args.scope))
    announce("Keep it now: only its digest is kept here. Send it as Authorization: Bearer …")
    return 0


def _sessions(args: argparse.Namespace, settings: Settings) -> int:
    users = Users(place_of(settings))
    person = _known(users, args.name).person.key if args.name else None
    rows = [
        {
            "name": users.name_of(session.person),
            "id": session.id,
            "address": session.address,
            "browser": session.browser,
            "began": moment_of(session.began),
            "seen": moment_of(session.seen),
            "until": moment_of(session.until),
        }
        for session in Sessions(place_of(settings)).listed(person)
    ]
    if args.json:
        print_json(rows)
    elif not rows:
        announce("Nobody is logged in." if person is None else f"{args.name} is not logged in.")
    else:
        heads = ["name", "id", "address", "began", "seen", "browser"]
        print_table(heads, [[row[head] for head in heads] for row in rows])
    return 0


def _logout(args: argparse.Namespace, settings: Settings) -> int:
    person = _known(Users(place_of(settings)), args.name).person.key
    ended = Sessions(place_of(settings)).end(person, args.session)
    if args.session and not ended:
        raise UsageError(
            f"{args.name} has no session '{args.session}'. Which there are: "
            f"soundings users sessions {args.name}"
        )
    announce(f"{args.name} is logged out{f' of {args.session}' if args.session else ''}.")
    return 0


def _known(users: Users, name: str) -> User:
    found = users.find(name)
    if found is None:
        raise UsageError(f"there is no user '{name}'. Who there is: soundings users list")
    return found


def _remove(args: argparse.Namespace, settings: Settings) -> int:
    Users(place_of(settings)).remove(args.name)
    announce(f"{args.name} may log in no longer.")
    return 0


def _audit(args: argparse.Namespace, settings: Settings) -> int:
    sought = Sought(since=moment(args.since) if args.since else None)
    if args.security:
        return _security(events(place_of(settings), sought), args.json)
    found = entries(place_of(settings), sought)
    if args.json:
        print_json([asdict(entry) for entry in found])
    elif not found:
        announce("Nothing was asked on the page or through the API in that time.")
    else:
        rows = [
            [e.at[:19], e.person, e.deed, e.outcome, " ".join(e.sources), e.text or ""]
            for e in found
        ]
        print_table(["when (UTC)", "who", "what", "outcome", "sources", "asked"], rows)
    return 0


def _security(found: Sequence[Event], as_json: bool) -> int:
    if as_json:
        print_json([asdict(event) for event in found])
    elif not found:
        announce("Nothing of the kind was done in that time.")
    else:
        rows = [[e.at[:19], e.person, e.address, e.deed, e.outcome, e.about] for e in found]
        print_table(["when (UTC)", "who", "from", "what", "outcome", "about"], rows)
    return 0


def _asked(name: str) -> str:
    """A password from the terminal, twice, or else the first line of standard input."""
    if not sys.stdin.isatty():
        return checked(sys.stdin.readline().rstrip("\r\n"))
    password = checked(getpass.getpass(f"Password for {name}: "))
    if getpass.getpass("The same again: ") != password:
        raise UsageError("the two are not the same; nothing was changed")
    return password


ONLY_TELL = (_list, _sessions)  # the commands here that change nothing
