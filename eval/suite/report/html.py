"""The report of a run: one HTML file that loads nothing, runs no script and prints well."""

from collections.abc import Iterable, Mapping, Sequence
from importlib import resources

from eval.authoring.judges import Agreement
from eval.suite.gates import Verdict
from eval.suite.report.in_source import TextOf, in_sources
from eval.suite.report.plots import intervals_plot, reliability_plot
from eval.suite.report.summary import KEY_FIGURES, figure, reasons, right_line, verdict_line
from eval.suite.runs import Run
from eval.suite.scoring.answered import Answered
from eval.suite.scoring.definitions import METRICS
from eval.suite.scoring.intervals import Score
from eval.suite.scoring.metrics import kind_matrix
from eval.suite.scoring.results import Result
from web.look.markup import Attributes, Html, element, join

GROUPS = {
    "kind": "Right answers by kind",
    "source": "Right answers by source of the evidence",
    "difficulty": "Right answers by difficulty",
    "audience": "Right answers by audience",
    "split": "Right answers by split (settings are fitted on “tune” alone)",
}
SIGNS = {"answered": "●", "partial": "◐", "withheld": "○"}


def page(title: str, *body: str) -> str:
    """A whole HTML document around a body. Nothing from elsewhere is allowed to load."""
    css = resources.files("eval").joinpath("static", "report.css").read_text("utf-8")
    head = element(
        "head",
        Html('<meta charset="utf-8">'),
        Html(
            '<meta http-equiv="Content-Security-Policy" '
            "content=\"default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; "
            "form-action 'none'\">"
        ),
        Html('<meta name="viewport" content="width=device-width, initial-scale=1">'),
        element("title", title),
        Html(f"<style>{css}</style>"),
    )
    return f"<!doctype html>\n{element('html', head, element('body', *body), lang='en')}\n"


def run_page(
    run: Run, verdict: Verdict | None, text_of: TextOf, judges: Sequence[Agreement] = ()
) -> str:
    """`report.html`. `text_of` gives a source's text by its id; `judges` are shown, no more."""
    wrong = [result for result in run.results if not result.right]
    right = [result for result in run.results if result.right]
    return page(
        f"Grounding suite: {verdict_line(verdict)}",
        element("a", "To the questions", href="#questions", class_="skip"),
        element("h1", "Grounding suite"),
        element("main", *_main(run, verdict, wrong, right, text_of), *_judges(judges)),
    )


def _main(
    run: Run,
    verdict: Verdict | None,
    wrong: Sequence[Result],
    right: Sequence[Result],
    text_of: TextOf,
) -> Iterable[Html]:
    yield _verdict(run, verdict)
    yield element("h2", "The figures that decide")
    yield key_figures(run)
    yield element("div", *plots(run), class_="plots")
    yield element("h2", "Every figure")
    yield element("div", _figures(run), class_="wide")
    yield element("h2", f"Questions that were not answered rightly ({len(wrong)})", id="questions")
    yield join(_question(run, result, text_of) for result in wrong)
    yield element("h2", f"Questions that were answered rightly ({len(right)})")
    yield join(_question(run, result, text_of) for result in right)
    yield element("h2", "What shaped this run")
    yield _shaped(run)


def _judges(judges: Sequence[Agreement]) -> Iterable[Html]:
    """How far others' verdicts agree with "right"; what they say decides nothing here."""
    if not judges:
        return
    yield element("h2", "Other judges, for comparison only")
    for one in judges:
        share = one.agreement.value
        said = "no data" if share is None else f"agrees on {share:.2f} of {one.agreement.n}"
        kappa = "" if one.kappa is None else f", kappa {one.kappa:.2f}"
        unknown = f", {one.unknown} verdicts unknown" if one.unknown else ""
        differ = element("span", *_links(one.differ)) if one.differ else ""
        yield element("p", f"{one.judge}: {said}{kappa}{unknown}.", differ)


