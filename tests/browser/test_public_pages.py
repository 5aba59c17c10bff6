"""The public pages in a browser: no violation, no stray request, whole flows without scripts, any width."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

PAGES = {
    "campaign": "/",
    "find": "/find",
    "split": "/find?zip=78207",
    "unknown": "/find?zip=00000",
    "act": "/act/TX-20",
    "vacant": "/act/TX-23",
    "territory": "/act/PR-0",
    "call": "/act/TX-20?member=C001098&kind=call",
    "letter": "/act/TX-20?member=C001098&kind=letter",
    "bills": "/bills",
    "number": "/bills?q=H.R.+8427",
    "bill": "/bills/hr923-119",
    "past": "/bills/hr6736-119?on=2026-01-10",
    "dead": "/bills/hr8427-118",
    "unread": "/bills/s4647-118",
    "proposal": "/proposals/armas-act",
    "privacy": "/privacy",
    "data": "/data",
}
PHONE = {"width": 360, "height": 740}
DESK = {"width": 1280, "height": 900}
Enter = Callable[..., Any]


def place(name: str, lang: str) -> str:
    return PAGES[name] if lang == "en" else f"/es{PAGES[name]}"


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("lang", ["en", "es"])
def test_axe_finds_nothing(visit: Enter, lang: str, scheme: str, size: dict[str, int]) -> None:
    seen = visit(color_scheme=scheme, viewport=size, bypass_csp=True)
    broken = {}
    for name in [*PAGES, "missing"]:
        seen.open(place(name, lang) if name in PAGES else f"/{'es/' if lang == 'es' else ''}nothing")
        results = Axe().run(seen.page)
        if results.violations_count:
            broken[name] = [
                (one["id"], [node["target"] for node in one["nodes"]][:3])
                for one in results.response["violations"]
            ]
    assert broken == {}


@pytest.mark.parametrize("lang", ["en", "es"])
def test_no_page_asks_anything_elsewhere_or_complains(visit: Enter, lang: str) -> None:
    seen = visit(viewport=PHONE)
    for name in PAGES:
        seen.open(place(name, lang))
    assert seen.faults == []


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


@pytest.mark.parametrize("lang", ["en", "es"])
@pytest.mark.parametrize("zoom", [1, 2], ids=["plain", "text at 200 %"])
def test_nothing_scrolls_sideways_at_320_pixels(visit: Enter, lang: str, zoom: int) -> None:
    seen = visit(viewport={"width": 320, "height": 640}, bypass_csp=True)
    wide = {}
    for name in PAGES:
        seen.open(place(name, lang))
        if zoom > 1:
            seen.page.add_style_tag(content="html { font-size: 200% }")
        width = seen.page.evaluate("document.documentElement.scrollWidth")
        if width > 320:
            wide[name] = width
    assert wide == {}


@pytest.mark.parametrize("lang", ["en", "es"])
def test_from_zip_to_script_without_scripts(visit: Enter, lang: str) -> None:
    say = {
        "en": (
            "See who speaks for you",
            "This one is mine (TX-20)",
            "Call Ted Cruz",
            "Voicemail",
            "Next: John Cornyn",
        ),
        "es": (
            "Ver quién le representa",
            "Este es el mío (TX-20)",
            "Llamar Ted Cruz",
            "Buzón de voz",
            "Siguiente: John Cornyn",
        ),
    }[lang]
    seen = visit(java_script_enabled=False, viewport=PHONE)
    page: Page = seen.open(place("campaign", lang))
    page.get_by_label("ZIP").fill("78207")
    page.get_by_role("button", name=say[0]).click()
    page.get_by_role("link", name=say[1]).click()
    page.get_by_role("link", name=say[2]).click()
    expect(page.locator("a.phone")).to_have_attribute("href", "tel:+12022245922")
    expect(page.locator(".script")).to_contain_text("S.\N{NO-BREAK SPACE}3508")
    page.get_by_role("link", name=say[3]).click()
    page.get_by_role("link", name=say[4]).click()
    expect(page.locator("h1")).to_contain_text("John Cornyn")
    assert seen.faults == []


def test_the_switch_of_language_keeps_the_script(visit: Enter) -> None:
    seen = visit(java_script_enabled=False)
    page: Page = seen.open(place("call", "en"))
    page.get_by_role("link", name="Español").click()
    expect(page.locator("h1")).to_have_text("Llame a Ted Cruz")
    page.get_by_role("link", name="English").click()
    expect(page.locator("h1")).to_have_text("Call Ted Cruz")


def test_the_keyboard_reaches_the_content_first(visit: Enter) -> None:
    page: Page = visit(viewport=DESK).open("/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_label("Your ZIP code")).to_be_focused()
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"


@pytest.mark.parametrize("name", ["campaign", "find", "act", "call"])
def test_what_is_tapped_is_large_enough(visit: Enter, name: str) -> None:
    page: Page = visit(viewport=PHONE).open(PAGES[name])
    small = page.evaluate(
        """() => [...document.querySelectorAll('nav a, .button, .tabs a, input, select, summary, .offices a')]
            .filter(one => one.offsetParent && one.getBoundingClientRect().height < 44)
            .map(one => one.textContent.trim())"""
    )
    assert small == []


def test_a_letter_prints_as_a_letter(visit: Enter) -> None:
    page: Page = visit().open(PAGES["letter"])
    page.emulate_media(media="print")
    expect(page.locator(".script")).to_be_visible()
    for gone in (".masthead nav", ".tabs", ".buttons"):
        expect(page.locator(gone).first).to_be_hidden()


SHOTS = [
    ("campaign", "en", "light", DESK),
    ("campaign", "es", "dark", PHONE),
    ("split", "en", "light", PHONE),
    ("act", "en", "light", DESK),
    ("act", "es", "dark", PHONE),
    ("call", "en", "light", PHONE),
    ("letter", "es", "light", DESK),
    ("bill", "en", "light", DESK),
    ("bill", "es", "dark", PHONE),
    ("proposal", "en", "light", DESK),
]


@pytest.mark.parametrize(("name", "lang", "scheme", "size"), SHOTS)
def test_screenshots(
    visit: Enter, screenshots: Path, name: str, lang: str, scheme: str, size: dict[str, int]
) -> None:
    page: Page = visit(color_scheme=scheme, viewport=size).open(place(name, lang))
    kind = "phone" if size is PHONE else "desk"
    file = screenshots / f"{name}-{lang}-{scheme}-{kind}.png"
    page.screenshot(path=file)
    assert file.stat().st_size < 150_000
