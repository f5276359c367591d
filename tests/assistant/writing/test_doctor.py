"""What the doctor finds of the models that answering may use."""

from pathlib import Path

from assistant.answering.doctor import examine
from tests.assistant.writing.conftest import Service
from tests.conftest import settings_of


def found(home: Path, **settings: str) -> dict[str, tuple[bool, str]]:
    listed = examine(settings_of(home, {f"SOUNDINGS_{k.upper()}": v for k, v in settings.items()}))
    return {finding.name: (finding.well, finding.found) for finding in listed}


def test_nothing_asked_for_is_nothing_amiss(tmp_path: Path) -> None:
    seen = found(tmp_path, reader="none")
    assert set(seen.values()) == {(True, "none asked for")}


def test_a_service_is_asked_what_it_offers(tmp_path: Path, service: Service) -> None:
    assert found(tmp_path, llm=service.address)["language model"] == (
        True,
        f"{service.address} offers listed-first, other",
    )
    well, why = found(tmp_path, llm=service.address, llm_model="third")["language model"]
    assert not well and "offers no model third" in why and "listed-first" in why


def test_a_service_that_is_not_there_and_files_that_are_no_models(tmp_path: Path) -> None:
    (tmp_path / "x.gguf").write_bytes(b"text")
    well, why = found(tmp_path, llm="http://127.0.0.1:9/v1")["language model"]
    assert not well and "127.0.0.1:9" in why
    assert not found(tmp_path, llm=f"gguf:{tmp_path / 'x.gguf'}")["language model"][0]
    assert not found(tmp_path, reader=str(tmp_path / "none"))["reader"][0]
    assert not found(tmp_path, nli=str(tmp_path / "none"))["entailment model"][0]
