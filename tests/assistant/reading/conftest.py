"""A reader with random weights, in the form that model hubs have, and the starter store."""

from pathlib import Path

import pytest

from assistant import Engine
from tests.made import saved, tiny_model
from vectorstore import Store


@pytest.fixture(scope="session")
def hub_reader(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny question-answering model with random weights."""
    folder = tmp_path_factory.mktemp("reader")
    return saved(tiny_model("BertForQuestionAnswering", 11, initializer_range=0.5), folder)


@pytest.fixture(scope="session")
def starter_store(starter_engine: Engine) -> Store:
    return starter_engine.store
