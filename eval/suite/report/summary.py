"""A run and a comparison in plain text, Markdown and JUnit's XML, for terminals and CI."""

from collections.abc import Iterator, Mapping, Sequence
from xml.etree import ElementTree

from eval.suite.compare import STEPS, Change, Comparison, change_of
from eval.suite.gates import Verdict
from eval.suite.runs import Run
from eval.suite.scoring.definitions import METRICS
from eval.suite.scoring.intervals import Score
from eval.suite.scoring.metrics import kind_matrix
from eval.suite.scoring.results import Result

KEY_FIGURES = (
    "right",
    "right_answerable",
    "fact_recall",
    "recall@5",
    "citation_recall",
    "statements_supported",
    "quotes_exact",
    "withheld_when_not",
)
INVARIANTS = ("completed", "quotes_exact", "statements_supported", "markers_resolved")


def verdict_line(verdict: Verdict | None, worse: Sequence[str] = ()) -> str:
    """The verdict in a few words, which agrees with the figures under it: `worse` are the metrics
    that are worse than in the run that this one is set beside."""
    if verdict is None:
        said = "No gates were asked (--gate FILE)"
    elif verdict.passes:
        said = f"May go out: all {verdict.checked} gates hold"
    else:
        said = f"Held by {len(verdict.held)} of {verdict.checked} gates"
    if not worse:
        return said
    link = ", but" if verdict is not None and verdict.passes else ";"
    named = ", ".join(METRICS[name].title for name in worse)
    are = "figure is" if len(worse) == 1 else "figures are"
    return f"{said}{link} {len(worse)} {are} worse than before: {named}"


def right_line(run: Run, before: Comparison | None = None) -> str:
    """How many answers are right, in words, and how many more or fewer than before."""
    score = run.metrics["right"]
    if score.value is None:
        return "No question was asked."
    said = f"{round(score.value * score.n)} of {score.n} right"
    if before is None:
        return f"{said}."
    gained = sum(1 if not flip.worse else -1 for flip in before.flipped)
    there = {difference.metric: difference for difference in before.differences}["right"]
    if not gained:
        return f"{said}, as many as before."
    more = f"{abs(gained)} {'more' if gained > 0 else 'fewer'} than before"
    chance = " (that may be chance)" if change_of(there) is Change.CHANCE else ""
    return f"{said}, {more}{chance}."


def figure(score: Score) -> str:
    """A metric of a run: a share of whole answers by its count first, all else as `shown`."""
    metric = METRICS[score.metric]
    if metric.interval != "wilson" or score.value is None:
        return shown(score, 1 if metric.unit else 3)
    counted = f"{round(score.value * score.n)} of {score.n}: {score.value:.3f}"
    return f"{counted} ({score.low:.3f} to {score.high:.3f})"


def shown(score: Score, digits: int) -> str:
    """A value with its interval and n: "0.471 (0.402 to 0.542, n=193)"; "no data" for None."""
    if score.value is None:
        return "no data"
    value = f"{score.value:.{digits}f}"
    if score.low is None or score.high is None:
        return f"{value} (n={score.n})"
    return f"{value} ({score.low:.{digits}f} to {score.high:.{digits}f}, n={score.n})"


def run_lines(run: Run, verdict: Verdict | None) -> Iterator[str]:
    """The run for a terminal."""
    yield f"{run.gold['n']} questions, library {run.library[:12]}"
    yield ""
    for name, score in run.metrics.items():
        yield f"  {METRICS[name].title:27} {figure(score)}"
    yield ""
    yield f"{verdict_line(verdict)}."
    for held in verdict.held if verdict else ():
        yield f"  - {held.why}"
        if held.questions:
            yield f"    see: {', '.join(held.questions[:4])}"


def run_markdown(run: Run, verdict: Verdict | None) -> str:
    """`report.md`: the verdict, the figures with their definitions, the outcomes."""
    lines = ["# Grounding suite", "", f"**{verdict_line(verdict)}.**", ""]
    for held in verdict.held if verdict else ():
        lines.append(f"- {_cell(held.why)}")
        if held.questions:
            lines.append(f"  - see {', '.join(f'`{id}`' for id in held.questions)}")
    lines += [
        "",
        f"{run.gold['n']} gold questions (digest `{run.gold['digest']}`) over the library "
        f"`{run.library[:12]}` with {len(run.sources)} sources.",
        "",
        "| metric | value | 95 % interval | n | what it is |",
        "| --- | ---: | --- | ---: | --- |",
    ]
    for name, score in run.metrics.items():
        metric = METRICS[name]
        value = "no data" if score.value is None else f"{score.value:.3f}"
        between = "" if score.low is None else f"{score.low:.3f} to {score.high:.3f}"
        lines.append(
            f"| {metric.title} | {value} | {between} | {score.n} | {_cell(metric.definition)} |"
        )
    for corner, matrix in (("given", run.outcomes), ("taken for", kind_matrix(run.results))):
        lines += _table(f"wanted \\ {corner}", matrix)
    wrong = [result for result in run.results if not result.right]
    lines += ["", f"## Not answered rightly ({len(wrong)} of {len(run.results)})", ""]
    lines += [
        f"- `{r.id}` {_cell(r.target.gold.question)} — {_cell('; '.join(reasons(r)))}"
        for r in wrong
    ]
    return "\n".join(lines) + "\n"


