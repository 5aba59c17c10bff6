"""The HTTP client: what is retried, when the circuit breaker opens for a host, what never leaks.

Forms of failure are those of the sources' documents and issue trackers; docs/data.md lists them.
"""

import contextlib
import io
import json
import logging
import socket
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_httpserver import HTTPServer
from standin import FAULTS, KEY, Standin

from campaign.fetch import Fetcher, Reply, json_of, open_fetcher
from campaign.refusals import SourceError

Make = Callable[..., Fetcher]
BILL = "/v3/bill/119/hr/6736"


def ask(source: Standin, fetcher: Fetcher, path: str = BILL, **params: str) -> Any:
    return fetcher.read(
        f"{source.url}{path}",
        json_of,
        params={"format": "json", **params},
        secret_headers={"X-Api-Key": KEY},
    )


def fixed(source: Standin, status: int, kind: str, body: bytes) -> None:
    source.world.fixed[BILL] = (status, kind, body)


@pytest.fixture
def silent() -> Iterator[str]:
    """An address that accepts connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


@pytest.fixture
def dead() -> str:
    """An address where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return f"http://127.0.0.1:{listener.getsockname()[1]}"


# --- asking again ---


@pytest.mark.parametrize("fault", FAULTS)
def test_q36_a_failure_that_passes_is_asked_again(source: Standin, fetcher: Fetcher, fault: str) -> None:
    source.world.script(fault, times=3)
    assert ask(source, fetcher)["bill"]["number"] == "6736"
    assert fetcher.requests == 4
    assert source.world.happened[fault] == 3


@pytest.mark.parametrize("fault", FAULTS)
def test_q36_a_failure_that_lasts_gives_no_reading(source: Standin, impatient: Make, fault: str) -> None:
    fetcher = impatient(attempts=5)
    source.world.faults[fault] = 1
    with pytest.raises(SourceError) as caught:
        ask(source, fetcher)
    assert fetcher.requests == 5
    assert not caught.value.permanent
    assert not caught.value.credential


def test_who_is_to_stop_asks_nobody_again(source: Standin, impatient: Make) -> None:
    fetcher = impatient(stopping=lambda: fetcher.requests == 2)
    source.world.faults[FAULTS[0]] = 1
    with pytest.raises(SourceError):
        ask(source, fetcher)
    assert fetcher.requests == 2


def test_q36_half_of_all_requests_failing_still_gives_readings(source: Standin, fetcher: Fetcher) -> None:
    source.world.faults = dict.fromkeys(FAULTS, 0.1)
    read = 0
    for _ in range(100):
        with contextlib.suppress(SourceError):
            read += ask(source, fetcher)["bill"]["number"] == "6736"
    assert read >= 95
    assert fetcher.requests > 200


def test_q36_a_redirect_is_no_answer_and_is_never_followed(source: Standin, impatient: Make) -> None:
    fetcher = impatient(attempts=3)
    source.world.faults["redirect"] = 1
    with pytest.raises(SourceError, match="answered 302"):
        ask(source, fetcher)
    assert {request.path for request in source.world.log} == {BILL}
    assert not any("api_key" in request.query for request in source.world.log)


def test_q36_no_answer_in_time(silent: str) -> None:
    with Fetcher(user_agent="test", attempts=2, read_timeout=0.05, wait_max=0) as fetcher:
        with pytest.raises(SourceError, match="no answer in time"):
            fetcher.get(f"{silent}/x")
        assert fetcher.requests == 2


def test_a_dead_network_is_told_soon(dead: str) -> None:
    with Fetcher(user_agent="test", wait_max=0) as fetcher:
        with pytest.raises(SourceError, match="could not be reached"):
            fetcher.get(f"{dead}/x")
        assert fetcher.requests == 3


