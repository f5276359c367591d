"""The table `page` of the settings: who reaches the page, and what is remembered of it."""

from ipaddress import ip_network
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator

from vectorstore.settings import Table
from web.identity.people import Role


class PageSettings(Table):
    """How the page and the API are reached, and what is kept of what was asked."""

    page_address: str = ""
    """Where people find the page behind a reverse proxy: https://host/path."""
    page_hosts: str = ""
    """Further names or addresses by which it may be called, parted by commas."""
    trusted_proxies: str = ""
    """Addresses or networks of proxies whose word is taken, parted by commas."""
    user_header: str = ""
    """The header in which such a proxy names the person, who then needs no password here."""
    role_header: str = ""
    """The header in which it names the role; without it `users.toml` or `header_role` does."""
    header_role: str = "none"
    """The role of somebody whom the proxy names and nothing else gives one."""
    openid_issuer: str = ""
    """The address of an OpenID Connect provider through which people log in, as it calls itself."""
    openid_client: str = ""
    """As which client this page is known there; its way back is `/login/back`."""
    openid_secret: SecretStr = SecretStr("")
    """That client's secret, if it has one; read from the environment only, and never shown."""
    openid_scopes: str = "openid profile"
    """What the provider is asked for, parted by spaces."""
    openid_name: str = "preferred_username"
    """The claim that names somebody."""
    openid_groups: str = "groups"
    """The claim that says in which groups they are."""
    openid_roles: str = ""
    """Groups and the roles of who is in them, `GROUP=ROLE` parted by commas, the first one counts;
    the group `*` is everybody. Without any, `users.toml` says who has which."""
    session_hours: float = Field(default=8, gt=0, le=24 * 31)
    """How long a login lasts."""
    audit_days: int = Field(default=90, ge=0, le=3650)
    """How long the log of what was asked is kept; 0 keeps none."""
    audit_text: bool = True
    """Whether that log holds what was asked, or only that something was."""
    security_days: int = Field(default=365, ge=31, le=3650)
    """How long the log of logins, roles, uploads, removals, runs and exports is kept."""
    header_kilobytes: int = Field(default=32, ge=4, le=1024)
    """The most that the header of a request may have."""
    header_seconds: float = Field(default=10, gt=0, le=600)
    """How long it may take to come."""
    body_seconds: float = Field(default=30, gt=0, le=3600)
    """How long the body of a request may fall silent while it comes."""
    json_depth: int = Field(default=32, ge=8, le=500)
    """How many brackets may stand within one another in a body."""
    connections: int = Field(default=500, ge=10, le=100_000)
    """How many connections are kept open in all."""
    address_connections: int = Field(default=100, ge=4, le=100_000)
    """How many of them from one address, but for a trusted proxy's."""
    person_requests: int = Field(default=16, ge=4, le=10_000)
    """How many requests of one person are served at once; beyond, the reply is 429."""
    person_asks: int = Field(default=8, ge=1, le=10_000)
    """How many questions and searches of one person's programs are answered or wait at once."""
    person_packs: int = Field(default=2, ge=1, le=10_000)
    """How many packs of theirs are made or wait at once."""
    stop_seconds: float = Field(default=30, ge=0, le=3600)
    """How long answers under way may take to finish once the program is told to end."""
    log_format: Literal["text", "json"] = "text"
    """How the program's log is written to standard error: for people, or as JSON, a line each with
    every request."""
    log_text: bool = False
    """Whether those lines hold what was asked."""
    metrics_token: SecretStr = SecretStr("")
    """What Prometheus shows to read `/metrics` (as `Authorization: Bearer`); without one it is not
    there. Read from the environment only, and never shown."""
    mcp: bool = False
    """Whether ask, search and pack are offered to MCP clients, too, at `/mcp`."""

    @field_validator("page_address")
    @classmethod
    def _is_address(cls, value: str) -> str:
        if not value:
            return value
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("expected http(s)://host or http(s)://host/path")
        if parts.username or parts.query or parts.fragment or parts.path.strip("/").count("//"):
            raise ValueError("an address has neither name, query nor fragment")
        return value.rstrip("/")

    @field_validator("trusted_proxies")
    @classmethod
    def _are_networks(cls, value: str) -> str:
        for part in listed(value):
            ip_network(part)  # raises ValueError
        return value

    @field_validator("openid_roles")
    @classmethod
    def _are_roles(cls, value: str) -> str:
        roles_of(value)  # raises ValueError
        return value

    @field_validator("header_role")
    @classmethod
    def _is_role(cls, value: str) -> str:
        if value not in ("none", *Role):
            raise ValueError(f"expected none, {', '.join(Role)}")
        return value


def listed(value: str) -> list[str]:
    """The parts of a setting that holds several, parted by commas."""
    return [part.strip() for part in value.split(",") if part.strip()]


def roles_of(value: str) -> list[tuple[str, Role]]:
    """Groups with their roles, as a setting names them. Raises ValueError."""
    parts = [part.rpartition("=") for part in listed(value)]
    if not all(group for group, _, _ in parts):
        raise ValueError("expected GROUP=ROLE, parted by commas")
    return [(group.strip(), Role(role.strip())) for group, _, role in parts]
