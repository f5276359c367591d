"""Any integration of LlamaIndex as the language model: a scripted one, installed for the test."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from assistant import Answer, AssistantSettings
from vectorstore import Library, SettingsError, load_settings

from .conftest import KEY, reply, writer_of, written

INTEGRATION = """
from llama_index.core.base.llms.types import CompletionResponse, LLMMetadata
from llama_index.core.llms import CustomLLM


class Scripted(CustomLLM):
    model: str
    api_key: str = ""
    max_tokens: int = 0

    @property
    def metadata(self):
        return LLMMetadata(context_window=8000, model_name=self.model)

    def complete(self, prompt, formatted=False, **kwargs):
        return list(self.stream_complete(prompt))[-1]

    def stream_complete(self, prompt, formatted=False, **kwargs):
        if self.model == "broken":
            raise RuntimeError(f"no quota for {self.api_key}")
        assert "task: answer" in prompt and self.max_tokens == 1000
        text = ""
        for piece in SAID:
            text += piece
            yield CompletionResponse(text=text, delta=piece)
"""
FERRY = "The ferry made 14 crossings in May"


@pytest.fixture(autouse=True)
def integration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """`llama_index.llms.scripted`, as if a package had brought it."""
    said = reply((FERRY, [1]))
    folder = tmp_path / "llama_index" / "llms" / "scripted"
    folder.mkdir(parents=True)
    (folder / "__init__.py").write_text(f"SAID = {[said[:9], said[9:]]!r}\n{INTEGRATION}")
    monkeypatch.syspath_prepend(str(tmp_path))
    yield
    for name in [n for n in sys.modules if n.startswith("llama_index.llms")]:
        del sys.modules[name]


def asked(library: Library, extractive: Answer, llm: str) -> list[Answer]:
    table = AssistantSettings(llm=llm, llm_key=KEY, llm_check="off")  # type: ignore[arg-type]
    return list(written(writer_of(table, library), extractive))


def test_an_integration_answers_as_any_model_does(library: Library, extractive: Answer) -> None:
    answer = asked(library, extractive, "llama-index:scripted/large-1")[-1]
    assert (answer.engine, answer.answer) == ("llm", f"{FERRY} [1]")
    assert answer.to_json()["model"] == "large-1"


@pytest.mark.parametrize(
    ("llm", "said"),
    [
        ("llama-index:scripted/broken", "scripted: no quota for ****"),
        ("llama-index:absent/large", "pip install llama-index-llms-absent"),
    ],
)
def test_what_goes_wrong_with_it_is_told(
    library: Library, extractive: Answer, llm: str, said: str
) -> None:
    answer = asked(library, extractive, llm)[-1]
    assert answer.engine == "extractive"
    assert answer.written is not None and answer.written.fallback is not None
    assert said in answer.written.fallback.why
    assert KEY not in str(answer.to_json())


@pytest.mark.parametrize("llm", ["llama-index:", "llama-index:anthropic", "llama-index:a b/c"])
def test_what_names_no_integration_is_refused(tmp_path: Path, llm: str) -> None:
    environ: dict[str, Any] = {"SOUNDINGS_LLM": llm}
    with pytest.raises(SettingsError, match="llama-index:PROVIDER/MODEL"):
        load_settings({"assistant": AssistantSettings}, home=str(tmp_path), environ=environ)