def test_an_unwanted_answer_is_asked_again_and_a_wanted_one_is_not(source: Standin, fetcher: Fetcher) -> None:
    seen: list[Reply] = []

    def pick(reply: Reply) -> None:
        seen.append(reply)
        if len(seen) < 3:
            raise SourceError("not this one")

    fetcher.get(f"{source.url}/congress-legislators/legislators-current.json", check=pick)
    assert len(seen) == fetcher.requests == 3


# --- forms of refusal (research §1.4) ---

DISABLED = {
    "code": "API_KEY_DISABLED",
    "message": "The api_key supplied has been disabled. Contact us for assistance: https://api.congress.gov:443",
}
CLOUDFLARE = b"<!DOCTYPE html><html><title>Attention Required! | Cloudflare</title>?api_key=SECRET</html>"
UNAVAILABLE = b"<html><body><b>Http/1.1 Service Unavailable</b></body> </html>"
FORMS: list[tuple[str, int, str, bytes, bool, bool, str]] = [
    # name, status, content type, body, permanent, credential, words
    *(
        (code, 403, "application/json", json.dumps({"error": {"code": code}}).encode(), True, True, code)
        for code in ("API_KEY_MISSING", "API_KEY_INVALID", "API_KEY_UNAUTHORIZED", "API_KEY_UNVERIFIED")
    ),
    ("disabled", 403, "application/json", json.dumps({"error": DISABLED}).encode(), True, True, "DISABLED"),
    ("disabled, as 200", 200, "text/plain", json.dumps({"error": DISABLED}).encode(), True, True, "DISABLED"),
    ("401", 401, "text/plain", b"", True, True, "key was refused"),
    ("https", 400, "application/json", b'{"error":{"code":"HTTPS_REQUIRED"}}', True, False, "400"),
    ("gateway 404", 404, "application/json", b'{"error":{"code":"NOT_FOUND"}}', True, False, "not known"),
    ("unknown resource", 404, "application/json", b'{"error":"Unknown resource: x"}', True, False, "not known"),
    ("old 403", 403, "application/json", b'{"error":"Authorization failed"}', True, False, "refused"),
    ("blocked", 403, "text/html; charset=UTF-8", CLOUDFLARE, True, False, "network is blocked"),
    ("blocked, untyped", 403, "", CLOUDFLARE, True, False, "network is blocked"),
    ("unbound", 500, "application/json", b'{"error":"(UnboundLocalError)","request":{}}', False, False, "500"),
    ("html 500", 502, "text/html", b"<html>Bad gateway</html>", False, False, "502"),
    ("text 503", 503, "text/plain", UNAVAILABLE, False, False, "503"),
    ("maintenance", 200, "text/html", b"<html>Maintenance</html>", False, False, "web page"),
    ("clerk's page", 200, "application/json", b"  <!DOCTYPE HTML><p>no such roll", False, False, "web page"),
    ("error in 200", 200, "application/json", b'{"error":"list index"}', False, False, "error instead"),
    ("xml", 200, "application/xml", b"<?xml version='1.0'?><api-root/>", False, False, "garbled"),
    ("nothing", 200, "application/json", b"", False, False, "garbled"),
    ("cut", 200, "application/json", b'{"bill": {"numb', False, False, "garbled"),
    ("not text", 200, "application/json", b"\xff\xfe\x00", False, False, "garbled"),
    ("bottomless", 200, "application/json", b"[" * 100_000, False, False, "garbled"),
    ("no database's text", 200, "application/json", b'{"a": "\\u0000"}', False, False, "control characters"),
    ("no content", 204, "", b"", False, False, "204"),
    ("not modified, unasked", 304, "", b"", False, False, "304"),
]


