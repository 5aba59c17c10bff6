"""From a shared link to the number in three taps and the report in one, at the speed of a person on a phone."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from playwright.sync_api import Locator, Page, expect

PHONE = {"width": 360, "height": 740}
# Milliseconds between two keys of someone who types with a thumb.
TYPING = 120
WORDS = {
    "": {
        "zip": "Your ZIP code", "find": "Find my members", "call": "Call John Cornyn",
        "talked": "I talked to someone", "message": "I left a voicemail", "none": "No one answered",
        "thanks": "Thank you. That call counts.", "next": "Call Ted Cruz", "done": "Done: you called",
        "undo": "Undo", "said": "Undecided", "noted": "Noted: Undecided", "other": "Let’s try another way",
        "last": "See the count so far", "end": "Thank you. Here is where things stand.",
    },
    "/es": {
        "zip": "Su código postal (ZIP)", "find": "Buscar a mis legisladores", "call": "Llame a John Cornyn",
        "talked": "Hablé con alguien", "message": "Dejé un mensaje de voz", "none": "Nadie contestó",
        "thanks": "Gracias. Esa llamada cuenta.", "next": "Llame a Ted Cruz", "done": "Listo: ya llamó",
        "undo": "Deshacer", "said": "Todavía no decide", "noted": "Anotado: Todavía no decide",
        "other": "Probemos de otra manera",
        "last": "Ver cuánto llevamos", "end": "Gracias. Así vamos.",
    },
}  # fmt: skip
Enter = Callable[..., Any]


@dataclass
class Hand:
    """A thumb on a phone: what it taps has to be on the screen or be scrolled to, and each tap counts."""

    page: Page
    taps: int = field(default=0)

    def tap(self, target: Locator) -> None:
        self.taps += 1
        target.tap()

    def type(self, target: Locator, text: str) -> None:
        self.tap(target)
        target.press_sequentially(text, delay=TYPING)

    def button(self, name: str) -> None:
        self.tap(self.page.get_by_role("button", name=name, exact=True).first)

    def link(self, name: str) -> None:
        self.tap(self.page.get_by_role("link", name=name, exact=True).first)


@pytest.fixture(params=["", "/es"], ids=["English", "Spanish"])
def lang(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def first_screen(page: Page, selector: str) -> bool:
    """Whether something begins where one sees it without scrolling, a line of it at least."""
    box = page.locator(selector).first.bounding_box()
    assert box
    return box["y"] + min(box["height"], 40) <= PHONE["height"]


def number_reached(page: Page) -> None:
    number = page.locator("main a[href^='tel:']").first
    expect(number).to_be_visible()
    assert first_screen(page, "main a[href^='tel:']")
    assert first_screen(page, "#words p")


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
@pytest.mark.parametrize("start", ["/act/TX-20", "/"], ids=["a shared link", "the front page"])
def test_three_taps_to_the_number_and_one_to_report(visit: Enter, lang: str, scripts: bool, start: str) -> None:
    seen = visit(viewport=PHONE, has_touch=True, is_mobile=True, java_script_enabled=scripts)
    words = WORDS[lang]
    hand = Hand(seen.open(lang + start))
    if start == "/":
        hand.type(hand.page.get_by_label(words["zip"]).first, "05401")
        hand.button(words["find"])
        hand.page.wait_for_url("**/act/VT-0")
    name = hand.page.locator("#start").inner_text()
    call = hand.page.locator(".start a.button").first
    expect(call).to_contain_text(name)
    hand.tap(call)
    number_reached(hand.page)
    assert hand.taps <= 3
    hand.taps = 0
    hand.button(words["message"])
    expect(hand.page.get_by_role("heading", level=1)).to_have_text(words["thanks"])
    assert hand.taps == 1
    assert seen.faults == []


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_the_next_person_is_in_place_and_back_and_undo_lose_nothing(
    visit: Enter, lang: str, scripts: bool
) -> None:
    seen = visit(viewport=PHONE, has_touch=True, is_mobile=True, java_script_enabled=scripts)
    words = WORDS[lang]
    page: Page = seen.open(f"{lang}/act/TX-20")
    ticks = page.locator("[data-if-called]:visible")
    expect(ticks).to_have_count(0)
    hand = Hand(page)
    hand.link(words["call"])
    hand.button(words["talked"])
    hand.button(words["said"])
    expect(page.get_by_text(words["noted"])).to_be_visible()
    # Back after a report shows the script again, and forward the report: nothing is sent anew.
    page.goto(page.url)
    expect(page.get_by_text(words["noted"])).to_be_visible()
    hand.link(words["next"])
    number_reached(page)
    hand.button(words["none"])
    expect(page.get_by_role("heading", level=1)).to_have_text(words["other"])
    page.goto(f"{seen.address}{lang}/act/TX-20")
    expect(ticks).to_have_count(1 if scripts else 0)
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text(words["other"])
    page.go_back()
    number_reached(page)
    page.go_back()
    expect(page.get_by_text(words["noted"])).to_be_visible()
    hand.button(words["undo"])
    expect(page.get_by_role("status").first).to_be_visible()
    page.goto(f"{seen.address}{lang}/act/TX-20")
    expect(ticks).to_have_count(0)
    assert seen.faults == []


def test_the_last_report_leads_to_thanks(visit: Enter, lang: str) -> None:
    words = WORDS[lang]
    hand = Hand(visit(viewport=PHONE, has_touch=True, is_mobile=True).open(f"{lang}/act/TX-20?member=C001091"))
    hand.button(words["message"])
    hand.link(words["last"])
    expect(hand.page.get_by_role("heading", level=1)).to_have_text(words["end"])


def test_the_number_and_the_first_words_are_on_the_first_screen_in_the_last_weeks(
    visit: Enter, lang: str
) -> None:
    """A notice of how long this Congress still lasts stands above everything then."""
    seen = visit(viewport=PHONE)
    with time_machine.travel(datetime(2026, 12, 14, 15, tzinfo=UTC)):
        for place in ("TX-20?member=C001056", "TX-20?member=C001091", "NY-14?member=O000172"):
            page: Page = seen.open(f"{lang}/act/{place}")
            expect(page.locator(".notice").first).to_be_visible()
            number_reached(page)


def report(page: Page, name: str) -> None:
    """Report a call and wait for the answer: a page that is on its way has no document to measure."""
    page.get_by_role("button", name=name, exact=True).click()
    page.wait_for_url("**/called?*")


def test_axe_finds_nothing_in_the_answer_to_a_report(visit: Enter, look: Any) -> None:
    seen = visit(color_scheme=look.scheme, viewport=look.size)
    start = "" if look.lang == "en" else "/es"
    reported = []
    for result in ("talked", "none"):
        page = seen.open(f"{start}/act/TX-20?member=C001098")
        report(page, WORDS[start][result])
        reported.append(page.url.removeprefix(seen.address))
    assert seen.broken(reported) == {}


def test_a_share_link_that_is_used_counts_one(visit: Enter, lang: str) -> None:
    page: Page = visit(viewport=PHONE).open(f"{lang}/act/TX-20/thanks")
    with page.expect_response(f"**{lang}/shared") as answer:
        page.evaluate("document.querySelector('[data-share], [data-shared]').click()")
    assert answer.value.status == 204


def test_reports_and_members_fit_320_pixels(visit: Enter, lang: str) -> None:
    """With the text as it comes, and at 200 percent."""
    for name in ("talked", "none"):
        page: Page = visit(viewport={"width": 320, "height": 640}).open(f"{lang}/act/TX-20?member=C001098")
        fits_320_pixels(page, f"before {name}")
        report(page, WORDS[lang][name])
        fits_320_pixels(page, name)


def fits_320_pixels(page: Page, name: str) -> None:
    for size in (100, 200):
        width = page.evaluate(
            "size => { document.documentElement.style.fontSize = `${size}%`; "
            "return document.documentElement.scrollWidth }", size
        )  # fmt: skip
        assert width <= 320, (name, size)
