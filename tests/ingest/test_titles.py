"""Titles that people recognise: the file's own, what stands over its text, its name, their own."""

from collections.abc import Callable
from typing import Any

import pytest

from ingest.documents import readable
from ingest.restore import edit, restore
from soundings import main
from vectorstore import UnknownSource
from vectorstore.writing import remove


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("annual_report-2019_FINAL", "Annual report 2019 final"),
        ("boats", "boats"),
        ("NHS_report", "NHS report"),
        ("minutes 2019-05-03", "Minutes 2019-05-03"),
        ("2016-2017-plan", "2016-2017 plan"),
        ("my%20file", "My file"),
        ("12_34", "12_34"),
    ],
)
def test_a_name_is_made_readable(name: str, title: str) -> None:
    assert readable(name) == title


def titles(desk: Any) -> dict[str, str]:
    return {source.id: source.title for source in desk.library.sources()}


def test_a_file_without_a_title_has_one_of_its_first_heading_or_its_name(desk: Any) -> None:
    desk.write("harbour_rules.txt", "Dogs stay on the lead.")
    desk.write(
        "x_1.txt",
        "The Harbour Rules\n\nDogs stay on the lead by day and by night, while cats may roam.",
    )
    desk.ingest()
    assert titles(desk)["harbour_rules"] == "Harbour rules"
    assert titles(desk)["x_1"] == "The Harbour Rules"
    assert desk.ingest().counts["unchanged"] == 6
    assert desk.ingest(rebuild=True) and titles(desk)["harbour_rules"] == "Harbour rules"


def test_files_of_one_name_are_told_apart_by_their_folders(desk: Any) -> None:
    for year in ("2018", "2019", "2020", "2021"):
        desk.write(f"{year}/board_minutes.txt", f"The board met in {year}.")
    desk.ingest()
    assert sorted(t for i, t in titles(desk).items() if i.startswith("board")) == [
        "Board minutes",
        "Board minutes (2019)",
        "Board minutes (2020)",
        "Board minutes (2021)",
    ]
    assert desk.ingest().counts["unchanged"] == 8


def test_what_people_say_of_a_source_counts_whatever_its_file_says(desk: Any) -> None:
    source = edit(desk.settings(), "trees", {"title": "Our trees", "description": "All of\nthem"})
    assert (source.title, source.description, source.version) == ("Our trees", "All of them", 2)
    desk.write("trees.md", "---\ntitle: Other trees\n---\n# Trees\n\nAn elm grows.\n")
    assert desk.ingest().counts["updated"] == 1
    again = desk.library.source("trees")
    assert (again.title, again.description, again.version) == ("Our trees", "All of them", 3)
    assert desk.ingest().counts["unchanged"] == 4
    assert edit(desk.settings(), "trees", {"title": ""}).description == "All of them"
    desk.ingest()
    assert desk.library.source("trees").title == "Other trees"


def test_what_people_said_of_a_source_comes_back_out_of_the_bin_with_it(desk: Any) -> None:
    said = {"title": "Our trees", "description": "All of them"}
    edit(desk.settings(), "trees", said)
    remove(desk.home, desk.library, "trees")
    assert restore(desk.settings(), "trees").description == "All of them"
    assert desk.library.described()["trees"] == said
    remove(desk.home, desk.library, "trees")
    desk.write("trees.md", "# Other trees\n\nAn elm grows.\n")  # another of that name
    desk.ingest()
    assert desk.library.source("trees").title == "Other trees"
    assert "trees" not in desk.library.described()


def test_a_new_title_stands_before_the_words_that_are_encoded(desk: Any) -> None:
    edit(desk.settings(), "boats", {"title": "Our boats", "author": "Ann"})
    assert "Our boats\nThe red boat sails at dawn." in desk.encoder.asked
    with pytest.raises(UnknownSource):
        edit(desk.settings(), "nothing", {"title": "x"})


def test_the_command(desk: Any, soundings: Callable[..., tuple[int, str, str]]) -> None:
    home = ("--home", desk.home)
    code, _, err = soundings(*home, "sources", "edit", "boats", "--title", "Our boats")
    assert code == 0 and "“Our boats”" in err
    code, _, err = soundings(*home, "sources", "edit", "boats")
    assert code == 2 and "--describe" in err
    assert main(["--home", str(desk.home), "sources", "edit", "none", "--title", "x"]) == 1
