"""Parts of the campaign on a site of another origin: a page at ``localhost`` frames that at 127.0.0.1."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Frame, Page, Route, expect
from pytest_httpserver import HTTPServer

SAYS = {
    "find": {"en": "Find my members", "es": "Buscar a mis legisladores"},
    "count": {"en": "29 co-sponsors", "es": "29 copatrocinadores"},
    "chart": {"en": "Co-sponsors of H.R. 6736 over time", "es": "Copatrocinadores de H.R. 6736 a lo largo"},
    "map": {"en": "Members on at least one of these bills", "es": "Legisladores que apoyan al menos uno"},
}
TITLES = {
    "find": {"en": "Call your members of Congress", "es": "Llame a sus legisladores en el Congreso"},
    "count": {"en": "Co-sponsors so far", "es": "Copatrocinios hasta hoy"},
    "chart": {"en": "Co-sponsors over time", "es": "Copatrocinios a lo largo del tiempo"},
    "map": {"en": "Who is on, by state", "es": "Quiénes apoyan, por estado"},
}
HOST_PAGE = """<!doctype html><html lang="{lang}"><meta charset="utf-8">
<meta name="color-scheme" content="light dark">
<title>A partner</title><meta name="viewport" content="width=device-width"><link rel="icon" href="data:,">
<h1>A partner</h1>{parts}<p>The end</p></html>"""
Enter = Callable[..., Any]


class Partner:
    """The other site: pages of its own, and what the browser did wrong on them."""

    def __init__(self, server: HTTPServer, seen: Any) -> None:
        self._server = server
        self.page: Page = seen.page
        self.service: str = seen.address
        self.origin = f"http://localhost:{server.port}"
        self.wrong: list[str] = []
        self.page.on("console", lambda message: self.wrong.append(message.text))
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))
        self.page.on("response", lambda reply: self._look_at(reply.url, reply.all_headers()))

    def _look_at(self, url: str, headers: dict[str, str]) -> None:
        if not url.startswith((self.service, self.origin, "data:")):
            self.wrong.append(f"a third party: {url}")
        if "set-cookie" in headers:
            self.wrong.append(f"a cookie: {url}")

    def show(self, parts: str, lang: str = "en", headers: dict[str, str] | None = None) -> Page:
        body = HOST_PAGE.format(lang=lang, parts=parts)
        self._server.clear()
        self._server.expect_request("/").respond_with_data(
            body, content_type="text/html; charset=utf-8", headers=headers or {}
        )
        self.page.goto(self.origin)
        return self.page

    def script(self, **data: str) -> str:
        written = "".join(f' data-{name}="{value}"' for name, value in data.items())
        return f'<script src="{self.service}/embed.js"{written} async></script>'

    def frame(self, path: str, title: str = "x") -> str:
        return f'<iframe src="{self.service}{path}" title="{title}" width="100%" height="420"></iframe>'

    def inner(self) -> Frame:
        """The frame's document, loaded."""
        handle = self.page.locator("iframe").element_handle()
        found = handle.content_frame()
        assert found is not None
        found.wait_for_load_state()
        return found


@pytest.fixture(scope="session")
def other_site() -> Iterator[HTTPServer]:
    with HTTPServer(host="localhost") as server:
        yield server


@pytest.fixture
def partner(visit: Enter, other_site: HTTPServer) -> Callable[..., Partner]:
    return lambda **settings: Partner(other_site, visit(**settings))


@pytest.mark.parametrize("lang", ["en", "es"])
def test_one_line_of_script_shows_a_part_in_the_language_of_the_page(
    partner: Callable[..., Partner], lang: str
) -> None:
    site = partner()
    for kind in SAYS:
        _shows(site, kind, lang)
    assert site.page.context.cookies() == []
    assert site.wrong == []


def _shows(site: Partner, kind: str, lang: str) -> None:
    page = site.show(site.script(show=kind), lang)
    frame = page.frame_locator("iframe")
    expect(frame.locator("main")).to_contain_text(SAYS[kind][lang].replace("H.R. ", "H.R.\xa0"))
    assert page.locator("iframe").get_attribute("title") == TITLES[kind][lang]
    inner = site.inner()
    assert inner.url.startswith(site.service)
    assert inner.evaluate("document.documentElement.lang") == lang
    # The frame is as high as its content, to the pixel: nothing is cut off, and no second scroll bar.
    page.wait_for_function("() => document.querySelector('iframe').style.height !== '420px'")
    height = inner.evaluate("document.documentElement.offsetHeight")
    assert page.locator("iframe").bounding_box()["height"] == pytest.approx(height, abs=1)  # type: ignore[index]
    assert inner.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert inner.evaluate("document.cookie") == ""


