"""Which addresses may be told something, and what an organizer may choose."""

from datetime import datetime

import pytest
from sqlalchemy.engine import Engine

from campaign import db
from campaign.proposals import campaigns
from campaign.refusals import Refused
from campaign.webhooks import endpoints
from campaign.webhooks.models import WebhookEndpoint

OURS = "us-guns-abroad"
INSIDE = "a host on the internet", "un servidor en internet"
HOSTILE = {
    "https://localhost/x": INSIDE,
    "https://LOCALHOST./x": INSIDE,
    "https://127.0.0.1/x": INSIDE,
    "https://127.1/x": INSIDE,
    "https://2130706433/x": INSIDE,
    "https://169.254.169.254/latest/meta-data": INSIDE,
    "https://10.0.0.8/x": INSIDE,
    "https://172.16.0.1/x": INSIDE,
    "https://192.168.0.1/x": INSIDE,
    "https://100.64.0.1/x": INSIDE,
    "https://[::1]/x": INSIDE,
    "https://[::ffff:127.0.0.1]/x": INSIDE,
    "https://[::ffff:169.254.169.254]/x": INSIDE,
    "https://[fd00::1]/x": INSIDE,
    "https://metadata.google.internal/x": INSIDE,
    "https://intranet/x": INSIDE,
    "http://hooks.example.org/x": ("https://", "https://"),
    "ftp://hooks.example.org/x": ("https://", "https://"),
    "https://ana:secret@hooks.example.org/x": ("name and password", "nombre y una contraseña"),
    "https://@hooks.example.org/x": ("name and password", "nombre y una contraseña"),
    "https://hooks.example.org:22/x": ("port must be 443", "puerto debe ser 443"),
    "https://hooks.example.org:0/x": ("port must be 443", "puerto debe ser 443"),
    "https://hooks.example.org:80/x": ("port must be 443", "puerto debe ser 443"),
    "https://hooks.example.org:99999/x": ("no address", "no es una dirección"),
    "https://[::1/x": ("no address", "no es una dirección"),
    "https://hooks.example.org\\@127.0.0.1/x": ("no address", "no es una dirección"),
    "https://hooks.example.org/\r\nHost: x": ("no address", "no es una dirección"),
    "https://höoks.example.org/x": ("no address", "no es una dirección"),
    "": ("no address", "no es una dirección"),
    "https:///x": ("no address", "no es una dirección"),
    "https://hooks.example.org/" + "x" * 500: ("longer than 500", "más de 500"),
}


@pytest.mark.parametrize("url", HOSTILE)
def test_s15_a_hostile_address_is_refused_with_the_reason_in_both_languages(url: str) -> None:
    with pytest.raises(Refused) as refused:
        endpoints.read_url(url)
    english, spanish = HOSTILE[url]
    assert english in refused.value.text("en")
    assert spanish in refused.value.text("es")


@pytest.mark.parametrize(
    "host", ["hooks.slack.com", "hooks.example.org:8443", "93.184.216.34", "[2606:2800::1]"]
)
def test_s15_an_address_of_the_internet_is_taken(host: str) -> None:
    assert endpoints.read_url(f" https://{host}/a?b=c ") == f"https://{host}/a?b=c"


def add(engine: Engine, now: datetime, url: str = "https://hooks.example.org/x", **wanted: object) -> int:
    given = {"shape": "json", "language": "en", "events": ["stage"], "by": "ana@x.test", **wanted}
    with db.writing(engine) as session:
        return endpoints.add(session, OURS, url, now=now, **given).id or 0  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "wanted", [{"shape": "fax"}, {"language": "fr"}, {"events": []}, {"events": ["title"]}]
)
def test_what_is_no_choice_is_refused_and_nothing_is_written(
    snapshot_copy: Engine, now: datetime, wanted: dict[str, object]
) -> None:
    with pytest.raises(Refused):
        add(snapshot_copy, now, **wanted)
    with db.reading(snapshot_copy) as session:
        assert endpoints.of_campaign(session, OURS) == []


def test_a_chat_speaks_a_language_of_its_campaign(snapshot_copy: Engine, now: datetime) -> None:
    with db.writing(snapshot_copy) as session:
        campaigns.campaign(session, OURS).languages = "es"
    with pytest.raises(Refused):
        add(snapshot_copy, now, language="en")
    assert add(snapshot_copy, now, language="es")


def test_an_address_is_there_once_and_there_are_ten_at_most(snapshot_copy: Engine, now: datetime) -> None:
    for number in range(endpoints.MOST):
        add(snapshot_copy, now, f"https://hooks.example.org/{number}")
    for url in ("https://hooks.example.org/3", "https://hooks.example.org/more"):
        with pytest.raises(Refused) as refused:
            add(snapshot_copy, now, url)
        assert refused.value.status == 409


def test_another_campaigns_webhook_is_not_found(snapshot_copy: Engine, now: datetime) -> None:
    id = add(snapshot_copy, now)
    with db.reading(snapshot_copy) as session:
        assert endpoints.find(session, OURS, id)
        with pytest.raises(Refused) as refused:
            endpoints.find(session, "other", id)
    assert refused.value.status == 404


@pytest.mark.parametrize("rest", ["", "/services/SECRET", "?token=SECRET", "#SECRET"])
def test_no_more_than_the_host_of_an_address_is_shown(rest: str) -> None:
    assert WebhookEndpoint(url=endpoints.read_url(f"https://hooks.example.org:8443{rest}")).host == (
        "hooks.example.org:8443"
    )
