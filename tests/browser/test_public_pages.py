"""The public pages in a browser: no violation, no stray request, whole flows without scripts, any width."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

PAGES = {
    "campaign": "/",
    "find": "/find",
    "split": "/find?zip=78207",
    "unknown": "/find?zip=00000",
    "act": "/act/TX-20",
    "vacant": "/act/TX-23",
    "territory": "/act/PR-0",
    "call": "/act/TX-20?member=C001098",
    "one bill": "/act/TX-20?member=C001098&kind=voicemail&bill=s3508-119",
    "aloud": "/act/TX-20/aloud?member=C001098",
    "number that fails": "/act/TX-20/number?member=C001098&bill=us-guns-abroad",
    "thanks": "/act/TX-20/thanks",
    "letter": "/act/TX-20/letter?member=C001098&v=5",
    "districts": "/districts",
    "bills": "/bills",
    "number": "/bills?q=H.R.+8427",
    "bill": "/bills/hr923-119",
    "past": "/bills/hr6736-119?on=2026-01-10",
    "dead": "/bills/hr8427-118",
    "scorecard": "/scorecard?state=TX",
    "unread": "/bills/s4647-118",
    "proposal": "/proposals/armas-act",
    "privacy": "/privacy",
    "about": "/about",
    "search": "/search?q=garcia",
    "nothing found": "/search?q=xyzzy",
    "data": "/data",
    "developers": "/developers",
    "embedding": "/embed",
}
# Pages of a call besides those above.
AROUND_A_CALL = (
    "/act/DC-0",
    "/act/TX-20?member=C001098&kind=call",
    "/act/TX-20/number?member=C001098",
    "/act/TX-20/called?member=C001098",
    "/act/TX-20/called?member=C001098&bill=s367-119",
    "/act/TX-20/aloud?member=C001098&bill=us-guns-abroad",
    "/act/TX-20/offices?member=C001098",
    "/act/TX-20/letter?member=C001098&v=5&both=1",
    "/act/TX-20/kit",
    "/sheet",
)
# Pages of the same templates as others, with other rows: one look at each is enough.
ALIKE = {
    "split",
    "unknown",
    "vacant",
    "territory",
    "one bill",
    "number",
    "past",
    "dead",
    "unread",
    "nothing found",
}
PHONE = {"width": 360, "height": 740}
DESK = {"width": 1280, "height": 900}
Enter = Callable[..., Any]


def place(name: str, lang: str) -> str:
    return PAGES[name] if lang == "en" else f"/es{PAGES[name]}"


def test_axe_finds_nothing_and_no_page_asks_elsewhere_complains_or_scrolls_sideways(
    visit: Enter, look: Any
) -> None:
    seen = visit(color_scheme=look.scheme, viewport=look.size)
    alike = {place(name, look.lang) for name in ALIKE if look.scheme == "dark"}
    paths = [place(name, look.lang) for name in PAGES]
    assert seen.unsound(path for path in paths if path not in alike) == {}
    assert seen.unsound(alike, axe=False) == {}
    assert seen.unsound(path if look.lang == "en" else f"/es{path}" for path in AROUND_A_CALL) == {}
    assert seen.faults == []
    assert seen.broken(["/nothing" if look.lang == "en" else "/es/nothing"]) == {}


def test_the_watch_would_notice(visit: Enter) -> None:
    """An inline style and a foreign picture are caught: the policy is at work, and so is the watch."""
    seen = visit()
    seen.open("/privacy")
    seen.page.evaluate(
        """document.body.insertAdjacentHTML('beforeend',
            '<p style="color:red">x</p><img src="https://example.org/x.png">')"""
    )
    seen.page.wait_for_function("document.images[0].complete")
    assert any("style" in fault for fault in seen.faults)
    assert any("example.org" in fault for fault in seen.faults)


def test_the_switch_of_language_keeps_the_script(visit: Enter) -> None:
    seen = visit(java_script_enabled=False)
    page: Page = seen.open(place("call", "en"))
    page.get_by_role("link", name="Español").click()
    expect(page.locator("h1")).to_have_text("Llame a Ted Cruz")
    page.get_by_role("link", name="English").click()
    expect(page.locator("h1")).to_have_text("Call Ted Cruz")


def test_the_header_takes_one_line_on_a_phone(visit: Enter) -> None:
    seen = visit(viewport=PHONE)
    for lang in ("en", "es"):
        page: Page = seen.open(place("campaign", lang))
        assert page.locator(".masthead").bounding_box()["height"] < 60, lang  # type: ignore[index]


def test_the_keyboard_reaches_the_content_first(visit: Enter) -> None:
    page: Page = visit(viewport=DESK).open("/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to main content")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_label("Your ZIP code")).to_be_focused()
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"


def test_what_is_tapped_is_large_enough_and_apart(visit: Enter) -> None:
    seen = visit(viewport=PHONE)
    for name in ("campaign", "find", "act", "call", "number that fails"):
        _is_tapped_with_ease(seen.open(PAGES[name]), name)


def _is_tapped_with_ease(page: Page, name: str) -> None:
    small = page.evaluate(
        """() => [...document.querySelectorAll('nav a, .button, .tabs a, input, select, summary, .offices a')]
            .filter(one => one.offsetParent && one.getBoundingClientRect().height < 44)
            .map(one => one.textContent.trim())"""
    )
    assert small == [], name
    touching = page.evaluate(
        """() => {
            const boxes = [...document.querySelectorAll('.button')].filter(one => one.offsetParent)
                .map(one => [one.getBoundingClientRect(), one.textContent.trim()]);
            const near = (a, b) => a.left < b.right + 8 && b.left < a.right + 8 &&
                a.top < b.bottom + 8 && b.top < a.bottom + 8;
            return boxes.flatMap(([a, name], at) => boxes.slice(at + 1)
                .filter(([b]) => near(a, b)).map(([, other]) => [name, other]));
        }"""
    )
    assert touching == [], name


@pytest.mark.parametrize("lang", ["en", "es"])
def test_everything_can_be_reached_and_seen_by_keyboard(visit: Enter, lang: str) -> None:
    """Tab walks every link, button and field of a page in order, and shows where it is."""
    page: Page = visit(viewport=DESK).open(place("call", lang))
    wanted = page.evaluate(
        """[...document.querySelectorAll('a[href], button, input, select, textarea, summary')]
            .filter(one => one.checkVisibility() && one.type !== 'hidden').length"""
    )
    reached, tops = set(), []
    for _ in range(wanted):
        page.keyboard.press("Tab")
        at = page.evaluate(
            """() => { const one = document.activeElement; const box = one.getBoundingClientRect();
            return [one.outerHTML.slice(0, 200), getComputedStyle(one).outlineStyle, box.top + scrollY] }"""
        )
        assert at[1] == "solid", at[0]
        reached.add(at[0])
        tops.append(at[2])
    assert len(reached) == wanted


@pytest.mark.parametrize("lang", ["en", "es"])
def test_in_forced_colours_nothing_is_told_by_colour_alone(visit: Enter, lang: str) -> None:
    seen = visit(viewport=PHONE, forced_colors="active")
    assert seen.broken(place(name, lang) for name in ("call", "bill", "act")) == {}
    chosen = seen.page.locator(".button").first
    assert chosen.evaluate("one => getComputedStyle(one).borderTopStyle") == "solid"


def test_with_less_motion_nothing_moves(visit: Enter) -> None:
    page: Page = visit(reduced_motion="reduce").open("/")
    assert page.locator(".button").first.evaluate("one => getComputedStyle(one).transitionDuration") == "0s"


def test_a_letter_prints_as_a_letter(visit: Enter) -> None:
    page: Page = visit().open(PAGES["letter"])
    page.emulate_media(media="print")
    expect(page.locator(".script")).to_be_visible()
    for gone in (".masthead", "#letter-form", ".buttons", ".foot"):
        expect(page.locator(gone).first).to_be_hidden()


def test_paper_for_a_table_says_who_asks_and_offers_no_newsletter(visit: Enter) -> None:
    seen = visit()
    seen.page.emulate_media(media="print")
    for path in ("/act/TX-20/kit", "/sheet"):
        page: Page = seen.open(path)
        expect(page.locator(".masthead .full")).to_be_visible()
        expect(page.locator(".foot")).to_be_hidden()
