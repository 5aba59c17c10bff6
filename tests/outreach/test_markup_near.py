"""A markup that names a bill puts the committee's members first, until they support it."""

from datetime import datetime, timedelta

from sqlalchemy.engine import Engine
from sqlmodel import select

from campaign import db
from campaign.calendar.models import Meeting
from campaign.congress import members
from campaign.congress.models import CommitteeSeat
from campaign.outreach.asks import Ask, campaign_asks

NOW = datetime.fromisoformat("2026-06-20T15:00:00Z")
BILL = "hr6736-119"
FIRST = (-1, False)


def asks(engine: Engine) -> list[Ask]:
    with db.reading(engine) as session:
        whole = campaign_asks(session, now=NOW)
        seats = select(CommitteeSeat.bioguide).where(CommitteeSeat.committee == "HSFA")
        people = members.people(session, set(session.exec(seats)), now=NOW).values()
        return [ask for person in people for ask in whole.asks(person) if str(ask.bill) == BILL]


def test_members_who_are_soon_to_mark_it_up_come_first(snapshot_copy: Engine) -> None:
    before = {ask.urgency for ask in asks(snapshot_copy)}
    meeting = Meeting(
        event="190102", congress=119, chamber="house", kind="markup", starts_at=NOW + timedelta(days=4),
        committees="HSFA", named={BILL: "list"}, first_seen=NOW, changed_at=NOW,
    )  # fmt: skip
    with db.writing(snapshot_copy) as session:
        session.add(meeting)
    after = asks(snapshot_copy)
    first = [ask for ask in after if ask.urgency == FIRST]
    assert FIRST not in before
    assert first
    assert all(ask.situation.seat and not ask.kind.supports for ask in first)
    supporters = [ask for ask in after if ask.situation.seat and ask.kind.supports]
    assert all(ask.urgency > FIRST for ask in supporters)
    # A hearing, a meeting that only its committee holds, and one called off are no markup of the bill.
    for change in (
        {"kind": "hearing"},
        {"named": {}},
        {"state": "postponed"},
        {"starts_at": NOW + timedelta(days=9)},
    ):
        with db.writing(snapshot_copy) as session:
            row = session.get_one(Meeting, "190102")
            row.sqlmodel_update({"kind": "markup", "named": {BILL: "list"}, "state": "ahead", **change})
        assert [ask for ask in asks(snapshot_copy) if ask.urgency == FIRST] == []