@pytest.mark.parametrize("lang", ["en", "es"])
def test_a_plain_frame_shows_the_same_without_scripts(partner: Callable[..., Partner], lang: str) -> None:
    site = partner(java_script_enabled=False)
    for kind in SAYS:
        page = site.show(site.frame(f"{'/es' if lang == 'es' else ''}/embed/{kind}"), lang)
        text = SAYS[kind][lang].replace("H.R. ", "H.R.\xa0")
        expect(page.frame_locator("iframe").locator("main")).to_contain_text(text)
    assert page.context.cookies() == []
    assert site.wrong == []


@pytest.mark.parametrize(("scripted", "lang"), [(True, "en"), (True, "es"), (False, "en"), (False, "es")])
def test_a_zip_code_opens_the_page_of_ones_members_in_a_new_tab(
    partner: Callable[..., Partner], scripted: bool, lang: str
) -> None:
    site = partner(java_script_enabled=scripted)
    start = "/es" if lang == "es" else ""
    page = site.show(site.script() if scripted else site.frame(f"{start}/embed/find"), lang)
    frame = page.frame_locator("iframe")
    frame.locator("#zip").fill("82001")
    with page.context.expect_page() as opened:
        frame.locator("#zip").press("Enter")
    opened.value.wait_for_load_state()
    assert opened.value.url.startswith(f"{site.service}{start}/act/WY-0")
    assert opened.value.evaluate("window.opener") is None if scripted else True
    assert page.url.rstrip("/") == site.origin
    assert page.context.cookies() == []
    assert site.wrong == []


def test_a_part_about_one_proposal_or_bill_and_a_language_of_its_own(partner: Callable[..., Partner]) -> None:
    site = partner()
    page = site.show(site.script(show="count", proposal="armas-act", lang="es"))
    expect(page.frame_locator("iframe").locator("h1")).to_have_text("Ley ARMAS")
    page = site.show(site.script(show="chart", bill="hr8427-118"))
    expect(page.frame_locator("iframe").locator("figcaption")).to_contain_text("H.R.\xa08427 (118th)")
    page = site.show(site.script(show="nonsense"))
    expect(page.frame_locator("iframe").locator("#zip")).to_be_visible()
    assert site.wrong == []


# Where a script may lie, with the address that its frame's begins with.
FOLDERS = {
    "http://x.test/embed.js": "http://x.test/",
    "http://x.test/es/embed.js": "http://x.test/",
    "http://x.test/c/water/embed.js": "http://x.test/c/water/",
    "http://x.test/c/water/es/embed.js": "http://x.test/c/water/",
    "http://x.test/c/lakes/embed.js": "http://x.test/c/lakes/",
    "http://x.test/c/lakes/es/embed.js": "http://x.test/c/lakes/",
    "http://x.test/c/es/embed.js": "http://x.test/c/es/",
    "http://x.test/c/es/es/embed.js": "http://x.test/c/es/",
    "http://x.test/below/pages/embed.js": "http://x.test/below/pages/",
    "http://site.es/embed.js": "http://site.es/",
    "http://site.es/es/embed.js": "http://site.es/",
    "http://es/embed.js": "http://es/",
    "http://embed.js.test/es/embed.js?v=/es/embed.js#/es/": "http://embed.js.test/",
}


def test_a_frame_comes_from_where_its_script_lies(visit: Enter) -> None:
    seen = visit()
    page: Page = seen.page
    script = page.request.get(f"{seen.address}/embed.js").text()

    def answer(route: Route) -> None:
        is_script = route.request.resource_type == "script"
        kind, body = ("text/javascript", script) if is_script else ("text/html", "<!doctype html><p>x")
        route.fulfill(content_type=kind, body=body)

    page.route("**/*", answer)
    page.goto("http://partner.test/")
    for address, base in FOLDERS.items():
        page.set_content(f'<html lang="es"><script src="{address}"></script>')
        assert page.locator("iframe").get_attribute("src") == f"{base}es/embed/find#http://partner.test"


def test_a_language_nearer_than_the_pages_is_taken(partner: Callable[..., Partner]) -> None:
    site = partner()
    page = site.show(f'<section lang="es-MX">{site.script()}</section>')
    expect(page.frame_locator("iframe").locator("html")).to_have_attribute("lang", "es")


