"""The last script stays readable without a network, as it came."""

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

# The paths of what is stored, as soon as the worker is in place and all of it is there.
STORED = """async () => {
    const until = Date.now() + 20000;
    for (;;) {
        const paths = (await (await caches.open("last")).keys()).map(({url}) => new URL(url).pathname);
        if ((navigator.serviceWorker.controller && paths.length > 3) || Date.now() > until) return paths;
        await new Promise(done => setTimeout(done, 50));
    }
}"""


def test_the_last_script_can_be_read_without_a_network(visit: Callable[..., Any]) -> None:
    seen = visit(viewport={"width": 360, "height": 740})
    page: Page = seen.open("/act/TX-20?member=C001098")
    page.locator(".fill summary").click()
    page.get_by_label("Your name").fill("Ana Ruiz")
    stored = page.evaluate(STORED)
    assert [path for path in stored if not path.startswith(("/assets/", "/static/"))] == ["/act/TX-20"]
    assert "Ana" not in page.evaluate("async () => (await (await caches.match(location.href)).text())")
    page.context.set_offline(True)
    seen.open("/bills")
    expect(page.get_by_role("heading", level=1)).to_have_text("Call Ted Cruz")
    expect(page.locator("#words")).to_contain_text("Ana Ruiz")
    assert page.evaluate("getComputedStyle(document.querySelector('.button.phone')).flexDirection") == "column"
    page.context.set_offline(False)
    seen.open("/bills")
    expect(page.get_by_role("heading", level=1)).to_have_text("The bills")
