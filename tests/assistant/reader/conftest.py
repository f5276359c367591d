"""A reader with random weights, in the form that model hubs have, and the starter store."""

from pathlib import Path

import pytest

from assistant import Engine
from vectorstore import Store
from vectorstore.encoder import find_model


@pytest.fixture(scope="session")
def hub_reader(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny question-answering model with random weights."""
    import torch
    from transformers import AutoTokenizer, BertConfig, BertForQuestionAnswering

    folder = tmp_path_factory.mktemp("reader")
    torch.manual_seed(11)
    tokenizer = AutoTokenizer.from_pretrained(find_model("builtin"), local_files_only=True)
    config = BertConfig(
        vocab_size=len(tokenizer),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        initializer_range=0.5,
    )
    BertForQuestionAnswering(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def starter_store(starter_engine: Engine) -> Store:
    return starter_engine.store
