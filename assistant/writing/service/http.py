"""The one way to a language model: an OpenAI-compatible service, streaming over HTTP.

httpx directly, not a vendor's client behind another library's interface: retries, time limits and
what becomes of a key must be ours to promise, and an answer waits for nothing that loads slowly.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import httpx

from assistant.writing.errors import (
    FormRefused,
    ModelBusy,
    ModelError,
    ModelFailed,
    ModelRefused,
    ModelUnreachable,
    PromptTooLong,
    ReplyCut,
)
from assistant.writing.models import Deadline, Message, Piece
from assistant.writing.service.events import pieces_of, reason_of
from assistant.writing.service.waiting import Put, in_time, late
from assistant.writing.service.window import window_of

CONNECT_SECONDS = 10.0
LARGEST_REPLY = 4_000_000  # bytes; no reply to us is near it
TRIES = 3
PAUSE = 0.5  # seconds before a service that failed is asked again
FORMS = ("json_schema", "json_object", "text")  # what may be asked of a reply, strictest first
# What a service may refuse to be told, and what is then told instead: some know it by another name,
# some allow only their own choice.
OTHERWISE: dict[str, str | None] = {
    "max_tokens": "max_completion_tokens",
    "max_completion_tokens": None,
    "temperature": None,
    "seed": None,
    "stream_options": None,
}


class HttpModel:
    """A model behind `base`, an address that ends in `/v1`."""

    def __init__(self, base: str, *, model: str | None = None, key: str = ""):
        self._base = base.rstrip("/")
        self._key = key
        self._name = model
        self._form = 0
        self._otherwise: dict[str, str | None] = {}
        self._window: int | None = None
        self._looked = False
        host = urlsplit(self._base).hostname or ""
        self._client = httpx.Client(
            headers={"Authorization": f"Bearer {key}"} if key else {},
            follow_redirects=False,  # the key goes where the settings say, and nowhere else
            trust_env=host not in ("127.0.0.1", "localhost", "::1"),
        )

    @property
    def name(self) -> str:
        return self._name or "the first model that the service lists"

    def hush(self, text: str) -> str:
        return text.replace(self._key, "****") if self._key else text

    def prepare(self) -> None:
        """Nothing takes long here: the service is running."""

    def stream(
        self,
        messages: Sequence[Message],
        *,
        schema: Mapping[str, Any] | None,
        tokens: int,
        deadline: Deadline,
    ) -> Iterator[Piece]:
        for attempt in range(1, TRIES + len(FORMS) + len(OTHERWISE)):
            form = self._form
            try:
                body: dict[str, Any] = {
                    "model": self._listed(deadline),
                    "messages": [{"role": m.role, "content": m.content} for m in messages],
                    "max_tokens": tokens,
                    "temperature": 0,
                    "seed": 0,
                    "stream": True,
                    "stream_options": {"include_usage": True},
                    **_response_format(FORMS[form], schema),
                }
                for name, other in self._otherwise.items():
                    value = body.pop(name, None)
                    if other and value is not None:
                        body[other] = value
                yield from self._once(body, deadline)
                return
            except FormRefused as exc:
                if exc.parameter is None:
                    self._form = min(form + 1, len(FORMS) - 1)
                else:
                    self._otherwise[exc.parameter] = OTHERWISE[exc.parameter]
            except (ModelBusy, ModelFailed) as exc:
                if exc.wait is None or attempt >= TRIES:
                    raise
                if exc.wait >= deadline.left():
                    raise ModelBusy(
                        f"{exc}. It may be asked again in {exc.wait:.0f} s, later than "
                        "SOUNDINGS_LLM_SECONDS allows"
                    ) from exc
                deadline.pause(exc.wait)

    def _listed(self, deadline: Deadline) -> str:
        """The model's name: that of the settings, or what the service lists first."""
        if self._name is None:
            self._name = self._offered(deadline)[0]
        return self._name

    def window(self, deadline: Deadline) -> int | None:
        """As the service tells it; asked once."""
        if not self._looked:
            rows = self._told(lambda: self._rows(deadline)) or []
            self._name = self._name or next((str(row["id"]) for row in rows), None)
            listed: dict[str, Any] = next((row for row in rows if row["id"] == self._name), {})

            def get(path: str) -> Any:
                return self._told(
                    lambda: self._within(deadline, lambda put: self._other(path, put, deadline))
                )

            self._window, self._looked = window_of(listed, get), True
        return self._window

    def _told(self, ask: Callable[[], Any]) -> Any:
        """What a service says where it need not: None where it does not."""
        try:
            return ask()
        except (ModelFailed, ModelRefused):
            return None

    def offered(self, seconds: float) -> list[str]:
        """The names of the models that the service lists, at least one. Raises ModelError, also
        where the model of the settings is not among them."""
        names = self._offered(Deadline(seconds))
        if self._name is not None and self._name not in names:
            raise ModelRefused(
                f"{self._base} offers no model {self._name}, but {', '.join(names)}. Name one of "
                "them: SOUNDINGS_LLM_MODEL"
            )
        return names

    def _offered(self, deadline: Deadline) -> list[str]:
        names = [str(row["id"]) for row in self._rows(deadline)]
        if not names:
            raise ModelFailed(f"{self._base} lists no model. Name one: SOUNDINGS_LLM_MODEL")
        return names

    def _rows(self, deadline: Deadline) -> list[dict[str, Any]]:
        """The models that the service lists, as it tells of them."""
        answer = self._within(deadline, lambda put: self._list(put, deadline))
        rows = answer.get("data") if isinstance(answer, dict) else None
        rows = rows if isinstance(rows, list) else []
        return [row for row in rows if isinstance(row, dict) and "id" in row]

    def _list(self, put: Put, deadline: Deadline) -> None:
        response = self._client.get(f"{self._base}/models", timeout=_timeout(deadline))
        if response.status_code != 200:
            raise self._refusal(response, response.content)
        put(response.json())

    def _other(self, path: str, put: Put, deadline: Deadline) -> None:
        """What the service says elsewhere than in the interface that all have."""
        root = self._base.removesuffix("/v1")
        response = self._client.get(f"{root}{path}", timeout=_timeout(deadline))
        put(response.json() if response.status_code == 200 else None)

    def _once(self, body: Mapping[str, Any], deadline: Deadline) -> Iterator[Piece]:
        """One request. Raises ReplyCut where the reply has no end."""
        ended = False

        def ask(put: Put) -> None:
            url = f"{self._base}/chat/completions"
            with self._client.stream("POST", url, json=body, timeout=_timeout(deadline)) as reply:
                if reply.status_code != 200:
                    raise self._refusal(reply, _some(reply))
                for piece in pieces_of(reply.headers.get("content-type", ""), _limited(reply)):
                    put(piece)

        for piece in self._items(deadline, ask):
            assert isinstance(piece, Piece)
            ended = ended or piece.finish is not None
            yield piece
        if not ended:
            raise ReplyCut("the reply broke off in the middle")

    def _within(self, deadline: Deadline, work: Callable[[Put], None]) -> Any:
        return next(self._items(deadline, work), None)

    def _items(self, deadline: Deadline, work: Callable[[Put], None]) -> Iterator[Any]:
        """What `work` puts, in time, with its errors as ours."""
        try:
            yield from in_time(deadline, work, self._base)
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as exc:
            raise self._translated(exc, deadline) from exc

    def _translated(self, exc: Exception, deadline: Deadline) -> Exception:
        """An error of httpx's as ours."""
        if isinstance(exc, (httpx.ConnectError, httpx.ConnectTimeout, httpx.UnsupportedProtocol)):
            said = self.hush(str(exc)) or type(exc).__name__
            return ModelUnreachable(
                f"nobody answers at {self._base}: {said}. Is the service running?"
            )
        if isinstance(exc, httpx.TimeoutException):
            return late(deadline, self._base)
        if isinstance(exc, httpx.HTTPError):
            return ReplyCut("the connection was cut in the middle of the reply")
        if isinstance(exc, ValueError):
            return ModelFailed(f"{self._base} sent what is no reply (not JSON)")
        return exc

    def _refusal(self, response: httpx.Response, body: bytes) -> ModelError:
        """What a status other than 200 means."""
        status, said = response.status_code, self.hush(reason_of(body))
        told = f"{self._base} says {status}" + (f": {said}" if said else "")
        low = said.lower()
        if status in (401, 403):  # what such a reply says may hold a part of the key
            return ModelRefused(f"{self._base} says {status}: check SOUNDINGS_LLM_KEY")
        if status == 429:
            return ModelBusy(told, wait=_retry_after(response.headers.get("retry-after", "")))
        if status in (400, 413, 422, 500) and ("context" in low or "too long" in low):
            return PromptTooLong(told)
        if status in (400, 415, 422, 501):
            parameter = next((n for n in OTHERWISE if n in low and n not in self._otherwise), None)
            if parameter is not None or self._form + 1 < len(FORMS):
                return FormRefused(told, parameter=parameter)
        if status >= 500:
            return ModelFailed(told, wait=PAUSE)
        if status == 404:
            return ModelRefused(f"{told}. Check SOUNDINGS_LLM and SOUNDINGS_LLM_MODEL")
        return ModelRefused(told)


def _response_format(form: str, schema: Mapping[str, Any] | None) -> dict[str, Any]:
    if schema is None or form == "text":
        return {}
    if form == "json_object":
        return {"response_format": {"type": form}}
    named = {"name": "reply", "strict": True, "schema": schema}
    return {"response_format": {"type": form, "json_schema": named}}


def _timeout(deadline: Deadline) -> httpx.Timeout:
    left = max(deadline.left(), 0.001)
    return httpx.Timeout(left, connect=min(left, CONNECT_SECONDS))


def _limited(response: httpx.Response) -> Iterator[bytes]:
    """The body, which may not grow without end."""
    size = 0
    for chunk in response.iter_bytes():
        size += len(chunk)
        if size > LARGEST_REPLY:
            raise ModelFailed("the reply does not end")
        yield chunk


def _some(response: httpx.Response) -> bytes:
    return b"".join(_limited(response))[:100_000]


def _retry_after(value: str) -> float:
    """Seconds to wait (RFC 9110, 10.2.3: a number of seconds, or a date); PAUSE for neither."""
    try:
        return max(0.0, float(value))
    except ValueError:
        pass
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - time.time())
    except (ValueError, TypeError):
        return PAUSE
