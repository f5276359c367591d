"""Readers of LlamaIndex as others write them: one fetches a site, one has only random ids."""

from typing import Any
from urllib.parse import urljoin
from urllib.request import Request, urlopen

from llama_index.core.readers.base import BaseReader
from llama_index.core.schema import Document


class SiteReader(BaseReader):
    """Loads the pages that a site lists, a line each, as Markdown."""

    def __init__(self, site: str, token: str = "") -> None:
        self.site, self.token = site, token

    def load_data(self, listed: str = "index.txt", **_: Any) -> list[Document]:
        print("looking at the site")  # as some readers do
        pages = self._get(listed).split()
        return [
            Document(text=self._get(page), id_=urljoin(self.site, page), metadata={"url": page})
            for page in pages
        ]

    def _get(self, page: str) -> str:
        request = Request(urljoin(self.site, page), headers={"X-Token": self.token})
        with urlopen(request, timeout=10) as reply:
            return str(reply.read().decode())


class RandomIds(SiteReader):
    """Leaves ids to LlamaIndex, and gives each page in two parts."""

    def load_data(self, listed: str = "index.txt", **_: Any) -> list[Document]:
        return [
            Document(text=part, metadata={"File Path": f"../../{page}", "Title": page})
            for page in self._get(listed).split()
            for part in self._get(page).split("\n\n")
        ]


class Paged(SiteReader):
    """Gives the pages of a file as LlamaIndex's reader of folders does."""

    def load_data(self, **_: Any) -> list[Document]:
        return [
            Document(
                text=f"Page {i} of the file.",
                id_=f"b/a.pdf_part_{i}",
                metadata={"file_path": "b/a.pdf"},
            )
            for i in range(2)
        ]


class Leaking(SiteReader):
    """Fails, and says what it should not."""

    def load_data(self, **_: Any) -> list[Document]:
        raise RuntimeError(f"401 for {self.site}?token={self.token}")
