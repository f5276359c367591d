"""The reranker's slot: any cross-encoder, or anything else that scores passages."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.made import saved, tiny_model
from vectorstore import (
    RerankerUnavailable,
    Settings,
    Store,
    StoreSettings,
    Table,
    load_settings,
    open_store,
)
from vectorstore.search.reranker import RERANKED, CrossEncoderReranker, open_reranker


class Shortest:
    """Prefers short passages; remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, int]] = []

    def score(self, query: str, passages: Sequence[str]) -> list[float]:
        self.asked.append((query, len(passages)))
        return [1.0 / len(passage) for passage in passages]


def cross_encoder(folder: Path, outputs: int) -> Path:
    """A tiny cross-encoder with random weights, in the built-in model's vocabulary."""
    shape = {"num_labels": outputs, "initializer_range": 0.5}
    return saved(tiny_model("BertForSequenceClassification", 7, **shape), folder)


def reranked_by(name: str, home: Path) -> Settings:
    """The settings of a home whose hits this model reorders."""
    kinds: dict[str, type[Table]] = {"vectorstore": StoreSettings}
    return load_settings(kinds, home=str(home), environ={"SOUNDINGS_RERANKER": name})


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return cross_encoder(tmp_path_factory.mktemp("reranker"), outputs=1)


def test_hits_come_in_the_order_of_the_reranker(shelf: Any) -> None:
    scripted = Shortest()
    store = Store(shelf.home, shelf.library, shelf.encoder, print, reranker=scripted)
    hits = store.searcher.search("boat", 3).hits
    assert scripted.asked == [("boat", 4)]
    assert [len(h.passage.text) for h in hits] == sorted(
        len(h.passage.text) for h in shelf.store().searcher.search("boat", 4).hits
    )[:3]
    assert [hit.rank for hit in hits] == [1, 2, 3]
    assert hits[0].score == 1.0 / len(hits[0].passage.text)


def test_only_the_best_are_looked_at_again_and_the_rest_stay_behind(empty_shelf: Any) -> None:
    empty_shelf.change(boats="\n\n".join(f"Boat number {n}{'.' * n}" for n in range(40)))
    plain = empty_shelf.store().searcher.search("boat", 40).hits
    scripted = Shortest()
    store = Store(empty_shelf.home, empty_shelf.library, empty_shelf.encoder, print)
    store.searcher.reranker = scripted
    hits = store.searcher.search("boat", 40).hits
    assert scripted.asked == [("boat", RERANKED)]
    assert {h.passage.id for h in hits[:RERANKED]} == {h.passage.id for h in plain[:RERANKED]}
    assert [h.passage.id for h in hits[RERANKED:]] == [h.passage.id for h in plain[RERANKED:]]
    assert [h.score for h in hits] == sorted((h.score for h in hits), reverse=True)


def test_a_cross_encoder_from_a_folder_scores_between_0_and_1(model: Path) -> None:
    reranker = CrossEncoderReranker(str(model))
    scores = reranker.score("a red boat", ["The red boat.", "An oak grows.", "Fog."])
    assert len(set(scores)) == 3
    assert all(0.0 < score < 1.0 for score in scores)
    assert scores == reranker.score("a red boat", ["The red boat.", "An oak grows.", "Fog."])
    assert reranker.score("a red boat", []) == []


def test_the_setting_puts_it_to_work(starter_home: Path, model: Path) -> None:
    store = open_store(reranked_by(str(model), starter_home))
    hits = store.searcher.search("Who leads the commissioners?", 5).hits
    again = CrossEncoderReranker(str(model)).score(
        "Who leads the commissioners?", [hit.passage.text for hit in hits]
    )
    assert [hit.score for hit in hits] == pytest.approx(again, abs=1e-5)
    assert again == sorted(again, reverse=True)


def test_a_model_that_is_not_there_is_refused_with_its_cure(starter_home: Path) -> None:
    with pytest.raises(RerankerUnavailable, match=r"neither a folder nor a model.*RERANKER"):
        open_store(reranked_by("nobody/nothing", starter_home))


def test_a_folder_without_a_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RerankerUnavailable, match=r"config\.json is missing"):
        CrossEncoderReranker(str(tmp_path))


def test_a_classifier_with_several_outputs_is_no_reranker(tmp_path: Path) -> None:
    reranker = CrossEncoderReranker(str(cross_encoder(tmp_path, outputs=3)))
    with pytest.raises(RerankerUnavailable, match="gives 3 values"):
        reranker.score("a", ["b"])


def test_none_is_none() -> None:
    assert open_reranker("none", print) is None
    assert open_reranker("", print) is None
