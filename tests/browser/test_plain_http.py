"""Over plain http, away from localhost, a browser says by ``Origin`` alone where a form comes from."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from copies import copy_of
from playwright.sync_api import Browser, Request, expect
from sqlalchemy.engine import Engine


@pytest.mark.parametrize(
    ("lang", "button", "says"),
    [("", "Sign me up", "Check your email"), ("es/", "Suscribirme", "Revise su correo electrónico")],
)
def test_a_sign_up_over_plain_http_is_taken(
    chromium: Browser,
    campaign_copy: Engine,
    tmp_path: Path,
    serving: Callable[..., AbstractContextManager[str]],
    plain_host: str,
    lang: str,
    button: str,
    says: str,
) -> None:
    sent: list[Request] = []
    with (
        copy_of(campaign_copy, tmp_path) as engine,
        serving(engine, base_url=f"http://{plain_host}") as served,
        chromium.new_context() as window,
    ):
        origin = f"http://{plain_host}:{urlsplit(served).port}"
        page = window.new_page()
        page.on("request", lambda request: sent.append(request) if request.method == "POST" else None)
        page.goto(f"{origin}/{lang}subscribe")
        page.locator("#email").fill("maria@readers-host.org")
        page.get_by_role("button", name=button).click()
        expect(page.locator("h1")).to_have_text(says)
        headers = sent[0].all_headers()
    assert headers["origin"] == origin
    assert "sec-fetch-site" not in headers
