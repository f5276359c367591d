"""What passes over the wire, as ASGI has it: types, a body read once and again, plain replies."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
# Where a route leaves, in its request's ASGI scope, what the security log is to say of it.
NAMED = "soundings.named"
# Where the guard leaves which of the served addresses it is for: a pattern, not what was typed.
ROUTE = "soundings.route"


def limited(receive: Receive, most: int) -> Receive:
    """A body without a declared length is cut off at the limit all the same."""
    taken = 0

    async def cut() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        return message if taken <= most else {"type": "http.disconnect"}

    return cut


async def whole(receive: Receive) -> bytes | None:
    """A request's whole body; None where it was cut off."""
    parts: list[bytes] = []
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return None
        parts.append(message.get("body", b""))
        if not message.get("more_body", False):
            return b"".join(parts)


def again(body: bytes, receive: Receive) -> Receive:
    """A body that was read, to be read once more; then whatever else comes."""
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replayed() -> Message:
        return waiting.pop() if waiting else await receive()

    return replayed


async def reply(
    send: Send, status: int, text: str, kind: bytes, *more: tuple[bytes, bytes]
) -> None:
    """A whole reply, which nothing on the way keeps."""
    body = text.encode("utf-8", "replace")
    headers = [(b"content-type", kind), (b"content-length", str(len(body)).encode()), *more]
    headers.append((b"cache-control", b"no-store"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
