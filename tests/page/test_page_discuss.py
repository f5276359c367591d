"""The Discuss tab in a real browser: a trainer's whole path, and the files that they leave with."""

import io
import re
import threading
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest
from docx import Document
from playwright.sync_api import Browser, Page, expect
from pypdfium2 import PdfDocument

from tests.assistant.writing.conftest import Service, goes_on
from tests.browsing import LONG, Served, chatting, press, reach

pytest_plugins = ["tests.browsing"]

MINE = "What would you say on Monday, and to whom?"


def saved(page: Page, name: str) -> bytes:
    """The file that a link of the pack gives, fetched by keyboard."""
    with page.expect_download() as download:
        press(page, page.get_by_role("link", name=name, exact=True), by="Shift+Tab")
    assert download.value.suggested_filename.endswith(".docx")
    return Path(download.value.path()).read_bytes()


def paragraphs(content: bytes) -> list[str]:
    return [paragraph.text for paragraph in Document(io.BytesIO(content)).paragraphs]


def stimuli(page: Page) -> list[str]:
    return page.locator(".pack blockquote q").all_text_contents()


@pytest.mark.slow
def test_a_trainers_whole_path_by_keyboard_alone(page: Page) -> None:
    reach(page, page.get_by_role("tab", name="Ask"), by="Shift+Tab")
    page.keyboard.press("ArrowRight")
    reach(page, page.get_by_label("Topic"))
    page.keyboard.type("the tides")
    page.keyboard.press("Enter")
    declined = page.locator(".declined")
    expect(declined).to_contain_text("too little about “the tides”", timeout=LONG)
    press(page, declined.locator(".theme").first)
    pack, title = page.locator(".pack"), page.locator("#pack-title")
    expect(pack).to_be_visible(timeout=LONG)
    expect(title).to_be_focused()
    expect(page.locator("#discuss-status")).to_have_text(
        "Here is a pack of 3 prompts. It is kept for you."
    )
    expect(page.locator(".pack .prompt")).to_have_count(3)

    # A quote opens in its place, and the keyboard comes back
    marker = page.locator(".pack .marker").first
    press(page, marker)
    quote = page.locator("#source-quote")
    expect(quote).to_be_in_viewport()
    assert quote.evaluate("mark => mark.textContent") == stimuli(page)[0]
    page.keyboard.press("Escape")
    expect(marker).to_be_focused()

    # Reworded, in the person's own words
    press(page, page.locator("#act-edit-1"))
    expect(page.locator("#editor-1-question")).to_be_focused()
    page.keyboard.press("Control+A")
    page.keyboard.type(MINE)
    press(page, page.locator("#act-save-1"))
    expect(page.locator(".prompt .asks").first).to_have_text(MINE)
    expect(page.locator("#act-edit-1")).to_be_focused()

    # Another one for the second, the others as they were
    before = stimuli(page)
    press(page, page.locator("#act-another-2"))
    expect(page.locator("#prompt-2")).to_be_focused()
    expect(page.locator("#discuss-status")).to_have_text("Prompt 2 was drawn anew.")
    after = stimuli(page)
    assert [n for n in range(3) if before[n] != after[n]] == [1]
    expect(page.locator(".prompt .asks").first).to_have_text(MINE)

    # One kept, one dropped, its minutes shared out
    press(page, page.locator("#act-accept-1"))
    expect(page.locator("#act-accept-1")).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#act-accept-1")).to_be_focused()
    press(page, page.locator("#act-drop-3"))
    expect(page.locator(".pack .prompt")).to_have_count(2)
    minutes = [int(cell) for cell in page.locator(".timings td").all_text_contents()]
    assert sum(minutes[:-1]) == minutes[-1] == 40

    # Taken away, as edited
    whole = saved(page, "Word")
    assert paragraphs(whole).count(MINE) == 2
    ends = [[cell.text for cell in t.rows[-1].cells] for t in Document(io.BytesIO(whole)).tables]
    assert [end for end in ends if "40" in end], ends
    assert "What it draws on" not in paragraphs(whole)
    handout = paragraphs(saved(page, "Hand-out, Word"))
    assert MINE in handout
    assert "Points to draw out" not in handout

    page.set_viewport_size({"width": 360, "height": 740})
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_what_is_being_typed_outlives_a_change_elsewhere(page: Page) -> None:
    page.get_by_role("tab", name="Discuss").click()
    page.locator(".theme").first.click(timeout=LONG)
    page.keyboard.press("Enter")
    expect(page.locator(".pack")).to_be_visible(timeout=LONG)
    page.locator("#act-edit-1").click()
    page.locator("#editor-1-question").fill(MINE)
    page.locator("#act-accept-2").click()
    expect(page.locator(".prompt.accepted")).to_have_count(1)
    expect(page.locator("#editor-1-question")).to_have_value(MINE)
    page.locator("#act-cancel-1").click()
    expect(page.locator("#editor-1-question")).not_to_be_visible()
    expect(page.locator(".prompt .asks").first).not_to_have_text(MINE)


