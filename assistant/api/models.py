"""What goes in and out of the API, typed. Fields may be added; none is renamed or dropped.

The answers are made by `to_json` of the values themselves, as on the command line; these models
describe them, and a test holds the two together.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from assistant.answering.engine import QUESTION_CHARACTERS
from assistant.packs.making.maker import MOST_PROMPTS
from assistant.packs.models import (
    AUDIENCE,
    AUDIENCE_CHARACTERS,
    MINUTES,
    TOPIC_CHARACTERS,
)
from vectorstore.cli import QUERY_CHARACTERS


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _Out(BaseModel):
    """A reply; a field that is not told of here is a mistake of ours."""

    model_config = ConfigDict(extra="forbid")


class ApiTurn(_In):
    """One message of the conversation so far."""

    role: Literal["user", "assistant"]
    content: str = Field(max_length=20_000)


Sources = Annotated[
    list[Annotated[str, Field(max_length=300)]] | None,
    Field(max_length=1_000, description="ids of the sources to look in; all where left out"),
]


class AskRequest(_In):
    """A question."""

    question: str = Field(max_length=QUESTION_CHARACTERS, examples=["What is the triple aim?"])
    history: list[ApiTurn] = Field(default=[], max_length=100)
    sources: Sources = None
    standalone: str | None = Field(
        default=None,
        max_length=QUESTION_CHARACTERS,
        description="your own wording of a follow-up as it stands alone; the history adds nothing",
    )
    kind: Literal["point", "list", "overview", "comparison", "claim"] | None = Field(
        default=None, description="what it is to be answered as; told from its words if left out"
    )
    engine: Literal["extractive", "llm"] | None = Field(
        default=None, description="extractive: quotes alone, without the language model"
    )
    id: str | None = Field(default=None, max_length=200, description="given back with the answer")


class SearchRequest(_In):
    """A query."""

    query: str = Field(max_length=QUERY_CHARACTERS, examples=["conflicts of interest"])
    top_k: int = Field(default=6, ge=1, le=100)
    sources: Sources = None
    id: str | None = Field(default=None, max_length=200, description="given back with the hits")


class PackRequestBody(_In):
    """What a discussion pack is to be about and for."""

    topic: str = Field(max_length=TOPIC_CHARACTERS, examples=["clinicians as leaders"])
    prompts: int | None = Field(
        default=None, ge=1, le=MOST_PROMPTS, description="as many as the minutes hold, if left out"
    )
    minutes: int = Field(default=MINUTES, ge=1, le=1_000)
    audience: str = Field(default=AUDIENCE, min_length=1, max_length=AUDIENCE_CHARACTERS)
    seed: int = Field(default=0, ge=0, le=2**31)


class ApiError(_Out):
    """What went wrong, and what to do; `id` is the request's, under which the log speaks of it."""

    error: str
    id: str | None


class ApiCitation(_Out):
    """A marker of the answer: the source's text `[start:end]` equals `quote`, in code points."""

    marker: int
    source: str
    title: str
    source_sha256: str
    passage: str
    start: int
    end: int
    quote: str
    page: int | None
    heading: str
    shown: str
    recognized: bool


class ApiStatement(_Out):
    """One sentence of an answer, with the markers behind it."""

    text: str
    citations: list[int]
    support: float
    status: Literal["quoted", "proved", "unconfirmed"]
    side: str | None


class ApiDropped(_Out):
    text: str
    why: str


class ApiHit(_Out):
    """A passage that was found, best first."""

    rank: int
    score: float
    source: str
    passage: str
    start: int
    end: int
    heading: str
    text: str


class ApiTokens(_Out):
    prompt: int | None
    completion: int | None


class ApiFallback(_Out):
    whole: bool
    why: str
    replaced: int
    left_out: int


class ApiAnswer(_Out):
    """An answer. `model`, `prompt`, `tokens`, `cached`, `checked` and
    `fallback` are there where a language
    model was asked."""

    id: str | None
    question: str
    standalone_question: str
    outcome: Literal["answered", "partial", "withheld", "reply"]
    reason: str | None
    missing: str | None
    kind: str
    verdict: str | None
    note: str | None
    confidence: float | None = Field(ge=0, le=1)
    engine: str
    reader: str
    model: str | None = None
    prompt: str | None = None
    tokens: ApiTokens | None = None
    cached: bool | None = None
    checked: bool | None = None
    fallback: ApiFallback | None = None
    answer: str
    statements: list[ApiStatement]
    citations: list[ApiCitation]
    dropped: list[ApiDropped]
    hits: list[ApiHit]
    library: str
    timings_ms: dict[str, float]


class ApiHits(_Out):
    id: str | None
    hits: list[ApiHit]


class ApiQuoted(_Out):
    text: str
    citations: list[int]
    said_by: str | None
    reports: str | None
    place: str


class ApiNote(_Out):
    """A facilitator's note in a model's words, with the markers that it stands on."""

    text: str
    citations: list[int]
    support: float


class ApiTimed(_Out):
    text: str
    minutes: int


class ApiPrompt(_Out):
    kind: str
    name: str
    question: str
    minutes: int
    way: str
    method: str
    steps: list[ApiTimed]
    quiet: str
    loud: str
    stimulus: ApiQuoted
    why: str
    probes: list[str]
    asked: str
    points: list[ApiQuoted]
    tension: ApiQuoted | None
    worded_by: Literal["rules", "model", "person"]
    run_by: Literal["rules", "model"]
    fallback: str | None
    notes: list[ApiNote]


class ApiRun(_Out):
    """A line of the run sheet: what the facilitator does from minute `at` on."""

    at: int
    minutes: int
    part: str
    do: str


class ApiPack(_Out):
    """A discussion pack."""

    topic: str
    title: str
    purpose: str
    audience: str
    minutes: int
    seed: int
    warm_up: ApiTimed
    prompts: list[ApiPrompt]
    closing: ApiTimed
    run_sheet: list[ApiRun]
    citations: list[ApiCitation]
    sources: list[str]
    note: str | None
    engine: Literal["extractive", "llm"]
    model: str | None
    library: str
