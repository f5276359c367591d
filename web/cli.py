"""The commands `users` and `audit`: who may log in, and what was asked."""

import argparse
import getpass
import sys
from dataclasses import asdict

from vectorstore.console import Commands, announce, print_json, print_table
from vectorstore.errors import UsageError
from vectorstore.settings import Settings
from web.audit import entries, moment
from web.identity.people import Role
from web.identity.users import Users, checked


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
    _about(actions, "password", _password, "give somebody another password, which is asked for")
    token = _about(actions, "token", _token, "make a token for somebody's programs")
    token.add_argument("--revoke", action="store_true", help="take back all that were made")
    _about(actions, "remove", _remove, "let somebody in no longer")
    audit = commands.add_parser("audit", help="who asked what, and which sources were cited")
    audit.add_argument("--since", metavar="WHEN", help="a date, or so long ago: 36h, 7d")
    audit.add_argument("--json", action="store_true", help="print JSON")
    audit.set_defaults(run=_audit)


def _about(actions: Commands, name: str, run: object, help: str) -> argparse.ArgumentParser:
    made: argparse.ArgumentParser = actions.add_parser(name, help=help)
    made.add_argument("name", metavar="NAME")
    made.set_defaults(run=run)
    return made


def _list(args: argparse.Namespace, settings: Settings) -> int:
    users = Users(settings.home).all()
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
    users = Users(settings.home)
    password = None if args.no_password else _asked(args.name)
    users.add(args.name, Role(args.role), password)
    announce(f"{args.name} may log in as {args.role}.")
    return 0


def _role(args: argparse.Namespace, settings: Settings) -> int:
    Users(settings.home).set_role(args.name, Role(args.role))
    announce(f"{args.name} is {args.role} from now on.")
    return 0


def _password(args: argparse.Namespace, settings: Settings) -> int:
    users = Users(settings.home)
    if users.find(args.name) is None:
        raise UsageError(f"there is no user '{args.name}'. Who there is: soundings users list")
    users.set_password(args.name, _asked(args.name))
    announce(f"{args.name} has a new password.")
    return 0


def _token(args: argparse.Namespace, settings: Settings) -> int:
    users = Users(settings.home)
    if args.revoke:
        users.drop_tokens(args.name)
        announce(f"No token of {args.name}'s is valid any longer.")
        return 0
    print(users.make_token(args.name))
    announce("Keep it now: only its digest is kept here. Send it as Authorization: Bearer …")
    return 0


def _remove(args: argparse.Namespace, settings: Settings) -> int:
    Users(settings.home).remove(args.name)
    announce(f"{args.name} may log in no longer.")
    return 0


def _audit(args: argparse.Namespace, settings: Settings) -> int:
    found = entries(settings.home, moment(args.since) if args.since else None)
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


def _asked(name: str) -> str:
    """A password from the terminal, twice, or else the first line of standard input."""
    if not sys.stdin.isatty():
        return checked(sys.stdin.readline().rstrip("\r\n"))
    password = checked(getpass.getpass(f"Password for {name}: "))
    if getpass.getpass("The same again: ") != password:
        raise UsageError("the two are not the same; nothing was changed")
    return password
