"""The addresses of the page: each tab, and what is open on it, has one; all of them are one page.

The page's script reads the address, so what is served is the same; only what its links are
relative to is told, since an address may lie below the page's own folder.
"""

from html import escape

from web.wire import App, Message, Receive, Scope, Send

PAGES = ("/ask", "/ask/{id}", "/discuss", "/discuss/{id}", "/library", "/evaluate")
_BASE = b'<base href="./"'


class Addressed:
    """An ASGI app that serves the page at all of its addresses."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        prefix = scope.get("root_path", "")
        path = scope.get("path", "").removeprefix(prefix)
        if scope["type"] != "http" or not _is_page(path):
            await self._app(scope, receive, send)
            return
        base = f'<base href="{escape(prefix)}/"'.encode()
        held: list[Message] = []
        body = b""

        async def sending(message: Message) -> None:
            nonlocal body
            if message["type"] == "http.response.start":
                held.append(message)
                return
            body += message.get("body", b"")
            if message.get("more_body", False):
                return
            whole = body.replace(_BASE, base, 1)
            [start] = held
            headers = [h for h in start["headers"] if h[0].lower() != b"content-length"]
            headers.append((b"content-length", str(len(whole)).encode()))
            await send({**start, "headers": headers})
            await send({"type": "http.response.body", "body": whole})

        served = {**scope, "path": f"{prefix}/", "raw_path": f"{prefix}/".encode()}
        await self._app(served, receive, sending)


def _is_page(path: str) -> bool:
    """Whether a path is one of PAGES."""
    parts = path.strip("/").split("/")
    return any(
        len(parts) == len(known) and parts[0] == known[0]
        for known in (page.strip("/").split("/") for page in PAGES)
    )
