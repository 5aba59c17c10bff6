"""From a ZIP code to thanks, as a reader walks it: both languages, with scripts and without, any size."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from pytest_httpserver import HTTPServer

Enter = Callable[..., Any]
PHONE = {"width": 360, "height": 740}
DESK = {"width": 1280, "height": 900}
WORDS = {
    "en": {
        "start": "/",
        "go": "Find my members",
        "mine": "This is my district (TX-20)",
        "call": "Call John Cornyn",
        "outcomes": ["I talked to someone", "I left a voicemail", "No one answered"],
        "next": ["Call Ted Cruz", "Call Joaquin Castro"],
        "end": "See the count so far",
        "thanks": "Thank you. Here is where things stand.",
        "open": "Add your name, city and ZIP code to the script",
        "name": "Your name",
        "put": "Add to the script",
        "locate": "Use my location",
        "people": "Your members of Congress",
        "failed": "We couldn’t get your location.",
        "rough": "Your location is too rough to find a district.",
    },
    "es": {
        "start": "/es/",
        "go": "Buscar a mis legisladores",
        "mine": "Este es mi distrito (TX-20)",
        "call": "Llame a John Cornyn",
        "outcomes": ["Hablé con alguien", "Dejé un mensaje de voz", "Nadie contestó"],
        "next": ["Llame a Ted Cruz", "Llame a Joaquin Castro"],
        "end": "Ver cuánto llevamos",
        "thanks": "Gracias. Así vamos.",
        "open": "Ponga su nombre, su ciudad y su código postal en el guion",
        "name": "Su nombre",
        "put": "Agregar al guion",
        "locate": "Usar mi ubicación",
        "people": "Sus legisladores en el Congreso",
        "failed": "No obtuvimos su ubicación.",
        "rough": "Su ubicación no es bastante exacta.",
    },
}


# Every pair of language, scripts, size and scheme, in four walks.
@pytest.mark.parametrize(
    ("lang", "scripts", "size", "scheme"),
    [
        ("en", True, PHONE, "dark"),
        ("en", False, DESK, "light"),
        ("es", True, DESK, "light"),
        ("es", False, PHONE, "dark"),
    ],
    ids=["en, scripts, phone", "en, no scripts, desk", "es, scripts, desk", "es, no scripts, phone"],
)
def test_from_a_zip_code_to_thanks(
    visit: Enter, lang: str, scripts: bool, scheme: str, size: dict[str, int]
) -> None:
    say: dict[str, Any] = WORDS[lang]
    seen = visit(viewport=size, color_scheme=scheme, java_script_enabled=scripts)
    page: Page = seen.open(say["start"])
    page.locator("#zip").fill("78207")
    page.get_by_role("button", name=say["go"]).click()
    page.get_by_role("link", name=say["mine"]).click()
    page.get_by_role("link", name=say["call"]).click()
    for number, outcome in enumerate(say["outcomes"]):
        expect(page.locator("a.phone")).to_have_attribute("href", _telephone(page))
        expect(page.locator(".script")).to_contain_text("H.R." if number == 2 else "S.")
        page.get_by_role("button", name=outcome, exact=True).click()
        if number < 2:
            page.get_by_role("link", name=say["next"][number]).click()
    page.get_by_role("link", name=say["end"]).click()
    expect(page.locator("h1")).to_have_text(say["thanks"])
    assert seen.faults == []


def _telephone(page: Page) -> str:
    digits = "".join(c for c in page.locator("a.phone .number").inner_text() if c.isdigit())
    assert len(digits) == 10
    return f"tel:+1{digits}"


@pytest.mark.parametrize("lang", ["en", "es"])
def test_a_name_is_put_in_on_the_readers_side(visit: Enter, lang: str) -> None:
    """Nothing is sent; the next script has it already; a new window does not."""
    say: dict[str, Any] = WORDS[lang]
    base = "" if lang == "en" else "/es"
    seen = visit(viewport=PHONE)
    page: Page = seen.open(f"{base}/act/TX-20?member=C001098")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(f"{request.method} {request.url} {request.post_data}"))
    page.get_by_text(say["open"]).click()
    page.get_by_label(say["name"]).fill("Ana <b>López</b>")
    blank = page.locator("[data-blank=your_name]")
    expect(blank).to_have_text("Ana <b>López</b>")
    page.get_by_label(say["name"]).press("Enter")
    # The page may be fetched once more, as it came, to be read offline.
    assert not [request for request in sent if "Ana" in request or not request.startswith("GET ")]
    page.goto(page.url.replace("C001098", "C001056"))
    expect(page.locator("[data-blank=your_name]")).to_have_text("Ana <b>López</b>")
    page.get_by_label(say["name"]).fill("")
    expect(page.locator("[data-blank=your_name]")).not_to_have_text("Ana <b>López</b>")
    assert seen.faults == []
    other: Page = visit().open(f"{base}/act/TX-20?member=C001098")
    expect(other.locator("[data-blank=your_name]")).not_to_contain_text("Ana")


@pytest.mark.parametrize("lang", ["en", "es"])
def test_a_name_is_put_in_without_scripts_and_kept_nowhere(visit: Enter, lang: str) -> None:
    say: dict[str, Any] = WORDS[lang]
    seen = visit(viewport=PHONE, java_script_enabled=False)
    start = f"{'' if lang == 'en' else '/es'}/act/TX-20?member=C001098&kind=voicemail"
    page: Page = seen.open(start)
    page.get_by_text(say["open"]).click()
    page.get_by_label(say["name"]).fill("Ana López")
    page.get_by_role("button", name=say["put"]).click()
    expect(page.locator("[data-blank=your_name]")).to_have_text("Ana López")
    assert "Ana" not in page.url
    assert "kind=voicemail" in page.url
    again: Page = seen.open(start)
    expect(again.locator("[data-blank=your_name]")).not_to_contain_text("Ana")
    assert seen.faults == []


@pytest.mark.parametrize("lang", ["en", "es"])
def test_the_position_is_given_on_a_click_to_our_server_alone(
    visit: Enter, geocoder: HTTPServer, lang: str
) -> None:
    say: dict[str, Any] = WORDS[lang]
    spot = {"latitude": 29.434122, "longitude": -98.593629}
    seen = visit(viewport=PHONE, geolocation=spot, permissions=["geolocation"])
    page: Page = seen.open("/find" if lang == "en" else "/es/find")
    page.get_by_role("button", name=say["locate"]).click()
    expect(page.locator("h1")).to_have_text(say["people"])
    assert page.url.endswith("/act/TX-20")
    assert geocoder.log == []
    assert seen.faults == []


@pytest.mark.parametrize("lang", ["en", "es"])
def test_a_rough_position_is_not_used(visit: Enter, lang: str) -> None:
    spot = {"latitude": 29.434122, "longitude": -98.593629, "accuracy": 900}
    seen = visit(viewport=PHONE, geolocation=spot, permissions=["geolocation"])
    page: Page = seen.open("/find" if lang == "en" else "/es/find")
    page.get_by_role("button", name=WORDS[lang]["locate"]).click()
    expect(page.get_by_role("status")).to_contain_text(str(WORDS[lang]["rough"]))
    assert page.url.endswith("/find")
    assert seen.faults == []


def test_a_position_that_is_refused_leaves_the_other_ways(visit: Enter) -> None:
    seen = visit(viewport=PHONE)
    page: Page = seen.open("/find")
    page.get_by_role("button", name=WORDS["en"]["locate"]).click()
    expect(page.get_by_role("status")).to_contain_text(str(WORDS["en"]["failed"]))
    expect(page.get_by_role("button", name=WORDS["en"]["locate"])).to_be_enabled()
    assert seen.faults == []


def test_without_scripts_no_button_is_shown_that_needs_them(visit: Enter) -> None:
    page: Page = visit(java_script_enabled=False).open("/find")
    expect(page.get_by_role("button", name=WORDS["en"]["locate"])).to_be_hidden()
    page.goto(page.url.replace("/find", "/act/TX-20/thanks"))
    needing_scripts = page.locator("button[type=button]")
    expect(needing_scripts).to_have_count(2)
    for button in needing_scripts.all():
        expect(button).to_be_hidden()


def test_the_opened_form_is_sound(visit: Enter) -> None:
    seen = visit(viewport=PHONE)
    page: Page = seen.open("/es/act/TX-20?member=C001098")
    page.get_by_text(str(WORDS["es"]["open"])).click()
    assert seen.violations() == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
