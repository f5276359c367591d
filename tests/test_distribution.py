"""The distribution: its names belong to nobody else, and it says what it is."""

import json
import re
from collections.abc import Callable
from importlib import metadata
from pathlib import Path

from packaging.utils import canonicalize_name

from vectorstore.doctor import parts

Command = Callable[..., tuple[int, str, str]]
ROOT = Path(__file__).resolve().parent.parent

FOLDERS = ("assistant", "docs", "eval", "ingest", "prompts", "vectorstore", "web", "soundings")
OURS = "soundings-assistant"


def test_no_other_installed_distribution_owns_our_package_names() -> None:
    owners: dict[str, set[str]] = {name: set() for name in FOLDERS}
    for distribution in metadata.distributions():
        for file in distribution.files or []:
            top = file.parts[0].removesuffix(".py")
            if top in owners and file.suffix == ".py":
                owners[top].add(distribution.metadata["Name"])
    for name, found in owners.items():
        assert found <= {OURS}, f"{name} also belongs to {sorted(found - {OURS})}"


def test_it_refuses_to_be_uploaded() -> None:
    classifiers = metadata.metadata(OURS).get_all("Classifier") or []
    assert "Private :: Do Not Upload" in classifiers


def test_an_editable_installation_copies_none_of_our_files() -> None:
    """A copy beside the checkout would go stale with the next edit."""
    files = [file for file in metadata.files(OURS) or [] if file.suffix in (".py", ".pth")]
    if any(file.suffix == ".pth" for file in files):
        assert [str(file) for file in files if file.suffix == ".py"] == []


def test_no_package_that_we_need_is_under_a_licence_that_binds_us() -> None:
    """Of those that an installation with all extras resolves to, as far as they are here."""
    pinned = (ROOT / "constraints.txt").read_text("utf-8")
    named = {canonicalize_name(line.split("==")[0]) for line in pinned.splitlines()}
    here = {canonicalize_name(part.name): part.licence for part in parts()}
    assert len(named & set(here)) > 50
    for name in named & set(here):
        bound = re.sub(r"(?i)lgpl|lesser general public", "", here[name])
        assert not re.search(r"(?i)gpl|affero|general public", bound), f"{name}: {here[name]}"


def test_the_parts_are_told_as_a_bill_of_materials(soundings: Command) -> None:
    code, out, _ = soundings("doctor", "--sbom")
    bill = json.loads(out)
    assert code == 0 and bill["bomFormat"] == "CycloneDX" and bill["specVersion"] == "1.6"
    of = {part["name"]: part for part in bill["components"]}
    assert of["fastapi"]["version"] == metadata.version("fastapi")
    assert of["fastapi"]["purl"].startswith("pkg:pypi/fastapi@")
    assert of["fastapi"]["licenses"] == [{"license": {"name": "MIT"}}]
    code, out, _ = soundings("doctor", "--licences")
    assert code == 0 and re.search(r"(?m)^fastapi +\S+ +MIT$", out)
