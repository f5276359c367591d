"""How this program cuts, for LlamaIndex: a node parser whose nodes are passages.

An `IngestionPipeline` of it and of `vectorstore.search.embedding.SoundingsEmbedding` makes the same
passages and vectors as `soundings ingest`, into any vector store of that ecosystem; either can be
exchanged for another.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from llama_index.core.node_parser import NodeParser
from llama_index.core.schema import (
    BaseNode,
    Document,
    MetadataMode,
    NodeRelationship,
    TextNode,
)
from pydantic import PrivateAttr

from ingest.cutting.segment import passages
from ingest.documents import Details
from ingest.errors import UnreadableFile
from ingest.readers.text.plain import read_markdown, read_text
from ingest.settings import IngestSettings
from vectorstore.library.context import place_above

PLACE = "place"  # the one of the metadata that is encoded: title and headings, before the words


class SoundingsNodeParser(NodeParser):
    """Cuts documents, Markdown or `plain` text, into passages of at most `passage_characters`.

    `document.text[node.start_char_idx:node.end_char_idx]` is a node's text, to the letter. Its
    metadata are the document's, with `title` (its own, that of its front matter, or its first
    heading), `heading` (the path), and `sentences`: start, end and kind of each, offsets in the
    document. A document without words has no nodes.
    """

    plain: bool = False
    _settings: IngestSettings = PrivateAttr()

    def __init__(self, *, plain: bool = False, passage_characters: int | None = None, **rest: Any):
        super().__init__(plain=plain, **rest)
        given = {} if passage_characters is None else {"passage_characters": passage_characters}
        self._settings = IngestSettings(**given)

    def _parse_nodes(
        self, nodes: Sequence[BaseNode], show_progress: bool = False, **_: Any
    ) -> list[BaseNode]:
        return [node for document in nodes for node in self._cut(document)]

    def _postprocess_parsed_nodes(
        self, nodes: list[BaseNode], parent_doc_map: dict[str, Document]
    ) -> list[BaseNode]:
        # Offsets and metadata are exact as they are: the base class would look the text up again.
        return nodes

    def _cut(self, node: BaseNode) -> list[BaseNode]:
        text = node.get_content(MetadataMode.NONE)
        read = read_text if self.plain else read_markdown
        try:
            (document,) = read(Path(node.node_id), text, "")
        except UnreadableFile:  # it holds no words
            return []
        title = Details.of(node.metadata).over(document.details).title or ""
        made: list[BaseNode] = []
        for passage in passages(document, self._settings):
            own = {
                "title": title,
                "heading": passage.heading,
                PLACE: place_above(title, passage.heading),
                "sentences": [[s.start, s.end, s.kind] for s in passage.sentences],
            }
            metadata = {**node.metadata, **own}
            hidden = [name for name in metadata if name != PLACE]
            made.append(
                TextNode(
                    id_=f"{node.node_id}:{passage.id}",
                    text=text[passage.start : passage.end],
                    start_char_idx=passage.start,
                    end_char_idx=passage.end,
                    metadata=metadata,
                    excluded_embed_metadata_keys=hidden,
                    excluded_llm_metadata_keys=hidden,
                    metadata_template="{value}",
                    text_template="{metadata_str}\n{content}",
                    relationships={NodeRelationship.SOURCE: node.as_related_node_info()},
                )
            )
        return made
