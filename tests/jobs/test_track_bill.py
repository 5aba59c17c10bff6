"""Tracking one bill."""

from datetime import datetime

import pytest
from pydantic import SecretStr
from sqlalchemy.engine import Engine
from sqlmodel import select
from standin import Standin

from campaign import db
from campaign.congress import tracking
from campaign.congress.bills import BillId
from campaign.congress.models import Bill
from campaign.proposals import lineage
from campaign.proposals.models import Campaign, Proposal
from campaign.refusals import Refused
from jobs import track_bill

ARMAS, UNKNOWN = BillId(119, "hr", 6736), BillId(119, "hr", 99999)
NO_KEY = SecretStr("")


def kept(engine: Engine) -> list[str]:
    with db.reading(engine) as session:
        return list(session.exec(select(Bill.id)))


@pytest.mark.parametrize("key", ["a key", ""])
def test_a_bill_is_read_once_for_its_title(engine: Engine, source: Standin, now: datetime, key: str) -> None:
    tracked = track_bill.run(engine, source.settings(congress_api_key=SecretStr(key)), ARMAS, now=now)
    assert tracked.title.startswith("ARMAS Act")
    assert tracked.note == ""
    before = len(source.asked())
    again = track_bill.run(engine, source.settings(), ARMAS, now=now)
    assert again == tracked
    assert len(source.asked()) == before


@pytest.mark.parametrize("key", ["a key", ""])
def test_a_bill_unknown_to_the_source_is_refused_and_not_stored(
    engine: Engine, source: Standin, now: datetime, key: str
) -> None:
    with pytest.raises(Refused, match="not known to the source"):
        track_bill.run(engine, source.settings(congress_api_key=SecretStr(key)), UNKNOWN, now=now)
    assert kept(engine) == []


def test_without_a_network_a_bill_is_kept_by_its_number(engine: Engine, source: Standin, now: datetime) -> None:
    settings = source.settings(govinfo_url="http://127.0.0.1:9", congress_api_key=NO_KEY)
    tracked = track_bill.run(engine, settings, ARMAS, now=now)
    assert tracked.title == ""
    assert "could not be reached" in tracked.note
    with db.reading(engine) as session:
        assert [row.bill for row in tracking.tracked(session)] == [str(ARMAS)]


def test_a_refused_key_still_finds_the_bill_at_govinfo(engine: Engine, source: Standin, now: datetime) -> None:
    tracked = track_bill.run(engine, source.settings(congress_api_key=SecretStr("BAD")), ARMAS, now=now)
    assert tracked.title.startswith("ARMAS Act")


def test_a_named_proposal_is_confirmed(engine: Engine, source: Standin, now: datetime) -> None:
    with db.writing(engine) as session:
        session.add(Campaign(slug="iron", title_en="Iron", title_es="Hierro"))
        session.flush()
        session.add(Proposal(slug="armas-act", campaign="iron", name_en="ARMAS Act", name_es="Ley ARMAS"))
    track_bill.run(engine, source.settings(), ARMAS, now=now, proposal="armas-act")
    with db.reading(engine) as session:
        found = lineage.proposal_of(session, str(ARMAS))
    assert found is not None
    assert found.slug == "armas-act"


def test_an_unknown_proposal_keeps_nothing(engine: Engine, source: Standin, now: datetime) -> None:
    with pytest.raises(Refused, match="no proposal"):
        track_bill.run(engine, source.settings(), ARMAS, now=now, proposal="nonesuch")
    assert kept(engine) == []
    assert source.asked() == []