@pytest.mark.parametrize(
    ("status", "kind", "body", "permanent", "credential", "words"),
    [form[1:] for form in FORMS],
    ids=[form[0] for form in FORMS],
)
def test_s14_every_form_of_error_is_no_reading(
    source: Standin,
    impatient: Make,
    status: int,
    kind: str,
    body: bytes,
    permanent: bool,
    credential: bool,
    words: str,
) -> None:
    fetcher = impatient(attempts=2)
    fixed(source, status, kind, body)
    with pytest.raises(SourceError, match=words) as caught:
        ask(source, fetcher)
    assert (caught.value.permanent, caught.value.credential) == (permanent, credential)
    assert fetcher.requests == (1 if permanent else 2)
    assert "SECRET" not in caught.value.reason


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_s14_random_bytes_are_json_or_unread(body: bytes) -> None:
    try:
        data = json_of(Reply(200, body))
    except SourceError:
        return
    assert repr(data) == repr(json.loads(body))


def test_q37_a_blocked_network_is_not_called_a_bad_key(source: Standin, fetcher: Fetcher) -> None:
    source.world.script("blocked")
    with pytest.raises(SourceError, match="the key is not the cause") as caught:
        ask(source, fetcher)
    assert not caught.value.credential
    assert ask(source, fetcher)["bill"]


def test_q38_a_refused_key_is_sent_once_a_run(source: Standin, fetcher: Fetcher) -> None:
    for _ in range(3):
        with pytest.raises(SourceError, match="API_KEY_INVALID") as caught:
            fetcher.read(f"{source.url}{BILL}", json_of, secret_headers={"X-Api-Key": "BAD"})
        assert caught.value.credential
    assert fetcher.requests == 1


# --- leaving a host alone ---


def test_q36_a_host_that_is_down_is_left_alone_then_tried(source: Standin, impatient: Make) -> None:
    clock = [1000.0]
    fetcher = impatient(attempts=2, threshold=3, rest=300, clock=lambda: clock[0])
    source.world.faults["503"] = 1
    for _ in range(5):
        with pytest.raises(SourceError, match="503"):
            ask(source, fetcher)
    assert fetcher.requests == 6
    source.world.faults.clear()
    with pytest.raises(SourceError, match="paused after 3 failures") as caught:
        ask(source, fetcher)
    assert caught.value.permanent
    clock[0] += 301
    assert ask(source, fetcher)["bill"]
    assert fetcher.requests == 7


def test_q36_a_host_still_down_after_its_rest_is_left_alone_at_once(source: Standin, impatient: Make) -> None:
    clock = [0.0]
    fetcher = impatient(attempts=1, threshold=3, rest=300, clock=lambda: clock[0])
    source.world.faults["drop"] = 1
    for _ in range(3):
        with pytest.raises(SourceError):
            ask(source, fetcher)
    clock[0] += 301
    for _ in range(3):
        with pytest.raises(SourceError):
            ask(source, fetcher)
    assert fetcher.requests == 4


def test_one_host_down_does_not_close_another(source: Standin, httpserver: HTTPServer, impatient: Make) -> None:
    fetcher = impatient(attempts=1, threshold=2, hosts=None)
    source.world.faults["503"] = 1
    httpserver.expect_request("/x").respond_with_json({"well": True})
    for _ in range(3):
        with pytest.raises(SourceError):
            ask(source, fetcher)
    assert fetcher.read(httpserver.url_for("/x"), json_of) == {"well": True}


def test_q29_a_bill_that_always_fails_does_not_close_its_host(source: Standin, impatient: Make) -> None:
    fetcher = impatient(attempts=2, threshold=3)
    fixed(source, 500, "application/json", b'{"error":"(UnboundLocalError)"}')
    for _ in range(6):
        with pytest.raises(SourceError, match="server error 500"):
            ask(source, fetcher)
    assert ask(source, fetcher, "/v3/bill/119/s/3508")["bill"]


# --- rates ---


def test_s14_the_budget_is_the_sources_own_word(source: Standin, fetcher: Fetcher) -> None:
    host = source.url.removeprefix("http://")
    assert fetcher.budget(host) is None
    source.world.rate_limit = 100
    ask(source, fetcher)
    assert fetcher.budget(host) == 99


