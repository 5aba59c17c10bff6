"""Who is asking: the connection's own address, or what our proxies say, and nothing that a visitor wrote."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import request
from flask.testing import FlaskClient
from pydantic import ValidationError
from sqlalchemy.engine import Engine

from campaign.app import create_app
from campaign.settings import Settings
from campaign.web.core import proxies

PEER = "127.0.0.1"
VISITOR = "203.0.113.10"
Make = Callable[..., FlaskClient]


@pytest.fixture
def make(sqlite_engine: Engine) -> Make:
    """A service that tells who it thinks is asking."""

    def client(trusted: str, **more: Any) -> FlaskClient:
        values = {"secret_key": "a1b2c3d4e5" * 4, "geocoder_url": "", "trusted_proxies": trusted, **more}
        app = create_app(Settings(**values), engine=sqlite_engine)

        @app.before_request
        def tell() -> tuple[str, int] | None:
            if request.path == "/who":
                return f"{request.remote_addr} {proxies.place()} {request.scheme} {request.host}", 200
            return None

        return app.test_client()

    return client


def asked(client: FlaskClient, peer: str = PEER, **headers: str) -> list[str]:
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.get("/who", headers=names, environ_overrides={"REMOTE_ADDR": peer}).text.split(" ")


@pytest.mark.parametrize(
    ("trusted", "peer", "said", "found"),
    [
        # Nobody is trusted: the header is anybody's words.
        ("", PEER, VISITOR, PEER),
        ("0", PEER, VISITOR, PEER),
        ("1", PEER, VISITOR, VISITOR),
        # What a visitor wrote before our proxy did stands further left.
        ("1", PEER, f"198.51.100.7, {VISITOR}", VISITOR),
        ("2", PEER, f"198.51.100.7, {VISITOR}, 10.0.0.5", VISITOR),
        # A request that came past a proxy: as far as its list goes.
        ("2", PEER, VISITOR, VISITOR),
        ("1", PEER, "", PEER),
        ("127.0.0.0/8", PEER, VISITOR, VISITOR),
        ("127.0.0.0/8, 10.0.0.0/8", PEER, f"198.51.100.7, {VISITOR}, 10.0.0.5", VISITOR),
        # The peer is none of ours.
        ("10.0.0.0/8", "192.0.2.1", VISITOR, "192.0.2.1"),
        ("::1/128", "::1", "2001:db8:1:2:3:4:5:6", "2001:db8:1:2:3:4:5:6"),
        ("1", PEER, f"{VISITOR}:4711", VISITOR),
        ("1", PEER, "[2001:db8::7]:4711", "2001:db8::7"),
        ("1", PEER, "unknown", PEER),
        ("1", PEER, ", ".join(["198.51.100.7"] * 5000 + [VISITOR]), VISITOR),
    ],
)
def test_the_visitor_is_the_right_most_address_that_is_no_proxy_of_ours(
    make: Make, trusted: str, peer: str, said: str, found: str
) -> None:
    assert asked(make(trusted), peer, X_Forwarded_For=said)[0] == found


def test_scheme_and_host_are_believed_of_a_trusted_peer_alone(make: Make) -> None:
    said = {"X_Forwarded_Proto": "https", "X_Forwarded_Host": "localhost"}
    assert asked(make(""), **said)[2:] == ["http", "localhost"]
    trusting = make("1", base_url="https://campaign.test-host.org")
    assert asked(trusting, **{**said, "X_Forwarded_Host": "campaign.test-host.org"})[2:] == [
        "https",
        "campaign.test-host.org",
    ]
    assert asked(trusting, X_Forwarded_Proto="gopher")[2] == "http"


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        (VISITOR, VISITOR),
        # A household has a /64 to itself and can take another address of it for each try.
        ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::"),
        ("2001:db8:1:2:bbbb::9", "2001:db8:1:2::"),
        ("2001:db8:1:3::1", "2001:db8:1:3::"),
    ],
)
def test_limits_count_a_household_of_ipv6_as_one(make: Make, address: str, counted: str) -> None:
    assert asked(make(""), address)[1] == counted


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_health_is_told_under_any_name(make: Make, path: str) -> None:
    client = make("", base_url="https://campaign.test-host.org", env="production")
    assert client.get(path, headers={"Host": "10.1.2.3:8000"}).status_code != 400
    assert client.get("/", headers={"Host": "10.1.2.3:8000"}).status_code == 400


@pytest.mark.parametrize("wrong", ["99", "x", "1.2.3", "10.0.0.1/8", "-1", "1,x"])
def test_what_is_neither_a_number_nor_networks_is_refused_at_the_start(wrong: str) -> None:
    with pytest.raises(ValidationError):
        Settings(trusted_proxies=wrong)
