"""The indexes on a Chroma server: a collection each, named after the library that it is of.

Chroma's own client waits without end for a server that hangs, and says little of one that is not
there: so the server is asked first whether it serves, and its client's time is bounded.
"""

import contextlib
import secrets
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

import httpx
import numpy as np

from vectorstore.errors import IndexAway, IndexUnavailable
from vectorstore.index import Vectors, probe
from vectorstore.index.generation import HNSW, settings_class, translated

NAMED = "soundings-"  # then what its library is called there, and a name of its own
BATCH = 1_000  # vectors a request: a server takes bodies of up to 40 MB
SECONDS, LOOKING = 60.0, 5.0  # for a request, and for the first
_WAY = {"hnsw": {key: value for key, value in HNSW.items() if key != "batch_size"}}


class ServedIndex:
    """A collection, opened for search."""

    def __init__(self, indexes: "ServedIndexes", name: str, collection: Any) -> None:
        self.name, self.failed = name, False
        self._indexes, self._collection = indexes, collection

    def search(
        self, query: Vectors, limit: int, sources: Sequence[str] | None = None
    ) -> dict[str, float]:
        """As `OpenIndex.search`."""
        if sources is not None and not sources:
            return {}
        try:
            with self._indexes.asked(f"cannot search the index {self.name}"):
                answer = self._collection.query(
                    query_embeddings=query[np.newaxis, :],
                    n_results=limit,
                    where=None if sources is None else {"source": {"$in": list(sources)}},
                    include=["distances"],
                )
        except IndexUnavailable:
            self.failed = True
            raise
        found = zip(answer["ids"][0], answer["distances"][0], strict=True)
        return {id: 1.0 - float(distance) for id, distance in found}

    def close(self) -> None:
        """The client is everybody's."""


class ServedIndexes:
    """`Indexes` of one library on a Chroma server. Safe to use from several threads."""

    copies = False

    def __init__(
        self,
        url: str,
        *,
        tenant: str = "default_tenant",
        database: str = "default_database",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """The server is not asked before it is needed."""
        self.url, self._tenant, self._database = url.rstrip("/"), tenant, database
        self._headers = dict(headers or {})
        self._known: Any = None

    def holds(self, name: str) -> bool:
        return name.startswith(NAMED)

    def open(self, name: str) -> ServedIndex:
        client = self._client()
        with self.asked(f"cannot open the index {name}"):
            if not self.holds(name) or name not in self._names(client):
                raise IndexUnavailable(f"there is no index {name or '(none)'} at {self.url}.")
            return ServedIndex(self, name, client.get_collection(name, embedding_function=None))

    def check(self, name: str) -> str:
        client = self._client()
        self.open(name)
        return f"{name} at {self.url}, Chroma {client.get_version()}"

    def build(
        self,
        *,
        was: str,
        base: str | None,
        remove: Sequence[str],
        add: Mapping[str, str],
        vectors: Vectors,
        contents: Mapping[str, str],
    ) -> str:
        assert base is None and not remove and dict(add) == dict(contents)
        name = f"{_library_of(was)}{secrets.token_hex(6)}"
        ids, sources = list(add), list(add.values())
        client = self._client()
        with self.asked("cannot build the index"):
            collection = client.create_collection(name, embedding_function=None, configuration=_WAY)
            try:
                for start in range(0, len(ids), BATCH):
                    stop = start + BATCH
                    collection.upsert(
                        ids=ids[start:stop],
                        embeddings=np.array(vectors[start:stop]),
                        metadatas=[{"source": source} for source in sources[start:stop]],
                    )
                if (count := collection.count()) != len(ids):
                    raise IndexUnavailable(f"{len(ids)} passages were sent, and {count} are there")
                probe(ServedIndex(self, name, collection), vectors)
            except BaseException:
                with contextlib.suppress(Exception):
                    client.delete_collection(name)
                raise
        return name

    def sweep(self, keep: str, was: str) -> None:
        """What cannot be removed now is left to the next sweep."""
        with contextlib.suppress(IndexUnavailable):
            client = self._client()
            with self.asked("cannot sweep"):
                for name in self._names(client):
                    if name != keep and name.startswith(
                        _library_of(was if self.holds(was) else keep)
                    ):
                        client.delete_collection(name)

    def _names(self, client: Any) -> list[str]:
        names: list[str] = []
        while page := client.list_collections(limit=BATCH, offset=len(names)):
            names += [each.name for each in page]
        return names

    @contextlib.contextmanager
    def asked(self, what: str) -> Iterator[None]:
        """Errors of Chroma's client are ours; where the server does not answer, IndexAway."""
        try:
            with translated(what):
                yield
        except IndexAway:
            raise
        except IndexUnavailable as exc:
            causes = [exc.__cause__, getattr(exc.__cause__, "__cause__", None)]
            if any(isinstance(each, httpx.TransportError) for each in causes):
                raise self._away(exc.__cause__) from exc
            raise

    def _away(self, why: object) -> IndexAway:
        said = str(why) or type(why).__name__
        return IndexAway(
            f"the Chroma server at {self.url} does not answer ({said}). Start it, or name another: "
            "SOUNDINGS_CHROMA"
        )

    def _client(self) -> Any:
        """The client, made at first use. Raises IndexAway, and IndexUnavailable for a server of
        another version or that refuses us."""
        if self._known is None:
            self._look()
            self._known = self._connected()
        return self._known

    def _look(self) -> None:
        """Whether this is a Chroma server of our version, and answers."""
        import chromadb

        try:
            told = httpx.get(
                self.url + "/api/v2/version", headers=self._headers, timeout=LOOKING
            ).raise_for_status()
            version = str(told.json())
        except httpx.HTTPStatusError as exc:
            raise IndexUnavailable(
                f"{self.url} answers {exc.response.status_code}: is it a Chroma server, and are "
                "SOUNDINGS_CHROMA_HEADERS what it wants?"
            ) from exc
        except (httpx.HTTPError, httpx.InvalidURL) as exc:
            raise self._away(exc) from exc
        except ValueError as exc:
            raise IndexUnavailable(f"{self.url} is no Chroma server") from exc
        ours = chromadb.__version__
        if version.split(".")[0] != ours.split(".")[0]:
            raise IndexUnavailable(
                f"the Chroma server at {self.url} is version {version}, and this program speaks "
                f"to {ours.split('.')[0]}.x: run one of that"
            )

    def _connected(self) -> Any:
        import chromadb

        parts = urlsplit(self.url)
        secure = parts.scheme == "https"
        with self.asked(f"cannot connect to {self.url}"):
            client = chromadb.HttpClient(
                host=parts.hostname or "",
                port=parts.port or (443 if secure else 8000),
                ssl=secure,
                headers=self._headers,
                settings=settings_class()(anonymized_telemetry=False),
                tenant=self._tenant,
                database=self._database,
            )
            client._server._session.timeout = httpx.Timeout(SECONDS)
            return client


def _library_of(name: str) -> str:
    """The beginning that the names of a library's indexes share; a new one where it has none."""
    if name.startswith(NAMED):
        return name.rpartition("-")[0] + "-"
    return f"{NAMED}{secrets.token_hex(6)}-"
