"""The files by which it is served: they name what there is, and give away nothing."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conftest import TABLES
from vectorstore import load_settings
from web.service.watched import HEALTHZ, READYZ
from web.settings import PageSettings

DEPLOY = Path(__file__).resolve().parent.parent / "deploy"
GIVEN = {"SITE": "library.example", "POSTGRES_PASSWORD": "of-the-test", "METRICS_TOKEN": "its"}


def filled(text: str) -> str:
    """Compose's `${NAME:?}` and `${NAME:-}` with what GIVEN has."""
    return re.sub(r"\$\{(\w+):[?-]\}", lambda found: GIVEN.get(found[1], ""), text)


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    text = filled((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    found: dict[str, Any] = yaml.safe_load(text)["services"]
    return found


def test_the_settings_that_are_named_are_settings(services: dict[str, Any], tmp_path: Path) -> None:
    environ = services["app-1"]["environment"]
    ours = {name: value for name, value in environ.items() if name.startswith("SOUNDINGS_")}
    settings = load_settings(TABLES, home=str(tmp_path), environ=ours)  # raises for what is none
    page = settings.table(PageSettings)
    grace = int(services["app-1"]["stop_grace_period"].removesuffix("s"))
    assert page.stop_seconds < grace
    unit = (DEPLOY / "soundings.service").read_text(encoding="utf-8")
    assert page.stop_seconds < int(re.findall(r"TimeoutStopSec=(\d+)", unit)[0])
    for text in (unit, (DEPLOY / "Dockerfile").read_text(encoding="utf-8")):
        named = dict(re.findall(r"(SOUNDINGS_\w+)=(\S+)", text))
        assert named.pop("SOUNDINGS_HOME") and named
        named.pop("SOUNDINGS_STOP_SECONDS", None)  # a comment has it
        load_settings(TABLES, home=str(tmp_path), environ=named)


def test_both_are_the_same_and_may_do_no_more_than_they_must(services: dict[str, Any]) -> None:
    one = services["app-1"]
    assert one == services["app-2"]
    assert one["read_only"] and one["cap_drop"] == ["ALL"] and "ports" not in one
    for name in ("chroma", "postgres"):
        assert services[name]["networks"] == ["inside"] and "ports" not in services[name]


def test_the_image_is_run_by_nobody_in_particular_and_asked_whether_it_is_alive() -> None:
    last = (DEPLOY / "Dockerfile").read_text(encoding="utf-8").split("\nFROM ")[-1]
    assert re.search(r"^USER 1\d+:1\d+$", last, re.MULTILINE)
    assert HEALTHZ in last and "secret" not in last.lower()
    assert READYZ in (DEPLOY / "Caddyfile").read_text(encoding="utf-8")


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not on this machine")
def test_systemd_understands_the_unit(tmp_path: Path) -> None:
    unit = tmp_path / "soundings.service"
    text = (DEPLOY / "soundings.service").read_text(encoding="utf-8")
    unit.write_text(text.replace("/opt/soundings/bin/soundings", "/bin/true"))
    done = subprocess.run(["systemd-analyze", "verify", unit], capture_output=True, text=True)
    assert done.returncode == 0 and "soundings" not in done.stderr, done.stderr