def test_a_kept_pack_has_an_address_and_is_found_changed_and_deleted(page: Page) -> None:
    page.get_by_role("tab", name="Discuss").click()
    page.locator(".theme").first.click(timeout=LONG)
    page.keyboard.press("Enter")
    pack = page.locator(".pack")
    expect(pack).to_be_visible(timeout=LONG)
    expect(page).to_have_url(re.compile(r"/discuss/[\w-]{20,}$"))
    address, title = page.url, page.locator("#pack-title").inner_text()
    expect(page).to_have_title(f"{title} · Soundings")

    # The run sheet, in the person's own words
    page.get_by_role("button", name="Edit the run sheet").click()
    warm_up = page.get_by_role("group", name="Warm-up")
    expect(warm_up.get_by_label("Minutes")).to_be_focused()
    warm_up.get_by_label("Minutes").fill("9")
    warm_up.get_by_label("What you do").fill(MINE)
    expect(page.locator("#sheet output")).to_have_text("45 minutes")
    page.get_by_label("A word why").fill("Half a")
    page.get_by_role("button", name="accept prompt 1").click()  # loses nothing that was typed
    expect(page.locator(".pack-bar .done")).to_have_text("Prompt 1 is accepted.")
    expect(page.get_by_label("A word why")).to_have_value("Half a")
    expect(warm_up.get_by_label("What you do")).to_have_value(MINE)
    expect(page.locator("#sheet output")).to_have_text("45 minutes")
    page.get_by_role("button", name="Save the run sheet").click()
    expect(page.locator(".timings")).to_contain_text("45")
    expect(page.locator("#sheet")).to_be_hidden()

    # The bar stays where it can be reached, and the pack is there again after a reload
    page.locator("#prompt-3").scroll_into_view_if_needed()
    expect(page.locator(".pack-bar")).to_be_in_viewport(ratio=1)
    page.reload()
    expect(pack).to_contain_text(MINE, timeout=LONG)
    page.get_by_label("A word why").fill("They talked.")
    page.get_by_role("button", name="It worked").click()
    expect(page.locator(".ran")).to_contain_text("it worked: They talked.")

    # Listed, opened, Back, and gone for good
    page.get_by_role("button", name="All packs").click()
    mine = page.locator(f"li:has(a[href='discuss/{address.rsplit('/', 1)[1]}'])")
    expect(mine).to_contain_text("In the room it worked: They talked.")
    expect(page).to_have_url(re.compile("/discuss$"))
    mine.get_by_role("link").click()
    expect(pack).to_be_visible()
    assert page.url == address
    page.go_back()
    expect(page.locator(".shelf")).to_be_visible()
    expect(page).to_have_url(re.compile("/discuss$"))
    mine.get_by_role("button", name="Duplicate").click()
    expect(page.locator(".done")).to_contain_text("a copy")
    page.get_by_role("button", name="All packs").click()
    press(page, mine.locator("summary"))
    sure = mine.get_by_role("button", name="Delete it")
    reach(page, sure)
    page.keyboard.press("Escape")
    expect(sure).to_be_hidden()
    expect(mine.locator("summary")).to_be_focused()
    page.keyboard.press("Enter")
    press(page, sure)
    expect(page.locator(".done")).to_have_text("The pack was deleted.")
    expect(page.locator("#shelf-title")).to_be_focused()
    expect(mine).to_have_count(0)

    # One that has gone meanwhile, opened by its address
    page.goto(address)
    expect(page.locator(".done")).to_contain_text("no longer here", timeout=LONG)
    expect(page.locator("#shelf-title")).to_be_focused()


def test_two_prompts_stand_on_a_printed_page(page: Page) -> None:
    page.get_by_role("tab", name="Discuss").click()
    page.get_by_label("Topic").fill("clinicians as leaders")
    page.get_by_label("Minutes").fill("50")
    page.get_by_role("button", name="Make pack").click()
    prompts = page.locator(".prompt h3")
    expect(prompts).to_have_count(4, timeout=LONG)
    names = [name.rpartition(" (")[0] for name in prompts.all_inner_texts()]
    printed = PdfDocument(page.pdf(format="A4"))
    pages = [" ".join(sheet.get_textpage().get_text_range().split()) for sheet in printed]
    on = [[n for n, text in enumerate(pages) if f"{name} (" in text] for name in names]
    assert on[0] == on[1] and on[2] == on[3] and on[0] != on[2], on
    assert not any("Make pack" in text or "Save as" in text for text in pages)


def test_a_file_of_no_pack_is_not_given(served: Served) -> None:
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"{served.address}/pack-file?id=none", timeout=30)
    assert refused.value.code == 404
    assert "no longer here" in refused.value.read().decode()


@pytest.mark.slow
def test_stop_and_a_closed_page_end_a_slow_making_and_leave_nothing(
    home: Path, browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    service, hung_up = Service(), threading.Event()
    service.script = [goes_on(service, "{", hung_up)]
    monkeypatch.setenv("SOUNDINGS_LLM", service.address)
    monkeypatch.setenv("SOUNDINGS_LLM_SECONDS", "600")
    with (tmp_path / "log").open("w") as errors, chatting(home, errors) as running:
        page = browser.new_page()
        page.goto(running.address)
        page.get_by_role("tab", name="Discuss").click()
        expect(page.get_by_label("Let the language model word the questions")).to_be_checked()
        page.get_by_label("Topic").fill("system leadership")
        step = page.locator(".under-way")
        for end in (page.get_by_role("button", name="Stop").click, page.close):
            hung_up.clear()
            page.get_by_role("button", name="Make pack").click()
            worded = re.compile("Putting it into words: prompt 1 of 3")
            expect(step).to_contain_text(worded, timeout=LONG)
            end()
            assert hung_up.wait(30)
            if not page.is_closed():
                expect(page.locator("#discuss-pack .start")).to_be_visible()
                expect(page.get_by_role("button", name="Stop")).not_to_be_visible()
                expect(page.locator("#shelf-title")).to_be_focused()
    service.close()


def test_a_topic_is_shown_as_text(visit: Callable[..., Page]) -> None:
    page = visit(viewport={"width": 1440, "height": 900})
    page.get_by_role("tab", name="Discuss").click()
    page.get_by_label("Topic").fill("<img src=x onerror=alert(1)> tides & **more**")
    page.get_by_role("button", name="Make pack").click()
    expect(page.locator(".declined")).to_contain_text("<img src=x", timeout=LONG)
    expect(page.locator(".declined img")).to_have_count(0)
