"""When a page shows its main content on a slow phone: Chromium, its network and processor slowed down.

The largest contentful paint and the layout shifts are the browser's own (web.dev, Core Web Vitals), of a first
visit with an empty cache; the median of three. Everything stays on this machine.
"""

import shutil
import tempfile
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from typing import NamedTuple

from playwright.sync_api import Browser, sync_playwright

from benchmarks.figures import Figure
from benchmarks.pages import PAGE, service

PATHS = ("/", "/es/", PAGE, f"{PAGE}?member=C001098", "/bills/hr923-119")
ROUNDS = 3
BITS_A_SECOND = 400_000
SLOWER_PROCESSOR = 4
LATEST_PAINT = 1.2
PHONE = {"width": 360, "height": 740}
OBSERVE = """() => new Promise((done) => {
    let paint = 0, shifts = 0;
    new PerformanceObserver((list) => list.getEntries().forEach((entry) => { paint = entry.startTime; }))
        .observe({type: "largest-contentful-paint", buffered: true});
    new PerformanceObserver((list) => list.getEntries().forEach((entry) => { shifts += entry.value; }))
        .observe({type: "layout-shift", buffered: true});
    setTimeout(() => done([paint / 1000, shifts]), 1500);
})"""


class Paint(NamedTuple):
    """Seconds to the largest paint, and the sum of layout shifts."""

    path: str
    seconds: float
    shifts: float


def measure() -> list[Figure]:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        return []
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="campaign-bench-"))
        port = stack.enter_context(service(Path(folder)))
        playwright = stack.enter_context(sync_playwright())
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        found = [_painted(browser, port, path) for path in PATHS]
        browser.close()
    return _figures(found)


def _painted(browser: Browser, port: int, path: str) -> Paint:
    visits = [_visit(browser, f"http://127.0.0.1:{port}{path}") for _ in range(ROUNDS)]
    return Paint(path, median(seconds for seconds, _ in visits), max(shifts for _, shifts in visits))


def _visit(browser: Browser, address: str) -> tuple[float, float]:
    context = browser.new_context(viewport=PHONE, is_mobile=True)  # type: ignore[arg-type]
    page = context.new_page()
    tools = context.new_cdp_session(page)
    bytes_a_second = BITS_A_SECOND / 8
    slow = {
        "offline": False,
        "latency": 0,
        "downloadThroughput": bytes_a_second,
        "uploadThroughput": bytes_a_second,
    }
    tools.send("Network.enable")
    tools.send("Network.emulateNetworkConditions", slow)
    tools.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER_PROCESSOR})
    page.goto(address, wait_until="load")
    seconds, shifts = page.evaluate(OBSERVE)
    context.close()
    return float(seconds), float(shifts)


def _figures(found: list[Paint]) -> list[Figure]:
    slowest, most = max(found, key=lambda one: one.seconds), max(found, key=lambda one: one.shifts)
    return [
        Figure(
            f"largest paint at 400 kbit/s and a processor {SLOWER_PROCESSOR} × slower ({slowest.path})",
            f"{slowest.seconds:.2f} s",
            f"at most {LATEST_PAINT} s",
            slowest.seconds <= LATEST_PAINT,
        ),
        Figure(f"layout shifts ({most.path})", f"{most.shifts:.3f}", "none", most.shifts == 0),
    ]
