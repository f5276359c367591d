"""The starter store."""

import pytest

from assistant import Engine
from vectorstore import Store


@pytest.fixture(scope="session")
def starter_store(starter_engine: Engine) -> Store:
    return starter_engine.store
