"""One measuring of discussion packs: topics through the maker, each pack measured and kept."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from assistant import Engine
from assistant.errors import TopicNotHeld
from assistant.packs import PackMaker, PackRequest
from assistant.packs.making.timing import prompts_for
from eval.errors import GoldError, RunError
from eval.suite.gates import Gates, Verdict, shortfalls
from eval.suite.packs.measures import PACK_METRICS, Measured, measure_pack
from eval.suite.report.summary import shown, verdict_line
from eval.suite.scoring.intervals import Score, Tally, bootstrap, wilson

TOPICS = Path(__file__).resolve().parents[2] / "packs_topics.yaml"
Progress = Callable[[int, int], None]


class Topics(BaseModel):
    """Topics to make packs on, and topics that are to be declined."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    held: tuple[str, ...] = Field(min_length=1)
    not_held: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PackRun:
    """Packs on a set of topics over one library, measured."""

    library: str
    settings: Mapping[str, Any]
    measured: tuple[Measured, ...]
    metrics: Mapping[str, Score]

    def to_json(self) -> dict[str, Any]:
        return {
            "library": self.library,
            "settings": dict(self.settings),
            "topics": len(self.measured),
            "metrics": {name: score.to_json() for name, score in self.metrics.items()},
        }


def load_topics(file: Path = TOPICS) -> Topics:
    """Read topics (YAML: `held`, `not_held`). Raises GoldError for a file that is none."""
    try:
        return Topics(**yaml.safe_load(file.read_text(encoding="utf-8")))
    except (OSError, yaml.YAMLError, TypeError, ValidationError, UnicodeDecodeError) as exc:
        raise GoldError(f"cannot read the topics in {file}: {exc}") from exc


def run_packs(
    engine: Engine,
    topics: Topics,
    *,
    prompts: int = 4,
    minutes: int = 40,
    seed: int = 0,
    progress: Progress = lambda done, total: None,
) -> PackRun:
    """Make a pack on every topic and measure it."""
    maker = PackMaker(engine)
    total = len(topics.held) + len(topics.not_held)
    measured: list[Measured] = []
    for topic in (*topics.held, *topics.not_held):
        progress(len(measured), total)
        request = PackRequest(topic=topic, prompts=prompts, minutes=minutes, seed=seed)
        measured.append(_one(maker, engine, request, held=topic in topics.held))
    progress(total, total)
    return PackRun(
        library=engine.store.library.fingerprint,
        settings={"prompts": prompts, "minutes": minutes, "seed": seed},
        measured=tuple(measured),
        metrics=_scores(measured),
    )


def _one(maker: PackMaker, engine: Engine, request: PackRequest, *, held: bool) -> Measured:
    try:
        pack = maker.make(request)
    except TopicNotHeld as exc:
        wanted = prompts_for(request.minutes, request.prompts)
        tally = Tally(total=0, n=wanted) if held else Tally(total=float(bool(exc.nearest)))
        tallies = {"packs_whole" if held else "declined": tally}
        return Measured(topic=request.topic, pack=None, why=str(exc), tallies=tallies)
    tallies = measure_pack(pack, engine) if held else {"declined": Tally(total=0.0)}
    return Measured(topic=request.topic, pack=pack.to_json(), why=None, tallies=tallies)


def _scores(measured: Sequence[Measured]) -> dict[str, Score]:
    scores = {}
    for name, metric in PACK_METRICS.items():
        tallies = [one.tallies[name] for one in measured if name in one.tallies]
        make = wilson if metric.interval == "wilson" else bootstrap
        scores[name] = make(name, tallies)
    return scores


def judge_packs(run: PackRun, gates: Gates, file: Path) -> Verdict:
    """Hold a run against gates; what they name are topics, worst first."""
    held = shortfalls(run.metrics, gates, lambda metric: _worst(run, metric))
    return Verdict(file=file.name, checked=len(gates.floor) + len(gates.ceiling), held=tuple(held))


def _worst(run: PackRun, metric: str) -> tuple[str, ...]:
    shares = [
        (tally.total / tally.n, one.topic)
        for one in run.measured
        if (tally := one.tallies.get(metric)) is not None and tally.n
    ]
    return tuple(topic for share, topic in sorted(shares) if share < 1)[:6]


def pack_lines(run: PackRun, verdict: Verdict | None) -> Iterator[str]:
    """The run for a terminal."""
    yield f"{len(run.measured)} topics, library {run.library[:12]}"
    yield ""
    for name, score in run.metrics.items():
        metric = PACK_METRICS[name]
        yield f"  {metric.title:28} {shown(score, 1 if metric.unit else 3)}"
    yield ""
    for one in run.measured:
        if one.why and "packs_whole" in one.tallies:
            yield f"  no pack on “{one.topic}”: {one.why}"
        elif one.pack and "declined" in one.tallies:
            yield f"  not declined: “{one.topic}”"
    yield f"{verdict_line(verdict)}."
    for held in verdict.held if verdict else ():
        yield f"  - {held.why}"
        if held.questions:
            yield f"    see: {', '.join(held.questions)}"


def write_packs(folder: Path, run: PackRun, verdict: Verdict | None) -> None:
    """Write `metrics.json` and `packs.jsonl`. Raises RunError where the disk refuses."""
    summary = {**run.to_json(), "verdict": verdict.to_json() if verdict else None}
    lines = [
        {
            "topic": one.topic,
            "pack": one.pack,
            "why": one.why,
            "tallies": {n: [t.total, t.n] for n, t in one.tallies.items()},
        }
        for one in run.measured
    ]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        text = json.dumps(summary, ensure_ascii=False, indent=2) + "\n"
        (folder / "metrics.json").write_text(text, encoding="utf-8", newline="\n")
        text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
        (folder / "packs.jsonl").write_text(text, encoding="utf-8", newline="\n")
    except OSError as exc:
        raise RunError(f"cannot write the packs to {folder}: {exc}") from exc
