"""Addresses that people type never lead into the network this service stands in (S15)."""

import pytest
from pytest_httpserver import HTTPServer

from campaign import ssrf
from campaign.fetch import Fetcher
from campaign.mailing import policy
from campaign.refusals import Refused, SourceError

INSIDE = [
    "127.0.0.1", "127.1", "0.0.0.0", "0",  # noqa: S104
    "2130706433", "0x7f000001", "0177.0.0.1", "10.0.0.1", "172.16.0.1",
    "192.168.1.1", "169.254.169.254", "100.64.0.1", "224.0.0.1", "255.255.255.255", "192.0.2.1", "198.18.0.1",
    "[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:a9fe:a9fe]", "[fe80::1]", "[fc00::1]", "[ff02::1]",
    "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "[fd00:ec2::254]",
    "localhost", "LOCALHOST.", "db.localhost", "printer.local", "metadata.google.internal", "intranet",
]  # fmt: skip


@pytest.mark.parametrize("host", INSIDE)
def test_s15_an_address_inside_is_refused_where_it_is_typed(host: str) -> None:
    with pytest.raises(Refused, match="on the internet"):
        policy._webhook(f"https://{host}/hook")


@pytest.mark.parametrize("host", ["hooks.slack.com", "chat.org:8443", "93.184.216.34", "[2606:2800::1]"])
def test_s15_an_address_of_the_internet_is_taken(host: str) -> None:
    assert policy._webhook(f"https://{host}/hook") == f"https://{host}/hook"


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]"])
def test_s15_a_name_that_leads_inside_is_not_asked(httpserver: HTTPServer, host: str) -> None:
    """Whatever was typed: the addresses of the name decide, when it is asked."""
    httpserver.expect_request("/hook").respond_with_data("")
    with Fetcher(user_agent="tests") as fetcher:
        with pytest.raises(SourceError, match="not an address of the public internet"):
            fetcher.post(f"http://{host}:{httpserver.port}/hook", {"text": "x"}, public=True)
        assert not httpserver.log
        assert fetcher.post(httpserver.url_for("/hook"), {"text": "x"}).status == 200


def test_s15_the_address_that_was_looked_at_is_the_one_that_is_asked(
    httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The name may lead elsewhere a moment later: it is looked up once, and still named to the server."""
    httpserver.expect_request("/hook").respond_with_data("")
    looked: list[str] = []

    def resolve(url: str) -> str:
        looked.append(url)
        return "127.0.0.1"

    monkeypatch.setattr(ssrf, "resolve", resolve)
    with Fetcher(user_agent="tests") as fetcher:
        url = f"http://chat.example.org:{httpserver.port}/hook"
        assert fetcher.post(url, {"text": "x"}, public=True).status == 200
    assert looked == [url]
    ((request, _response),) = httpserver.log
    assert request.host == f"chat.example.org:{httpserver.port}"