def _verdict(run: Run, verdict: Verdict | None) -> Html:
    state = "" if verdict is None else (" well" if verdict.passes else " held")
    sign = "" if verdict is None else ("✓ " if verdict.passes else "✗ ")
    held = [
        element("li", one.why, *_links(one.questions)) for one in (verdict.held if verdict else ())
    ]
    return element(
        "section",
        element("p", element("strong", sign + verdict_line(verdict))),
        element("ul", *held) if held else "",
        element(
            "p",
            f"{right_line(run)} {run.gold['n']} gold questions over {len(run.sources)} sources.",
            class_="quiet",
        ),
        class_=f"verdict{state}",
        aria_label="Verdict",
    )


def _links(ids: Sequence[str]) -> Iterable[Html | str]:
    for place, id in enumerate(ids):
        yield " See: " if place == 0 else ", "
        yield element("a", id, href=f"#{anchor(id)}")


def anchor(id: str) -> str:
    """The id of a question's part of the page; inside its details, so that a link opens them."""
    return "q-" + "".join(c if c.isalnum() else "-" for c in id)


def key_figures(run: Run) -> Html:
    """The figures that decide, each a dot with its interval."""
    rows = [(METRICS[name].title, run.metrics[name]) for name in KEY_FIGURES]
    return intervals_plot("Key figures with 95 % intervals", rows)


def plots(run: Run) -> Iterable[Html]:
    """Outcomes, kinds of turn, reliability, search, and right answers by what tags say."""
    yield _section("Outcomes: wanted (down), given (across)", _matrix(run.outcomes), scrolls=True)
    if kinds := kind_matrix(run.results):
        yield _section(
            "Kinds of turn: wanted (down), taken for (across)", _matrix(kinds), scrolls=True
        )
    yield _section("Reliability: does confidence keep its word?", reliability_plot(run.reliability))
    recall = [(name, score) for name, score in run.metrics.items() if name.startswith("recall@")]
    yield _section("Search: evidence among the first k", intervals_plot("Recall by k", recall))
    for group, title in GROUPS.items():
        rows = [(value, scores["right"]) for value, scores in run.slices.get(group, {}).items()]
        if len(rows) > 1:
            yield _section(title, intervals_plot(title, rows))


def _section(title: str, content: Html, *, scrolls: bool = False) -> Html:
    """A plot under its title; one that may be wider than a phone is reached by the keyboard."""
    region: Attributes = {"tabindex": 0, "role": "region", "aria_label": title} if scrolls else {}
    shown = element("div", content, class_="wide", **region)
    return element("section", element("h3", title), shown)


def _matrix(matrix: Mapping[str, Mapping[str, int]]) -> Html:
    given = list(next(iter(matrix.values())))
    head = element("tr", element("td"), *(element("th", name, scope="col") for name in given))
    rows = []
    for wanted, counts in matrix.items():
        total = sum(counts.values())
        cells = [
            element(
                "td",
                str(count),
                class_="same" if name == wanted else None,
                style=f"background: rgb(var(--cell) / {0.45 * count / total if total else 0:.2f})",
            )
            for name, count in counts.items()
        ]
        rows.append(element("tr", element("th", wanted, scope="row"), *cells))
    return element("table", head, *rows, class_="matrix")


def _figures(run: Run) -> Html:
    names = ("metric", "value, 95 % interval, n", "what it is")
    head = element("tr", *(element("th", name, scope="col") for name in names))
    rows = [
        element(
            "tr",
            element("th", METRICS[name].title, scope="row"),
            element("td", figure(score), class_="n"),
            element("td", METRICS[name].definition),
        )
        for name, score in run.metrics.items()
    ]
    times = [
        element(
            "tr",
            element("th", f"Time: {name.removeprefix('ms_')}", scope="row"),
            element("td", _milliseconds(Score(metric=name, **score)), class_="n"),
            element("td", "Milliseconds a question, mean."),
        )
        for name, score in run.timings.get("metrics", {}).items()
    ]
    return element("table", head, *rows, *times)


