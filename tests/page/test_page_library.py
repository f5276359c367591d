"""The keeper at the page: real Chromium, the real program, a library of their own to change."""

import json
import re
import shutil
import subprocess
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect
from reportlab.pdfgen.canvas import Canvas

from tests.browsing import LONG, Served, ask, chatting, press, reach, run
from vectorstore import Library
from vectorstore.library import FILE_NAME

pytest_plugins = ["tests.browsing"]

KESTREL = "The kestrel of Norfolk hovers over its fields. It hunts voles at dusk.\n"
HERON = "The heron of Norfolk stands in its rivers. It hunts eels at dawn.\n"


@pytest.fixture(scope="module")
def kept(starter_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The page over a library that these tests may change."""
    home = tmp_path_factory.mktemp("keeper") / "home"
    shutil.copytree(starter_home, home)
    with (home.parent / "chat.log").open("w") as errors, chatting(home, errors) as running:
        yield running


@pytest.fixture
def come(browser: Browser, kept: Served) -> Iterator[Callable[..., Page]]:
    """Opens the Library tab as a new person; at the end no script has failed."""
    contexts, failures = [], []

    def came(**options: object) -> Page:
        context = browser.new_context(**options)  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: failures.append(str(error)))
        page.goto(kept.address)
        page.get_by_role("tab", name="Library").click()
        expect(page.locator("#library-rows tr").first).to_be_visible(timeout=LONG)
        return page

    yield came
    for context in contexts:
        context.close()
    assert failures == []


@pytest.fixture
def keeper(come: Callable[..., Page]) -> Page:
    return come(viewport={"width": 1440, "height": 900})


def write(place: Path, **texts: str | bytes) -> list[Path]:
    """Files to add; `a_txt` is called a.txt."""
    files = []
    for name, content in texts.items():
        path = place / name.replace("_", ".")
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        files.append(path)
    return files


def add(page: Page, files: list[Path]) -> Locator:
    """Add files and wait for what became of them; the lines, one a file."""
    batch = "document.querySelector('#library-reading > div')?.dataset.batch"
    before = page.evaluate(batch) or ""
    page.get_by_label("Choose files to add").set_input_files(files)
    done = f'[data-batch]:not([data-running]):not([data-batch="{before}"])'
    lines = page.locator(f"#library-reading > div{done} .files > li")
    expect(lines.first).to_be_visible(timeout=LONG)
    return lines


def titles(page: Page) -> list[str]:
    return page.locator("#library-rows tr:not([hidden]) th .whole").all_inner_texts()


def library(kept: Served) -> Library:
    return Library(kept.home / FILE_NAME)


# Looking


def test_the_table_has_twenty_rows_a_page(keeper: Page) -> None:
    """The rows of the library, five times over; the script knows them by what stands in them."""
    body = keeper.locator("#library-rows")
    expect(body.locator("tr").first).to_be_visible(timeout=LONG)
    body.evaluate("""body => {
      const rows = [...body.rows];
      for (let i = 0; i < 5; i++) body.append(...rows.map(row => row.cloneNode(true)));
    }""")
    words = keeper.get_by_label("Show only sources with")
    words.fill("brief")
    expect(keeper.locator("#library-rows tr:not([hidden])")).to_have_count(20)
    keeper.locator("#library-pages").get_by_role("button", name="Next").click()
    expect(keeper.locator("#library-pages")).to_contain_text("page 2 of 2")
    assert 0 < keeper.locator("#library-rows tr:not([hidden])").count() <= 10
    words.fill("taking the lead")
    expect(keeper.locator("#library-pages button")).to_have_count(0)


def test_the_table_sorts_and_filters(keeper: Page, kept: Served) -> None:
    table = keeper.get_by_role("table", name="The sources of the library")
    heads = table.get_by_role("columnheader")
    assert [re.sub(r"\W", "", t) for t in heads.all_inner_texts()] == [
        *("Title", "Kind", "Pages", "Passages", "Version", "Added", "Actions")
    ]
    expect(heads.nth(0)).to_have_attribute("aria-sort", "ascending")
    assert titles(keeper) == sorted(titles(keeper), key=str.casefold)
    heads.nth(3).get_by_role("button").click()
    expect(heads.nth(3)).to_have_attribute("aria-sort", "ascending")
    expect(heads.nth(0)).to_have_attribute("aria-sort", "none")
    numbers = [int(n) for n in table.locator("[data-name=Passages]").all_inner_texts()]
    assert numbers == sorted(numbers)
    assert len(numbers) == len(library(kept).sources())
    heads.nth(3).get_by_role("button").click()
    expect(heads.nth(3)).to_have_attribute("aria-sort", "descending")
    keeper.get_by_label("Show only sources with").fill("taking LEAD brief")
    expect(keeper.locator("#library-count")).to_have_text(f"1 of {len(numbers)} sources")
    assert titles(keeper) == ["Brief: Taking the lead"]
    added = table.locator("tr:not([hidden]) [data-name=Added]")
    expect(added).to_have_text(re.compile(r"^\d{1,2} [A-Z][a-z]+ 20\d\d$"))


def test_what_is_found_opens_in_its_place_and_a_source_opens_whole(
    keeper: Page, kept: Served
) -> None:
    keeper.get_by_label("Words or a question").fill("conductor of an orchestra")
    keeper.keyboard.press("Enter")
    hit = keeper.locator("#library-hits .near").first
    expect(hit).to_be_visible(timeout=LONG)
    hit.click()
    quote = keeper.locator("#source-quote")
    expect(quote).to_be_in_viewport()
    assert "conductor" in " ".join(keeper.locator("#source-pane mark").all_inner_texts())
    expect(keeper.locator("#source-count")).to_have_text(re.compile(r"passage 1 of \d+"))
    keeper.get_by_role("button", name="Brief: Taking the lead", exact=True).click()
    expect(keeper.locator("#source-title")).to_have_text("Brief: Taking the lead")
    expect(keeper.locator("#source-count")).to_have_text(re.compile(r"source \d of \d"))
    expect(keeper.locator("#source-quote")).to_have_count(0)
    shown = keeper.locator("#source-pane")
    for heading in library(kept).headings("taking-the-lead"):
        assert shown.get_by_role("heading", name=heading.title, exact=True).count(), heading.title
    expect(shown.locator(".in-short q").first).to_be_visible(timeout=LONG)


@pytest.mark.parametrize("width", [360, 768])
def test_a_narrow_window_reads_the_table_as_a_list(come: Callable[..., Page], width: int) -> None:
    page = come(viewport={"width": width, "height": 740})
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    cell = page.locator("#library-rows td[data-name=Passages]").first
    expect(cell).to_be_visible()
    assert "Passages" in cell.evaluate("it => getComputedStyle(it, '::before').content")
    expect(page.get_by_role("row").nth(1).get_by_role("cell").first).to_be_visible()


# The whole path, by keyboard alone


@pytest.mark.slow
def test_a_keeper_adds_removes_and_puts_back_by_keyboard(
    keeper: Page, kept: Served, tmp_path: Path
) -> None:
    area = keeper.get_by_label("Choose files to add")
    keeper.get_by_role("tab", name="Library").focus()
    reach(keeper, area)
    files = write(
        tmp_path,
        kestrel_txt=KESTREL,
        broken_pdf=b"\x00\x01",
        copy_txt=KESTREL,
        photo_jpg=b"x",
    )
    lines = add(keeper, files)
    expect(lines).to_have_count(3)
    said = dict(
        zip(["kestrel.txt", "broken.pdf", "copy.txt"], lines.all_inner_texts(), strict=True)
    )
    assert "added as “kestrel”" in said["kestrel.txt"]
    assert "failed because" in said["broken.pdf"]
    assert "duplicate of “kestrel”" in said["copy.txt"]
    expect(keeper.locator("#library-sent .failed")).to_contain_text("photo.jpg")
    expect(keeper.locator("#library-sent .failed")).to_contain_text("of this kind are not read")
    expect(keeper.locator("#library-status")).to_contain_text("1 added, 1 duplicate, 1 failed")
    assert not list((kept.home / "incoming").iterdir())

    row = keeper.locator("#library-rows tr", has_text="kestrel")
    removes = row.get_by_role("button", name="Remove")
    press(keeper, removes)
    dialog = keeper.get_by_role("dialog", name="Remove “kestrel”?")
    expect(dialog.get_by_role("button", name="Keep it")).to_be_focused()
    keeper.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(removes).to_be_focused()
    keeper.keyboard.press("Enter")
    expect(dialog).to_be_visible()
    press(keeper, dialog.get_by_role("button", name="Remove it"))
    undo = keeper.get_by_role("button", name="Undo")
    expect(undo).to_be_focused(timeout=LONG)
    expect(row).to_have_count(0)
    assert "kestrel" not in [s.id for s in library(kept).sources()]
    keeper.keyboard.press("Enter")
    expect(keeper.locator("#library-notice")).to_contain_text("again, as version 2", timeout=LONG)
    expect(row).to_have_count(1)
    assert library(kept).text("kestrel") == KESTREL
    expect(keeper.locator("#library-changes")).to_contain_text("Added: kestrel")


def test_removing_says_which_gold_questions_lose_their_evidence(keeper: Page) -> None:
    keeper.get_by_role("button", name="Remove Brief: Taking the lead").click()
    dialog = keeper.get_by_role("dialog")
    expect(dialog.locator(".losing")).to_contain_text(
        re.compile(r"\d+ gold questions would lose their evidence: st-")
    )
    dialog.get_by_role("button", name="Keep it").click()
    expect(dialog).to_be_hidden()


def test_a_pdf_is_shown_as_printed_and_comes_back_from_the_bin(
    come: Callable[..., Page], kept: Served, tmp_path: Path
) -> None:
    canvas = Canvas(str(tmp_path / "harbour.pdf"))
    for line in ("The harbour has no lamp.", "The harbour master of Wick is Una Reid.", "The end."):
        canvas.drawString(70, 700, line)
        canvas.showPage()
    canvas.save()
    page = come(viewport={"width": 1440, "height": 900}, timezone_id="Pacific/Kiritimati")
    expect(add(page, [tmp_path / "harbour.pdf"])).to_have_class("added")
    page.get_by_label("Words or a question").fill("harbour master of Wick")
    page.keyboard.press("Enter")
    page.locator("#library-hits .near").first.click()
    expect(page.locator("#source-quote").first).to_be_visible()
    page.get_by_role("button", name="The page as printed").click()
    printed = page.get_by_role("region", name="The page as printed")
    expect(printed.get_by_role("img", name=re.compile("^Page 1 of"))).to_be_visible(timeout=LONG)
    expect(printed.locator(".spot")).to_have_count(1)
    _leaf_by_keyboard(page, printed)
    beside = page.locator("#source-pane .text").bounding_box()
    shown = printed.bounding_box()
    assert beside and shown and beside["x"] >= shown["x"] + shown["width"]
    page.keyboard.press("Escape")

    press(page, page.get_by_role("button", name="Remove harbour"))
    press(page, page.get_by_role("dialog").get_by_role("button", name="Remove it"))
    expect(page.get_by_role("button", name="Undo")).to_be_focused(timeout=LONG)
    press(page, page.get_by_role("button", name="Dismiss this report"), by="Shift+Tab")
    expect(page.locator("#library-reading li")).to_have_count(0)
    expect(page.get_by_label("Choose files to add")).to_be_focused()
    page.reload()
    binned = page.locator("#library-bin li", has_text="harbour")
    [(_, when)] = [(s, when) for s, when in library(kept).bin() if s.id == "harbour"]
    there = datetime.fromisoformat(when) + timedelta(hours=14)  # the clock of Kiritimati
    expect(binned).to_contain_text(f"{there.day} {there:%B %Y, %H:%M}")
    back = binned.get_by_role("button", name="Put it back: harbour")

    # What cannot be put back is told, and the bin stays as it was
    page.route("**/library/restore?*", lambda route: route.abort())
    press(page, back)
    expect(page.locator("#library-notice .loss")).to_be_focused()
    expect(back).to_have_text("Put it back")
    page.unroute("**/library/restore?*")

    # The keyboard stays where it is while all is written anew
    reach(page, back)
    with page.expect_response("**/library/bin"):
        page.evaluate("document.dispatchEvent(new Event('library-changed'))")
    expect(back).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#library-notice p")).to_be_focused(timeout=LONG)
    expect(page.locator("#library-notice")).to_contain_text("again, as version 2")
    expect(page.locator("#library-rows tr", has_text="harbour")).to_have_count(1)
    expect(binned).to_have_count(0)
    expect(page.locator("#library-reading li")).to_have_count(0)


def _leaf_by_keyboard(page: Page, printed: Locator) -> None:
    """From page 1 to 3 and back to 2; the first is kept back until the second turn is made."""
    kept: list[Route] = []
    asked: list[str] = []
    page.on("request", lambda r: asked.extend(re.findall(r"/printed\?.*&page=(\d+)", r.url)))
    page.route("**/printed?*", lambda route: kept.append(route), times=1)
    press(page, printed.get_by_role("button", name="Page after"))
    expect(printed.get_by_role("status")).to_have_text("turning to page 2 …")
    page.keyboard.press("ArrowRight")
    expect(printed.get_by_role("status")).to_have_text("turning to page 3 …")
    assert asked == ["2"]  # the next is asked for when this has come
    kept[0].continue_()
    expect(printed.get_by_role("img", name=re.compile("^Page 3 of"))).to_be_visible(timeout=LONG)
    expect(printed.get_by_role("button", name="Page after")).to_be_focused()
    page.keyboard.press("ArrowRight")  # there is no page 4
    page.keyboard.press("ArrowLeft")
    expect(printed.get_by_role("img", name=re.compile("^Page 2 of"))).to_be_visible(timeout=LONG)
    expect(printed.get_by_role("button", name="Page after")).to_be_focused()


def test_a_keeper_says_what_a_source_is(keeper: Page, kept: Served) -> None:
    keeper.get_by_role("button", name="Edit the details of Brief: Shape shifters").click()
    dialog = keeper.get_by_role("dialog")
    expect(dialog.get_by_label("Title")).to_have_value(re.compile("^Brief: Shape shifters: "))
    expect(dialog.get_by_label("Title")).to_be_focused()
    dialog.get_by_label("What it is").fill("On those who change their shape.")
    dialog.get_by_label("What it is").press("Tab")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_be_hidden(timeout=LONG)
    expect(keeper.locator("#library-notice")).to_contain_text("its details are saved")
    source = library(kept).source("shape-shifters")
    assert (source.description, source.version) == ("On those who change their shape.", 2)


# While files are read


@pytest.mark.slow
def test_asking_goes_on_and_sees_what_was_added_also_when_the_page_is_closed(
    come: Callable[..., Page], kept: Served, tmp_path: Path
) -> None:
    leader = come()
    leader.get_by_role("tab", name="Ask").click()
    before = ask(leader, "Where does the heron of Norfolk stand?")
    expect(before).not_to_contain_text("in its rivers")
    page = come()
    page.get_by_label("Choose files to add").set_input_files(write(tmp_path, heron_txt=HERON))
    expect(page.locator("#library-reading")).to_contain_text("heron.txt", timeout=LONG)
    page.close()
    ask(leader, "What is Julie Wood's central argument?")
    watching = come()
    added = watching.locator("#library-reading .added", has_text="heron.txt")
    expect(added).to_be_visible(timeout=LONG)
    exchange = ask(leader, "Where does the heron of Norfolk stand?")
    expect(exchange).to_contain_text("stands in its rivers")


@pytest.mark.slow
def test_a_file_with_the_name_of_a_source_is_its_next_version_and_answers_change(
    keeper: Page, kept: Served, tmp_path: Path
) -> None:
    add(keeper, write(tmp_path, egret_txt="The egret of Suffolk nests in March."))
    lines = add(keeper, write(tmp_path, egret_txt="The egret of Suffolk nests in April."))
    expect(lines).to_contain_text("changed: the next version of “egret”")
    row = keeper.locator("#library-rows tr", has_text="egret")
    expect(row.locator("[data-name=Version]")).to_have_text("2")
    keeper.get_by_role("tab", name="Ask").click()
    exchange = ask(keeper, "When does the egret of Suffolk nest?")
    expect(exchange).to_contain_text("nests in April")


def test_what_is_added_waits_for_another_run(keeper: Page, kept: Served, tmp_path: Path) -> None:
    from vectorstore.writing import writing

    with writing(kept.home):
        chosen = keeper.get_by_label("Choose files to add")
        chosen.set_input_files(write(tmp_path, wren_txt="The wren sings loudly."))
        waiting = keeper.locator("#library-reading [data-running]")
        expect(waiting).to_contain_text("read; waiting for the others", timeout=LONG)
        assert "wren" not in [s.id for s in library(kept).sources()]
    expect(keeper.locator("#library-reading")).to_contain_text("added as “wren”", timeout=LONG)


# Who may


def test_other_pages_and_large_bodies_are_refused(kept: Served) -> None:
    def post(path: str, data: bytes = b"", **headers: str) -> int:
        url = f"{kept.address}/library/{path}"
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        request = urllib.request.Request(url, data=data, headers=named, method="POST")
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as refused:
            return refused.code

    assert post("begin", Origin="http://evil.example") == 403
    assert post("remove?id=launch-note", Origin="http://evil.example") == 403
    assert post("remove?id=launch-note", Sec_Fetch_Site="cross-site") == 403
    assert post("begin", b"x" * 300_000) == 413
    assert post("file?batch=x&name=a.txt", Content_Length=str(200_000_000)) == 413
    assert post("remove?id=nothing-of-this-name") == 404
    assert "launch-note" in [s.id for s in library(kept).sources()]


def test_a_removal_on_the_command_line_says_the_same_and_needs_no_yes(
    starter_home: Path, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    shutil.copytree(starter_home, home)
    done: subprocess.CompletedProcess[str] = run(home, "sources", "remove", "taking-the-lead")
    assert done.returncode == 0, done.stderr
    assert re.search(r"\d+ gold questions would lose their evidence: st-", done.stderr)
    left = json.loads(run(home, "sources", "--json").stdout)
    assert "taking-the-lead" not in [source["id"] for source in left]
