"""Numbers that do not work: three places hide one, organizers decide, and no refresh undoes that."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.engine import Engine
from sqlmodel import Session, select

from campaign import db
from campaign.congress import offices as record
from campaign.congress.models import Member, Office
from campaign.outreach import phone_numbers
from campaign.outreach.models import PhoneReport
from campaign.refusals import Refused

NOW = datetime(2026, 6, 22, 16, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ANN = "ann@example.org"
WASHINGTON, HOME = "X000001:washington", "X000001-el_paso"


def row(id: str, **more: str) -> dict[str, Any]:
    fields = {
        "address": "",
        "suite": "",
        "building": "",
        "state": "TX",
        "zip": "",
        "hours": "",
        "misplaced": "",
    }
    kind = "washington" if id.endswith(":washington") else "district"
    numbers = {"latitude": None, "longitude": None}
    return {"id": id, "bioguide": "X000001", "kind": kind, "city": "El Paso", **fields, **numbers, **more}


ROWS = [row(WASHINGTON, phone="202-224-0001"), row(HOME, phone="915-555-0002")]


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    with db.writing(engine) as writer:
        writer.add(Member(bioguide="X000001", standing="sitting", seat="TX"))
        writer.flush()
        import_offices(writer, ROWS)
        yield writer


def import_offices(session: Session, rows: list[dict[str, Any]]) -> None:
    """As every refresh of the record: all offices are deleted and stored anew."""
    record.store_offices(session, rows, Office.bioguide == "X000001")  # type: ignore[arg-type]


def shown(session: Session) -> list[str]:
    return [office.phone for office in phone_numbers.callable_offices(session, "X000001")]


def report(session: Session, place: str, *, now: datetime = NOW, nonce: str = "") -> bool:
    office = phone_numbers.callable_offices(session, "X000001")[0]
    return phone_numbers.report(session, office, place, nonce or f"form {place} {now}", now=now)


def hide(session: Session) -> None:
    assert [report(session, place) for place in ("a", "b", "c")] == [False, False, True]


@pytest.mark.parametrize(
    ("reports", "hidden"),
    [
        ([("a", 0), ("b", 1), ("c", 2)], True),
        ([("a", 0), ("a", 1), ("a", 2), ("b", 3)], False),
        # The first is older than a week when the third comes.
        ([("a", 0), ("b", 6), ("c", 7.5)], False),
        # A place that reports again counts from then on.
        ([("a", 0), ("b", 1), ("a", 6), ("c", 7)], True),
    ],
    ids=["three places", "two places", "too slowly", "again"],
)
def test_three_places_within_a_week_hide_a_number(
    session: Session, reports: list[tuple[str, float]], hidden: bool
) -> None:
    told = [report(session, place, now=NOW + days * DAY) for place, days in reports]
    assert (told.count(True), told[-1]) == (int(hidden), hidden)
    assert shown(session) == ["" if hidden else "202-224-0001", "915-555-0002"]
    assert phone_numbers.hidden(session) == int(hidden)
    assert session.get_one(Office, WASHINGTON).phone == "202-224-0001"


def test_a_hidden_number_stays_hidden_until_somebody_decides(session: Session) -> None:
    hide(session)
    phone_numbers.trim(session, before=NOW + 30 * DAY)
    import_offices(session, ROWS)
    assert shown(session) == ["", "915-555-0002"]
    phone_numbers.works(session, WASHINGTON, by=ANN, now=NOW)
    assert shown(session) == ["202-224-0001", "915-555-0002"]
    assert phone_numbers.review_list(session) == []
    # Its reports are forgotten: it takes three others.
    assert report(session, "d") is False


def test_another_number_of_the_record_is_shown_at_once(session: Session) -> None:
    hide(session)
    import_offices(session, [row(WASHINGTON, phone="202-224-0009"), ROWS[1]])
    assert shown(session) == ["202-224-0009", "915-555-0002"]
    assert phone_numbers.hidden(session) == 0


@pytest.mark.parametrize("typed", ["(202) 224-0077", "+1 202.224.0077", "12022240077"])
def test_an_organizers_number_outlives_every_refresh(session: Session, typed: str) -> None:
    hide(session)
    assert phone_numbers.replace_number(session, WASHINGTON, typed, by=ANN, now=NOW) == "202-224-0077"
    for newest in ("202-224-0001", "202-224-0009", ""):
        import_offices(session, [row(WASHINGTON, phone=newest), ROWS[1]])
        assert shown(session) == ["202-224-0077", "915-555-0002"]
    assert phone_numbers.washington_phones(session) == {"X000001": "202-224-0077"}
    (listed,) = phone_numbers.review_list(session)
    assert (listed.phone, listed.hidden, listed.replaced) == ("202-224-0077", False, True)
    # It can be wrong, too.
    hide(session)
    assert shown(session) == ["915-555-0002"]
    phone_numbers.replace_number(session, WASHINGTON, "", by=ANN, now=NOW)
    import_offices(session, ROWS)
    assert shown(session) == ["202-224-0001", "915-555-0002"]


@pytest.mark.parametrize("typed", ["2242", "call 202-224-0077", "44 20 7946 0958", "1-100-224-0077", "٢٠٢-224"])
def test_what_is_no_number_is_refused_and_changes_nothing(session: Session, typed: str) -> None:
    hide(session)
    with pytest.raises(Refused, match="phone number"):
        phone_numbers.replace_number(session, WASHINGTON, typed, by=ANN, now=NOW)
    assert shown(session)[0] == ""
    with pytest.raises(Refused, match="that office"):
        phone_numbers.works(session, "nobody", by=ANN, now=NOW)


def test_a_report_can_be_undone_once_within_an_hour(session: Session) -> None:
    hide(session)
    with pytest.raises(Refused):
        phone_numbers.undo(session, f"form c {NOW}", now=NOW + HOUR)
    phone_numbers.undo(session, f"form c {NOW}", now=NOW + HOUR / 2)
    assert not phone_numbers.is_reported(session, f"form c {NOW}")
    assert shown(session) == ["202-224-0001", "915-555-0002"]
    with pytest.raises(Refused):
        phone_numbers.undo(session, f"form c {NOW}", now=NOW)
    assert [row.reports for row in phone_numbers.review_list(session)] == [2]


def test_reports_hide_no_more_than_an_organizer_can_look_at(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(phone_numbers, "MOST_HIDDEN", 0)
    assert [report(session, place) for place in "abcd"] == [False] * 4
    assert shown(session)[0] == "202-224-0001"
    assert [row.reports for row in phone_numbers.review_list(session)] == [4]


def test_what_is_stored_of_a_place_leads_back_to_nobody(session: Session) -> None:
    offices = session.exec(select(Office).order_by(Office.id)).all()
    places = {
        phone_numbers.place_of("secret", office, f"203.0.113.{n}") for office in offices for n in range(99)
    }
    assert {len(place) for place in places} == {4}
    one = {phone_numbers.place_of("secret", office, "203.0.113.7") for office in offices}
    assert len(one) == len(offices)
    assert set(PhoneReport.__table__.columns.keys()) == {"office", "phone", "place", "nonce", "at"}  # type: ignore[attr-defined]