def _milliseconds(score: Score) -> str:
    return "no data" if score.value is None else f"{score.value:.1f} ms (n={score.n})"


def _question(run: Run, result: Result, text_of: TextOf) -> Html:
    gold, answer = result.target.gold, result.answer
    why = "; ".join(reasons(result))
    summary = element(
        "summary",
        element("span", "✓" if result.right else "✗", class_="sign", aria_hidden="true"),
        element("span", "right: " if result.right else "wrong: ", class_="tag"),
        gold.question,
        element("span", f" {gold.id}{' — ' if why else ''}{why}", class_="tag"),
    )
    turns = [element("p", f"{role}: {text}", class_="quiet") for role, text in gold.history]
    body = element(
        "div",
        *turns,
        element("h3", "Wanted"),
        element("p", wanted(result)),
        element("h3", "Given"),
        given(answer),
        element("h3", "In the sources"),
        legend(),
        in_sources(result.target, [answer], dict(run.sources), text_of),
        element("details", element("summary", "Trace"), trace(result)),
        id=anchor(gold.id),
    )
    kind = "right" if result.right else "wrong"
    return element("details", summary, body, class_=f"question {kind}")


def legend() -> Html:
    return element(
        "p",
        element("mark", "Cited by the answer"),
        ", ",
        element("span", "evidence of the gold question", class_="gold"),
        ".",
        class_="tag",
    )


def wanted(result: Result) -> str:
    """What the gold question wants, in a sentence."""
    gold = result.target.gold
    facts = "; ".join(" or ".join(f"“{form}”" for form in fact) for fact in gold.facts)
    missing = f" It should say that this is missing: {gold.missing}." if gold.missing else ""
    return f"{gold.outcome.capitalize()}{f', stating {facts}' if facts else ''}.{missing}"


def given(answer: Answered) -> Html:
    """An answer as it was shown, with its outcome."""
    if answer.error is not None:
        return element("div", f"Failed: {answer.error}", class_="answer")
    sign = SIGNS.get(answer.outcome or "", "")
    confidence = "" if answer.confidence is None else f", confidence {answer.confidence:.2f}"
    reason = f" ({answer.reason})" if answer.reason else ""
    return join(
        [
            element("p", f"{sign} {answer.outcome}{reason}{confidence}"),
            element("div", answer.text, class_="answer"),
        ]
    )


def trace(result: Result) -> Html:
    """The way from question to answer: standalone question, hits, statements, what was dropped,
    and every metric's part."""
    answer = result.answer
    evidence = frozenset().union(*result.target.passages)
    hits = [
        element(
            "li",
            f"{hit.span.source} {hit.span.start}-{hit.span.end}",
            element("strong", " holds evidence") if hit.passage in evidence else "",
        )
        for hit in answer.search
    ]
    statements = [
        element("li", f"{s.text} {list(s.markers)}", class_="said") for s in answer.statements
    ]
    dropped = [element("li", f"{text} — {why}") for text, why in answer.dropped]
    scores = ", ".join(f"{name} {result.value(name):.2f}" for name in sorted(result.scores))
    parts = [element("p", f"Read as: {answer.standalone_question}")]
    for title, tag, items in (
        ("Found", "ol", hits),
        ("Statements", "ul", statements),
        ("Dropped by the gate", "ul", dropped),
    ):
        if items:
            parts += [element("h4", title), element(tag, *items)]
    return join([*parts, element("p", scores, class_="tag")])


def _shaped(run: Run) -> Html:
    shaped = {
        "gold": f"{', '.join(run.gold['files'])} (digest {run.gold['digest']})",
        "library": run.library,
        **run.settings,
        **run.versions,
    }
    rows = [
        element("tr", element("th", name, scope="row"), element("td", str(value)))
        for name, value in shaped.items()
    ]
    return element("div", element("table", *rows), class_="wide")
