"""From the script to the end of a call or a letter, in a browser, with scripts and without."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

PAGES = {
    "called": "/act/TX-20/called?member=C001098&bill=s367-119",
    "aloud": "/act/TX-20/aloud?member=C001098&bill=us-guns-abroad",
    "offices": "/act/TX-20/offices?member=C001098",
    "letter": "/act/TX-20/letter?member=C001098&v=5",
    "both": "/act/TX-20/letter?member=C001098&v=5&both=1",
    "kit": "/act/TX-20/kit",
    "sheet": "/sheet",
}
PHONE = {"width": 320, "height": 740}
DESK = {"width": 1280, "height": 900}
Enter = Callable[..., Any]


@pytest.mark.parametrize("lang", ["", "/es"])
def test_nothing_around_a_call_asks_elsewhere_complains_or_scrolls_sideways(visit: Enter, lang: str) -> None:
    seen = visit(viewport=DESK)
    wide = []
    for name, path in PAGES.items():
        if seen.open(lang + path).evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            wide.append(name)
    assert wide == []
    assert seen.faults == []


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_a_letter_of_ones_own(visit: Enter, scripts: bool) -> None:
    seen = visit(viewport=PHONE, java_script_enabled=scripts)
    page: Page = seen.open(PAGES["letter"])
    page.get_by_label("Trace more of the guns that are found").check()
    page.get_by_label("Your name").fill("Ana López")
    page.get_by_label(re.compile("Why does this matter to you?")).fill("My cousin lives in Juárez.")
    update = page.get_by_role("button", name="Update the letter")
    expect(update).to_be_visible(visible=not scripts)
    if not scripts:
        update.click()
    letter = page.locator("#letter")
    expect(letter).to_contain_text("My cousin lives in Juárez.")
    expect(letter).to_contain_text("Ana López")
    expect(letter).to_contain_text("eTrace")
    assert "Ana" not in page.url
    assert seen.faults == []


def test_a_letter_fills_in_as_one_types_and_nothing_is_sent(visit: Enter) -> None:
    seen = visit(viewport=PHONE)
    page: Page = seen.open(PAGES["letter"])
    sent: list[str] = []
    page.on("request", lambda request: sent.append(f"{request.method} {request.url} {request.post_data}"))
    page.get_by_label("Your name").fill("Ana López")
    expect(page.locator("#letter")).to_contain_text("Ana López")
    expect(page.locator("#plain")).to_have_value(re.compile("Ana López"))
    page.get_by_label("Your name").fill("")
    expect(page.locator("#letter [data-from=name]")).to_have_text("your name")
    # The page may be fetched once more, as it came, to be read offline.
    assert not [request for request in sent if "Ana" in request or not request.startswith("GET ")]


def test_a_town_that_ends_with_a_period_ends_a_sentence_with_it(visit: Enter) -> None:
    page: Page = visit(viewport=PHONE).open(PAGES["letter"].replace("v=5", "v=6"))
    expect(page.locator("#letter")).to_contain_text("your town. ")
    page.get_by_label("Your town").fill("Washington, D.C.")
    expect(page.locator("#letter")).to_contain_text("Washington, D.C. ")
    expect(page.locator("#letter")).not_to_contain_text("D.C..")
    expect(page.locator("#plain")).to_have_value(re.compile(r"Washington, D\.C\. "))


def test_points_and_other_words_come_at_once_and_what_was_written_stays_in_the_tab(visit: Enter) -> None:
    seen = visit(viewport=DESK)
    page: Page = seen.open(PAGES["letter"])
    letter, sent = page.locator("#letter"), []
    page.on("request", lambda request: sent.append(request.url + (request.post_data or "")))
    page.get_by_label("Your name").fill("Ana López")
    page.get_by_label(re.compile("Why does this matter to you?")).fill("My cousin lives in Juárez.")
    page.get_by_label("Trace more of the guns that are found").check()
    expect(letter).to_contain_text("eTrace")
    before = letter.inner_text()
    page.get_by_role("button", name="Reword it").click()
    expect(letter).not_to_have_text(before, use_inner_text=True)
    for text in ("eTrace", "Ana López", "My cousin lives in Juárez."):
        expect(letter).to_contain_text(text)
    assert re.search(r"v=6&points=tracing$", page.url)
    page.get_by_role("link", name="Stop Arming Cartels Act").first.click()
    expect(letter).to_contain_text("My cousin lives in Juárez.")
    page.get_by_role("link", name=re.compile("^Next: ")).click()
    expect(letter).to_contain_text("Ana López")
    assert not any("Ana" in request or "cousin" in request for request in sent)
    assert seen.faults == []


def test_an_english_letter_has_the_spanish_beside_it_and_is_copied_alone(visit: Enter) -> None:
    seen = visit(viewport=DESK, permissions=["clipboard-read", "clipboard-write"])
    page: Page = seen.open("/es" + PAGES["letter"])
    page.get_by_role("link", name="En inglés, con el español al lado").click()
    expect(page.locator("#letter .aid").first).to_be_visible()
    page.get_by_label("Rastrear más armas de las que se encuentran").check()
    expect(page.locator("#letter")).to_contain_text("el sistema")
    page.locator("#name").fill("Ana López")
    page.locator("#town").fill("San Antonio")
    page.locator("#copy").click()
    expect(page.locator("#copied")).to_contain_text("Copiad")
    text = page.evaluate("navigator.clipboard.readText()")
    assert text.startswith("Dear Senator")
    assert "eTrace" in text
    assert not re.search("Gracias|armas", text)
    assert seen.faults == []


@pytest.mark.parametrize("lang", ["", "/es"])
def test_a_letter_is_copied_without_holes_or_not_at_all(visit: Enter, lang: str) -> None:
    seen = visit(viewport=DESK, permissions=["clipboard-read", "clipboard-write"])
    page: Page = seen.open(lang + PAGES["letter"])
    for field in ("name", "town"):
        page.locator("#copy").click()
        expect(page.locator("#copied")).to_contain_text({"": "Not copied yet", "/es": "no se copió"}[lang])
        expect(page.locator(f"#{field}")).to_be_focused()
        page.locator(f"#{field}").fill("Ana López" if field == "name" else "San Antonio")
    page.locator("#copy").click()
    expect(page.locator("#copied")).to_contain_text({"": "Copied", "/es": "Copiad"}[lang])
    text = page.evaluate("navigator.clipboard.readText()")
    assert "____" not in text
    assert "(" not in text.split("\n\n")[-1]
    assert text.rstrip().endswith("Ana López")
    assert "\n\n\n" not in text
    page.locator("#sentence").fill("My cousin lives in Juárez.")
    page.locator("#address").fill("12 Main St")
    page.locator("#copy").click()
    text = page.evaluate("navigator.clipboard.readText()")
    assert "My cousin lives in Juárez." in text
    assert text.rstrip().endswith("12 Main St")


@pytest.mark.parametrize("wanted", ["Download PDF", "Download text"])
def test_a_letter_is_taken_away_as_a_file(visit: Enter, wanted: str) -> None:
    page: Page = visit(java_script_enabled=False).open(PAGES["letter"])
    with page.expect_download() as download:
        page.get_by_role("button", name=wanted).click()
    assert download.value.suggested_filename.startswith("letter-C001098-s3508-119.")


def test_a_kit_prints_its_strips_and_leaves_out_the_rest(visit: Enter) -> None:
    page: Page = visit().open(PAGES["kit"])
    page.emulate_media(media="print")
    expect(page.locator(".strip")).to_have_count(6)
    expect(page.get_by_role("heading", level=1)).to_be_hidden()
    expect(page.locator(".square svg")).to_be_visible()