def test_the_height_follows_what_the_reader_opens(partner: Callable[..., Partner]) -> None:
    site = partner()
    page = site.show(site.script(show="map"))
    frame = page.frame_locator("iframe")
    frame.locator("summary").click()
    expect(frame.get_by_role("cell").first).to_be_visible()
    inner = site.inner()
    page.wait_for_function(
        "height => Math.abs(document.querySelector('iframe').offsetHeight - height) < 2",
        arg=inner.evaluate("document.documentElement.offsetHeight"),
    )


def test_nobody_else_sets_the_height(partner: Callable[..., Partner]) -> None:
    """Neither the page itself nor a frame of another origin."""
    site = partner()
    page = site.show(site.script(show="find"))
    page.wait_for_function("() => document.querySelector('iframe').style.height !== '420px'")
    before = page.locator("iframe").evaluate("one => one.style.height")
    page.evaluate("postMessage({campaignHeight: 4321}, '*')")
    page.evaluate(
        """() => new Promise(done => {
            const other = document.createElement('iframe');
            other.srcdoc = "<script>parent.postMessage({campaignHeight: 4321}, '*')</" + "script>";
            addEventListener('message', event => event.source === other.contentWindow && done());
            document.body.append(other);
        })"""
    )
    assert page.locator("iframe").first.evaluate("one => one.style.height") == before


def test_a_height_that_is_none_is_not_taken(partner: Callable[..., Partner]) -> None:
    site = partner()
    page = site.show(site.script(show="find"))
    page.wait_for_function("() => document.querySelector('iframe').style.height !== '420px'")
    before = page.locator("iframe").evaluate("one => one.style.height")
    for value in ("'9999'", "-5", "'x'", "{}", "null", "1e9"):
        page.evaluate(
            """() => { window.heard = new Promise(done => addEventListener('message', done, {once: true})); }"""
        )
        site.inner().evaluate(f"parent.postMessage({{campaignHeight: {value}}}, '*')")
        page.evaluate("window.heard.then(() => true)")
        assert page.locator("iframe").evaluate("one => one.style.height") == before, value


def test_a_plain_frame_tells_its_page_nothing(partner: Callable[..., Partner]) -> None:
    site = partner()
    listening = "<script>window.heard = []; addEventListener('message', e => heard.push(e.data))</script>"
    page = site.show(listening + site.frame("/embed/find"))
    site.inner().evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    assert page.evaluate("heard") == []


def test_it_works_under_a_strict_policy_of_the_partners(partner: Callable[..., Partner]) -> None:
    site = partner()
    policy = f"default-src 'none'; img-src data:; script-src {site.service}; frame-src {site.service}"
    page = site.show(site.script(), headers={"Content-Security-Policy": policy})
    expect(page.frame_locator("iframe").locator("#zip")).to_be_visible()
    page.wait_for_function("() => document.querySelector('iframe').style.height !== '420px'")
    assert site.wrong == []


def test_no_other_page_is_shown_in_a_frame(partner: Callable[..., Partner]) -> None:
    site = partner()
    page = site.show(site.frame("/find"))
    page.wait_for_function("() => true")
    site.inner()
    assert any(re.search("frame-ancestors|X-Frame-Options", text) for text in site.wrong)
    assert page.frame_locator("iframe").locator("#zip").count() == 0


def test_axe_finds_nothing_in_a_frame(visit: Enter, look: Any) -> None:
    seen = visit(color_scheme=look.scheme, viewport={"width": 320, "height": 640}, bypass_csp=True)
    for kind in SAYS:
        assert seen.broken([f"{'/es' if look.lang == 'es' else ''}/embed/{kind}"]) == {}
        assert seen.page.evaluate("document.documentElement.scrollWidth") <= 320, kind
        dark = seen.page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(23, 21, 18)"
        assert dark == (look.scheme == "dark"), kind


def test_a_frame_is_used_by_keyboard(partner: Callable[..., Partner]) -> None:
    site = partner()
    page = site.show('<a href="#x">before</a>' + site.script() + '<a href="#y">after</a>')
    frame = page.frame_locator("iframe")
    expect(frame.locator("#zip")).to_be_visible()
    page.get_by_role("link", name="before").focus()
    reached = []
    for _press in range(4):
        page.keyboard.press("Tab")
        reached.append(site.inner().evaluate("document.activeElement.tagName"))
    assert reached == ["INPUT", "BUTTON", "A", "BODY"]
    expect(page.get_by_role("link", name="after")).to_be_focused()
