"""A seat or ZIP code that does not exist is refused in the form, with what was typed; nothing is erased."""

import re
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy.engine import Engine
from sqlmodel import select

from campaign import db
from campaign.app import create_app
from campaign.congress import roster
from campaign.mailing.models import Delivery, Subscriber
from campaign.mailing.readers import subscribers
from campaign.settings import Settings

from mondays import Clock  # isort: skip

Make = Callable[..., Any]
EMAIL = "maria@readers-host.org"


@pytest.fixture
def client(engine: Engine, settings: Settings) -> FlaskClient:
    with db.writing(engine) as session:
        roster.ensure_seats(session, ["TX-20", "AK-0", "DC-0", "TX"])
    here = settings.model_copy(update={"base_url": "http://localhost"})
    return create_app(here, engine=engine).test_client()


@pytest.fixture(autouse=True)
def monday(clock: Clock) -> Any:
    with time_machine.travel(clock.at, tick=False) as moving:
        yield moving


@pytest.fixture
def choices(engine: Engine, readers: Make, clock: Clock) -> str:
    """The address of the choices of a reader in TX-20, as a mail would name it."""
    (number,) = readers(EMAIL, seat="TX-20")
    with db.writing(engine) as session:
        token = subscribers.new_token(session, number, "manage", {}, now=clock())
    return f"/preferences/{token}"


def seat_of(engine: Engine) -> str:
    with db.reading(engine) as session:
        return session.exec(select(Subscriber)).one().seat


@pytest.mark.parametrize(
    "typed",
    [{"seat": "ZZ-99"}, {"seat": "TX-98"}, {"seat": "<b>"}, {"seat": "TX-20", "zip": "78299"},
     {"seat": "TX-20", "zip": "abc"}],
)  # fmt: skip
@pytest.mark.parametrize(
    ("lang", "says"), [("", "There is no district|ZIP code"), ("/es", "No existe el distrito|postal")]
)
def test_a_place_that_does_not_exist_is_asked_for_again(
    engine: Engine, client: FlaskClient, choices: str, lang: str, says: str, typed: dict[str, str]
) -> None:
    form = {"action": "save", "language": "es", "alerts": "1", **typed}
    answer = client.post(f"{lang}{choices}", data=form)
    assert answer.status_code == 400
    assert re.search(says, answer.text.split("<main")[1])
    for value in typed.values():
        assert f'value="{value.replace("<", "&lt;").replace(">", "&gt;")}"' in answer.text
    assert 'value="es" lang="es" selected' in answer.text
    assert 'name="alerts" value="1" checked' in answer.text
    assert seat_of(engine) == "TX-20"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("AK-1", "AK-0"), ("ak-al", "AK-0"), ("AK-01", "AK-0"), ("DC-98", "DC-0"), ("DC-1", "DC-0"),
     ("tx-20", "TX-20"), (" TX-20 ", "TX-20"), ("TX", "TX"), ("", "")],
)  # fmt: skip
def test_a_seat_is_kept_as_the_table_has_it(
    engine: Engine, client: FlaskClient, choices: str, typed: str, kept: str
) -> None:
    answer = client.post(choices, data={"action": "save", "language": "en", "seat": typed})
    assert answer.status_code == 200
    assert seat_of(engine) == kept


@pytest.mark.parametrize("typed", [{"zip": "99999"}, {"zip": "1234"}, {"seat": "ZZ-99"}])
@pytest.mark.parametrize("lang", ["", "/es"])
def test_nobody_signs_up_for_a_place_that_does_not_exist(
    engine: Engine, client: FlaskClient, lang: str, typed: dict[str, str]
) -> None:
    answer = client.post(f"{lang}/subscribe", data={"email": EMAIL, **typed})
    assert answer.status_code == 400
    assert f'value="{EMAIL}"' in answer.text
    assert "seat" in typed or f'value="{typed["zip"]}"' in answer.text
    with db.reading(engine) as session:
        assert session.exec(select(Delivery)).all() == []
