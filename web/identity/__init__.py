"""Who is there: users and their passwords, roles and what each may do, logins, sessions, tokens.

`door.py` decides who comes in, `passwords.py` checks and keeps passwords, `users.py` is the file
of those who may log in, `sessions.py` that of who is, `openid.py` asks a provider who somebody is,
`people.py` says what each role may do.
"""

from web.identity.people import LOCAL, Person, Role, may, person_of, require

__all__ = ["LOCAL", "Person", "Role", "may", "person_of", "require"]