def _table(corner: str, matrix: Mapping[str, Mapping[str, int]]) -> Iterator[str]:
    """A matrix of counts as a table; nothing where there is none."""
    if not matrix:
        return
    names = list(next(iter(matrix.values())))
    yield from ("", f"| {corner} | " + " | ".join(names) + " |")
    yield "| --- |" + " ---: |" * len(names)
    for wanted, row in matrix.items():
        yield f"| {wanted} | " + " | ".join(str(row[name]) for name in names) + " |"


def reasons(result: Result) -> list[str]:
    """Why an answer is not right, in words; empty for one that is."""
    if result.answer.error is not None:
        return [f"asking failed: {result.answer.error}"]
    if result.right:
        return []
    wanted, given = result.target.gold.outcome, result.answer.outcome
    found = []
    if wanted != given:
        found.append(f"{given} instead of {wanted}")
    if given != "withheld" and result.target.answerable:
        if result.value("fact_recall") not in (None, 1.0):
            found.append("a fact is missing")
        if result.value("evidence_cited") == 0.0:
            found.append("no evidence is cited")
    if result.value("concise") == 0.0:
        found.append(f"{result.answer.words} words")
    return found


def run_junit(run: Run, verdict: Verdict | None) -> str:
    """`junit.xml`: a case a question, failed where it breaks an invariant and skipped, with the
    reason, where it is merely not right; and a case for the gates."""
    root = ElementTree.Element("testsuites", name="soundings")
    suite = ElementTree.SubElement(root, "testsuite", name="gold")
    failures = skipped = 0
    for result in run.results:
        kind = str(result.target.gold.tags.get("kind", "gold"))
        case = ElementTree.SubElement(suite, "testcase", classname=f"gold.{kind}", name=result.id)
        broken = broken_invariants(result)
        if broken:
            failures += 1
            _note(case, "failure", f"breaks {', '.join(broken)}", result)
        elif not result.right:
            skipped += 1
            _note(case, "skipped", "; ".join(reasons(result)), result)
    for held in verdict.held if verdict else ():
        failures += 1
        case = ElementTree.SubElement(suite, "testcase", classname="gates", name=held.gate)
        ElementTree.SubElement(case, "failure", message=_xml(held.why))
    suite.set("tests", str(len(suite)))
    suite.set("failures", str(failures))
    suite.set("skipped", str(skipped))
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def broken_invariants(result: Result) -> list[str]:
    """What may never happen to any answer, and did to this one."""
    return [name for name in INVARIANTS if result.value(name) not in (None, 1.0)]


def _note(case: ElementTree.Element, tag: str, why: str, result: Result) -> None:
    note = ElementTree.SubElement(case, tag, message=_xml(why))
    note.text = _xml(f"{result.target.gold.question}\n{result.answer.text}")


def _xml(text: str) -> str:
    """Without the characters that XML 1.0 cannot hold (section 2.2)."""
    return "".join(
        c
        for c in text
        if c in "\t\n\r" or " " <= c <= "\ud7ff" or "\ue000" <= c <= "\ufffd" or c >= "\U00010000"
    )


def _cell(text: str) -> str:
    """Text for a table's cell or a list's line: no markup of its own, no line ends."""
    flat = " ".join(text.split())
    for mark in "\\`*_[]<>|#":
        flat = flat.replace(mark, "\\" + mark)
    return flat


def comparison_lines(comparison: Comparison) -> Iterator[str]:
    """The comparison for a terminal."""
    for note in comparison.notes:
        yield f"Note: {note}."
    yield f"{comparison.n} questions; {comparison.changed} answers differ."
    for name, (a, b) in comparison.settings.items():
        yield f"  setting {name}: {a or '(none)'} → {b or '(none)'}"
    yield ""
    yield f"  {'metric':27} {'first':>8} {'second':>8} {'difference':>10}  95 % interval, p"
    for one in comparison.differences:
        if one.difference is None:
            yield f"  {METRICS[one.metric].title:27} {'no data':>8}"
            continue
        between = "" if one.low is None else f"{one.low:+.3f} to {one.high:+.3f}, p={one.p:.3f}"
        yield (
            f"  {METRICS[one.metric].title:27} {one.first:8.3f} {one.second:8.3f} "
            f"{one.difference:+10.3f}  {between}  {change_of(one)}"
        )
    worse = [flip for flip in comparison.flipped if flip.worse]
    yield ""
    yield f"{len(worse)} became wrong, {len(comparison.flipped) - len(worse)} became right."
    for flip in comparison.flipped:
        sign = "−" if flip.worse else "+"
        yield f"  {sign} {flip.id}: {flip.first.target.gold.question}"
        yield f"      first:  {_short(flip.first)}"
        yield f"      second: {_short(flip.second)}"
        yield f"      they part at: {flip.step} ({STEPS[flip.step]})"


def _short(result: Result) -> str:
    answer = result.answer
    text = " ".join((answer.error or answer.text).split())
    return f"{answer.outcome or 'failed'}: {text[:150]}{'…' if len(text) > 150 else ''}"