def test_s14_a_spent_budget_stops_the_asking(source: Standin, fetcher: Fetcher) -> None:
    source.world.rate_limit = 2
    for _ in range(2):
        ask(source, fetcher)
    for _ in range(5):
        with pytest.raises(SourceError, match="asked too often") as caught:
            ask(source, fetcher)
    assert fetcher.requests == 3
    assert not caught.value.credential


@pytest.mark.parametrize("retry_after", ["57263", "Fri, 31 Dec 2100 23:59:59 GMT"])
def test_s14_a_long_wait_is_not_waited_for(source: Standin, fetcher: Fetcher, retry_after: str) -> None:
    source.world.retry_after = retry_after
    source.world.script("429")
    for _ in range(3):
        with pytest.raises(SourceError, match="asked too often"):
            ask(source, fetcher)
    assert fetcher.requests == 1


def test_s14_a_retry_date_in_the_past_means_now(source: Standin, fetcher: Fetcher) -> None:
    source.world.retry_after = "Wed, 21 Oct 2015 07:28:00 GMT"
    source.world.script("429")
    assert ask(source, fetcher)["bill"]


# --- what leaks, and what does not fit ---


def test_q39_no_key_and_no_query_in_logs_or_reasons(
    source: Standin, impatient: Make, caplog: pytest.LogCaptureFixture
) -> None:
    fetcher = impatient(attempts=2, threshold=100)
    reasons = []
    with caplog.at_level(logging.DEBUG):
        for fault in FAULTS:
            source.world.faults = {fault: 1}
            with pytest.raises(SourceError) as caught:
                ask(source, fetcher, address="12 Private Street")
            reasons.append(f"{caught.value.reason} {caught.value!r} {caught.value.__cause__!r}")
    assert all(request.headers["x-api-key"] == KEY for request in source.world.log)
    assert not any(KEY in request.query.values() for request in source.world.log)
    for text in (caplog.text, *reasons):
        assert KEY not in text
        assert "Private" not in text
    assert "asking again" in caplog.text


def test_q39_no_request_leaves_for_a_host_that_is_no_source(source: Standin, dead: str) -> None:
    with open_fetcher(source.settings()) as fetcher:
        with pytest.raises(SourceError, match="not a source") as caught:
            fetcher.get(f"{dead}/x", secret_headers={"X-Api-Key": KEY})
        assert caught.value.permanent
        assert fetcher.requests == 0


def test_q37_the_service_says_who_it_is(source: Standin, fetcher: Fetcher) -> None:
    ask(source, fetcher)
    agent = source.world.log[0].headers["user-agent"]
    assert agent.startswith("campaign/")
    assert agent.endswith("(+http://127.0.0.1:5000)")


def test_a_body_without_end_is_not_read(source: Standin, fetcher: Fetcher) -> None:
    with pytest.raises(SourceError, match="more than 100 bytes") as caught:
        fetcher.get(f"{source.url}/congress-legislators/legislators-current.json", limit=100)
    assert caught.value.permanent


@pytest.mark.parametrize("address", ["http://127.0.0.1:99999/x", "http://[::1/x", "ftp://127.0.0.1/x", "x"])
def test_an_address_that_is_none_is_unread(address: str) -> None:
    with Fetcher(user_agent="test", attempts=1) as fetcher, pytest.raises(SourceError):
        fetcher.get(address)


def test_a_download_starts_afresh_at_each_attempt(source: Standin, fetcher: Fetcher) -> None:
    body = bytes(range(256)) * 400
    source.world.fixed["/big"] = (200, "application/zip", body)
    source.world.script("cut", "/big", times=2)
    file = io.BytesIO(b"left from before")
    fetcher.download(f"{source.url}/big", file)
    assert file.getvalue() == body
    assert fetcher.requests == 3


def test_threads_share_one_fetcher(source: Standin, fetcher: Fetcher) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: ask(source, fetcher)["bill"]["number"], range(64)))
    assert answers == ["6736"] * 64
    assert fetcher.requests == len(source.world.log) == 64
