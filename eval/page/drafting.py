"""Feedback, drafts and gold questions as the Evaluate tab shows them, and the form of one draft."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from assistant.keeping.feedback import Feedback, Verdict
from assistant.packs.sessions import Session
from eval.authoring.drafting import Place
from eval.authoring.drafts import WORKING, Draft
from eval.authoring.lint import Finding
from eval.gold.questions import OUTCOMES, SPLITS, GoldQuestion
from eval.page.parts import address, go, heading, post, view
from vectorstore import Source
from vectorstore.wording import in_words
from web.look.markup import Attributes, Html, element, join

KINDS = tuple(
    "who number date list definition why how comparison said multi-turn near-miss outside".split()
)
AUDIENCES = ("leader", "trainer", "evaluator")
DIFFICULTIES = ("easy", "medium", "hard")
MOST = 50  # pieces of feedback shown
_OUTCOMES = {
    "answered": "answered: the library answers all of it",
    "partial": "partial: it answers a part",
    "withheld": "withheld: it does not answer it",
    "reply": "reply: the turn asks nothing of the library, as a greeting",
}
_SPLITS = {"held": "held: to measure with", "tune": "tune: settings may be fitted on it"}


def drafts(
    feedback: Sequence[Feedback],
    sessions: Sequence[Session],
    waiting: Sequence[Draft],
    own: Sequence[GoldQuestion],
    file: Path,
    notice: str = "",
) -> Html:
    """What there is to make gold questions of, the drafts, and those that are finished."""
    return view(
        go("‹ All runs", "first"),
        heading("Gold questions written here"),
        element("p", notice, class_="notice", role="status") if notice else "",
        element(
            "div",
            post("New question", "blank", class_="second"),
            post("Draft from a passage nobody asks about", "passages", class_="second"),
            class_="row",
        ),
        element("h3", f"Drafts ({len(waiting)})"),
        _list([_draft(draft) for draft in waiting], "No draft is waiting."),
        element("h3", f"What people said of answers ({len(feedback)})"),
        _list(
            [_said(one, waiting, own) for one in feedback[:MOST]],
            "Nobody has marked an answer yet. On the Ask tab everybody can, below each answer.",
        ),
        element("h3", f"What became of discussion packs ({len(sessions)})"),
        _list(
            [_ran(one) for one in sessions[:MOST]],
            "Nobody has said yet how a session went. Trainers can, below each pack.",
        ),
        element("h3", f"Finished ({len(own)})"),
        _list(
            [element("li", go(one.question, "draft", draft=one.id)) for one in own],
            "No question is finished yet.",
        ),
        element(
            "p", "They are in ", element("code", str(file)), ", and are asked with ",
            element("code", f"soundings eval run --gold {file}"), " or from here.", class_="quiet",
        ) if own else "",
        class_="drafts",
    )  # fmt: skip


def _list(items: Sequence[Html], empty: str) -> Html:
    return element("ul", *items, class_="rows") if items else element("p", empty, class_="quiet")


def _draft(draft: Draft) -> Html:
    id = draft.record["id"]
    name = draft.record["question"] or "(no question yet)"
    return element(
        "li",
        go(name, "draft", draft=id),
        element("p", id, *([" · ", draft.notes[0]] if draft.notes else []), class_="quiet"),
        post("Throw away", "discard", draft=id),
    )


def _said(one: Feedback, waiting: Sequence[Draft], own: Sequence[GoldQuestion]) -> Html:
    id = f"marked-feedback-{one.id}"
    helpful = one.verdict is Verdict.HELPFUL
    outcome, sure = one.answer.get("outcome", ""), one.answer.get("confidence")
    sureness = "" if sure is None else f", confidence {float(sure):.2f}"
    if any(draft.record["id"] == id for draft in waiting):
        act = go("Go to its draft", "draft", draft=id)
    elif any(question.id == id for question in own):
        act = element("span", "It is a gold question.", class_="quiet")
    else:
        act = post("Make a draft", "feedback", feedback=str(one.id))
    return element(
        "li",
        element(
            "p",
            element("span", "✓ " if helpful else "✗ ", class_="gain" if helpful else "loss"),
            element("strong", str(one.verdict).capitalize()),
            f": {one.question}",
        ),
        element("p", f"“{one.reason}”") if one.reason else "",
        element("p", f"{outcome}{sureness} · {in_words(one.when[:10])}", class_="quiet"),
        act,
    )


def _ran(one: Session) -> Html:
    """What somebody said of a session, with the prompts as they were."""
    pack = one.content
    prompts = [
        element(
            "li",
            element("strong", prompt["question"]),
            " ",
            element("q", prompt["stimulus"]["text"]),
            element("span", f" {prompt['stimulus']['place']}", class_="quiet"),
        )
        for prompt in pack["prompts"]
    ]
    said = "It worked" if one.worked else "It did not work"
    facts = f"{one.who} · {in_words(one.when[:10])} · {pack['minutes']} minutes"
    return element(
        "li",
        element(
            "p",
            element("span", "✓ " if one.worked else "✗ ", class_="gain" if one.worked else "loss"),
            element("strong", said),
            f": {pack['topic']}",
        ),
        element("p", f"“{one.reason}”") if one.reason else "",
        element("p", facts, class_="quiet"),
        element("details", element("summary", "Its prompts"), element("ol", *prompts)),
    )


def draft(
    made: Draft,
    places: Sequence[Place],
    open_at: Place | None,
    lost: Sequence[str],
    findings: Sequence[Finding],
    sources: Sequence[Source],
    notice: str = "",
) -> Html:
    """The form of one draft, and beside it the source in which its evidence is marked, opened at a
    place of it."""
    record = made.record
    titles = {source.id: source.title for source in sources}
    notes = [element("li", note) for note in made.notes]
    return view(
        go("‹ Gold questions written here", "drafts"),
        heading("A gold question"),
        element("p", notice, class_="notice", role="status") if notice else "",
        _findings([*(f.what for f in findings), *lost]),
        element(
            "form",
            element("input", type="hidden", name="draft", value=record["id"]),
            element(
                "div", _wording(record), _evidence(places, titles, record), class_="side"
            ),
            _source(sources, open_at),
            element(
                "div",
                element("button", "Save the draft", type="submit", class_="second"),
                element(
                    "button",
                    "Add to the gold questions",
                    type="submit",
                    name="finish",
                    value="yes",
                    class_="primary",
                ),
                class_="row",
            ),
            data_post=address("save"),
            class_="draft",
        ),
        element("details", element("summary", "What happened then"), element("ul", *notes))
        if notes
        else "",
        class_="one-draft",
    )  # fmt: skip


def _findings(whats: Sequence[str]) -> Html:
    if not whats:
        return Html("")
    items = [element("li", f"{what[:1].upper()}{what[1:]}.") for what in whats]
    head = element("p", element("strong", "Before it can be added"))
    return element("div", head, element("ul", *items), class_="notice findings")


def _wording(record: dict[str, Any]) -> Html:
    tags = record.get("tags") or {}
    facts = "\n".join(" | ".join(str(form) for form in fact) for fact in record.get("facts") or [])
    turns = [f"{turn['role']}: {turn['content']}" for turn in record.get("history") or []]
    parts = [
        *(element("p", turn, class_="quiet") for turn in turns),
        _field("Question, in a reader's own words", _area("question", record["question"], 3)),
        element(
            "fieldset",
            element("legend", "Expected outcome"),
            *(
                element("label", _radio("outcome", name, record["outcome"]), f" {_OUTCOMES[name]}")
                for name in OUTCOMES
            ),
        ),
        _field(
            "Facts that must be stated: one a line, other forms of it after |",
            _area("facts", facts, 3),
        ),
        _field("What is missing, for a partial one", _line("missing", record.get("missing") or "")),
        element(
            "div",
            _field("Kind", _select("kind", KINDS, tags.get("kind", WORKING))),
            _field("Audience", _select("audience", AUDIENCES, tags.get("audience"))),
            _field("Difficulty", _select("difficulty", DIFFICULTIES, tags.get("difficulty"))),
            _field("Split", _select("split", SPLITS, record.get("split"), _SPLITS)),
            class_="row",
        ),
        element(
            "label",
            element(
                "input",
                type="checkbox",
                name="near_miss",
                value="yes",
                checked=bool(tags.get("near_miss")),
            ),
            " A near miss: it looks answerable and is not",
        ),
    ]
    return join(parts)


def _evidence(places: Sequence[Place], titles: dict[str, str], record: dict[str, Any]) -> Html:
    items = [evidence(place, titles.get(place.source, place.source)) for place in places]
    return element(
        "fieldset",
        element("legend", "Evidence"),
        element("ul", *items, id="ev-evidence", class_="rows"),
        element("p", "Mark the words in the source and take them.", class_="quiet"),
    )


def evidence(place: Place, title: str) -> Html:
    """One place, with what the form sends of it; the script takes it out again."""
    where: Attributes = {
        "data_place": place.source,
        "data_from": place.start,
        "data_to": place.end,
        "data_digest": place.sha256,
    }
    alone = element("input", type="checkbox", class_="alone", checked=place.alternative)
    return element(
        "li",
        element("q", place.quote, class_="gold"),
        element("p", f"{title}, {place.start}-{place.end}", class_="quiet"),
        element("label", alone, " is enough by itself"),
        element("button", "Leave out", type="button", class_="plain", data_drop=True),
        **where,
    )


def _source(sources: Sequence[Source], open_at: Place | None) -> Html:
    """The text in which words are marked: read-only, yet with a caret that the keyboard moves."""
    first = open_at.source if open_at else (sources[0].id if sources else "")
    options = [
        element("option", source.title, value=source.id, selected=source.id == first)
        for source in sources
    ]
    find = element("input", type="text", id="ev-find")
    quoted = element("p", "Opened at: ", element("q", open_at.quote)) if open_at else ""
    return element(
        "div",
        quoted,
        _field("Source", element("select", *options, id="ev-source")),
        _field("Find in it (Enter goes on to the next)", find),
        element(
            "label",
            "Its text: mark words with the mouse, or with Shift and the arrows",
            element("textarea", rows=16, readonly=True, id="ev-text", spellcheck="false"),
        ),
        element("button", "Take the marked words as evidence", type="button", id="ev-take",
                class_="second"),
        class_="side",
        data_text=address("text"),
        data_take=address("take"),
        data_open=open_at.source if open_at else None,
        data_from=open_at.start if open_at else None,
        data_to=open_at.end if open_at else None,
    )  # fmt: skip


def _field(label: str, control: Html) -> Html:
    return element("label", element("span", label), control)


def _area(name: str, value: str, rows: int) -> Html:
    return element("textarea", value, name=name, rows=rows)


def _line(name: str, value: str) -> Html:
    return element("input", type="text", name=name, value=value)


def _radio(name: str, value: str, chosen: str) -> Html:
    return element("input", type="radio", name=name, value=value, checked=value == chosen)


def _select(
    name: str, values: Sequence[str], chosen: Any, titles: dict[str, str] | None = None
) -> Html:
    offered = [*values, *([chosen] if chosen and chosen not in values else [])]
    options = [
        element("option", (titles or {}).get(v, v), value=v, selected=v == chosen) for v in offered
    ]
    return element("select", *options, name=name)
