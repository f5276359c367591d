"""The distribution: its names belong to nobody else, and it says what it is."""

from importlib import metadata

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
