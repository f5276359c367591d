"""Settings: four places, one order, and no key that is silently ignored."""

from pathlib import Path

import pytest
from pydantic import SecretStr

from vectorstore import Settings, SettingsError, StoreSettings, Table, load_settings


class Cutting(Table):
    """A second table, with a secret."""

    length: int = 900
    key: SecretStr | None = None


def load(
    home: Path,
    file: str = "",
    environ: dict[str, str] | None = None,
    flags: dict[str, object] | None = None,
) -> Settings:
    if file:
        (home / "soundings.toml").write_text(file, encoding="utf-8")
    kinds = {"vectorstore": StoreSettings, "cutting": Cutting}
    return load_settings(kinds, home=str(home), environ=environ or {}, flags=flags)


def test_a_flag_beats_the_environment_which_beats_the_file_which_beats_the_default(
    tmp_path: Path,
) -> None:
    assert load(tmp_path).table(StoreSettings).top_k == 6
    assert load(tmp_path, "top_k = 7").table(StoreSettings).top_k == 7
    with_variable = load(tmp_path, environ={"SOUNDINGS_TOP_K": "8"})
    assert with_variable.table(StoreSettings).top_k == 8
    with_flag = load(tmp_path, environ={"SOUNDINGS_TOP_K": "8"}, flags={"top_k": 9})
    assert with_flag.table(StoreSettings).top_k == 9


def test_a_flag_that_was_not_given_changes_nothing(tmp_path: Path) -> None:
    assert load(tmp_path, "top_k = 7", flags={"top_k": None}).table(StoreSettings).top_k == 7


def test_an_empty_variable_is_as_good_as_none(tmp_path: Path) -> None:
    assert load(tmp_path, environ={"SOUNDINGS_TOP_K": ""}).table(StoreSettings).top_k == 6


@pytest.mark.parametrize("file", ["length = 300", "[cutting]\nlength = 300"])
def test_keys_may_stand_alone_or_in_their_table(tmp_path: Path, file: str) -> None:
    assert load(tmp_path, file).table(Cutting).length == 300


@pytest.mark.parametrize(
    ("file", "named", "nearest"),
    [
        ("encodr = 'x'", "encodr", "encoder"),
        ("[vectorstore]\ntopk = 3", "topk", "top_k"),
        ("[vectorstor]\ntop_k = 3", "vectorstor", "vectorstore"),
        ("[cutting]\ntop_k = 3", "top_k", ""),
    ],
)
def test_an_unknown_key_of_the_file_is_named_with_the_nearest_known_one(
    tmp_path: Path, file: str, named: str, nearest: str
) -> None:
    with pytest.raises(SettingsError) as caught:
        load(tmp_path, file)
    assert f"'{named}' is not a setting" in str(caught.value)
    assert str(tmp_path) in str(caught.value)
    assert f"Did you mean '{nearest}" in str(caught.value)


def test_an_unknown_variable_is_named_with_the_nearest_known_one(tmp_path: Path) -> None:
    with pytest.raises(
        SettingsError,
        match=r"SOUNDINGS_ENCODDER is not a setting.*'SOUNDINGS_ENCODER'",
    ):
        load(tmp_path, environ={"SOUNDINGS_ENCODDER": "x"})


@pytest.mark.parametrize("file", ["key = 'hush'", "[cutting]\nkey = 'hush'"])
def test_a_secret_in_the_file_is_refused_without_showing_it(tmp_path: Path, file: str) -> None:
    with pytest.raises(SettingsError, match="SOUNDINGS_KEY") as caught:
        load(tmp_path, file)
    assert "hush" not in str(caught.value)


def test_a_secret_is_masked_where_settings_are_shown(tmp_path: Path) -> None:
    shown = {v.name: v for v in load(tmp_path, environ={"SOUNDINGS_KEY": "hush"}).in_force()}
    assert shown["key"].value == "****"
    assert shown["key"].origin == "SOUNDINGS_KEY"


def test_each_setting_says_where_it_came_from(tmp_path: Path) -> None:
    settings = load(
        tmp_path, "top_k = 7", environ={"SOUNDINGS_ENCODER": "/m"}, flags={"length": 300}
    )
    origins = {value.name: value.origin for value in settings.in_force()}
    assert origins == {
        "home": "--home",
        "encoder": "SOUNDINGS_ENCODER",
        "encoder_precision": "default",
        "chroma": "default",
        "chroma_tenant": "default",
        "chroma_database": "default",
        "chroma_headers": "default",
        "library": "default",
        "reranker": "default",
        "top_k": str(tmp_path / "soundings.toml"),
        "length": "--length",
        "key": "default",
    }


@pytest.mark.parametrize("value", ["many", "0", "-3", "1000000"])
def test_a_wrong_value_is_named_with_its_origin(tmp_path: Path, value: str) -> None:
    with pytest.raises(SettingsError, match=r"'top_k' \(from SOUNDINGS_TOP_K\)"):
        load(tmp_path, environ={"SOUNDINGS_TOP_K": value})


@pytest.mark.parametrize("content", [b"top_k = ", b"\xff\xfe", b"x = " + b"[" * 5000])
def test_a_file_that_cannot_be_read_is_a_settings_error(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "soundings.toml").write_bytes(content)
    with pytest.raises(SettingsError, match="cannot read the settings"):
        load(tmp_path)


def test_the_home_is_the_flag_or_the_variable(tmp_path: Path) -> None:
    environ = {"SOUNDINGS_HOME": str(tmp_path / "variable")}
    assert load_settings({}, home=None, environ=environ).home == tmp_path / "variable"
    assert load_settings({}, home=str(tmp_path / "flag"), environ=environ).home.name == "flag"


def test_a_home_of_an_unknown_user_is_a_settings_error() -> None:
    with pytest.raises(SettingsError, match="--home"):
        load_settings({}, home="~no-such-user-here/x", environ={})


def test_settings_cannot_be_changed(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="frozen"):
        load(tmp_path).table(StoreSettings).top_k = 3  # type: ignore[misc]
