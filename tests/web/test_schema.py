"""Whatever our OpenAPI document allows, and what it does not, is answered as it says: schemathesis
makes the requests, few of them here. `SCHEMA=2000` looks on for hours."""

import os

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import positive_data_acceptance

pytest_plugins = ["tests.serving"]
pytestmark = pytest.mark.slow

MANY = int(os.environ.get("SCHEMA", "4"))


@pytest.mark.parametrize("mode", list(GenerationMode), ids=str)
@pytest.mark.parametrize("path", ["/api/ask", "/api/search", "/api/pack"])
def test_the_api_does_what_it_says(
    address: str, tokens: dict[str, str], path: str, mode: GenerationMode
) -> None:
    shown = {"Authorization": f"Bearer {tokens['evaluator']}"}
    schema = schemathesis.openapi.from_url(f"{address}/api/openapi.json", headers=shown)
    replied = list[int]()

    @settings(
        max_examples=MANY if mode == GenerationMode.POSITIVE else 8 * MANY,  # which take no time
        deadline=None,
        derandomize="SCHEMA" not in os.environ,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=schema[path]["POST"].as_strategy(generation_mode=mode))
    def told(case: schemathesis.Case) -> None:
        # What fits may still say nothing: "!" is no question, which is told with 400
        reply = case.call_and_validate(
            headers=shown, timeout=300, excluded_checks=[positive_data_acceptance]
        )
        replied.append(reply.status_code)

    told()
    assert len(replied) >= MANY
    # A topic of a random text is not in the library
    assert {200, 404} & {*replied} if mode == GenerationMode.POSITIVE else 422 in replied
