"""The numbers of the organizers' dashboard."""

import zlib
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from chambers import NOW, READ, acted, add_bill, counted, id_of, legislator, on, seat_members, term
from filled import filled_by
from sqlalchemy.engine import Engine

from campaign import db
from campaign.congress import ledger
from campaign.congress.models import Change, RawReply
from campaign.congress.stage_names import Stage
from campaign.organizing import dashboard
from campaign.organizing.dashboard import BillSummary
from campaign.refusals import Refused

BILL = "hr6736-119"
TODAY = datetime(2026, 6, 1, 16, tzinfo=UTC)
EARLY = datetime(2026, 5, 1, 16, tzinfo=UTC)


def strip(engine: Engine, bill: str = BILL, *, now: datetime = TODAY) -> BillSummary:
    with db.reading(engine) as session:
        return dashboard.bill_summary(session, bill, now=now)


def seat(engine: Engine) -> None:
    seat_members(
        engine,
        *(legislator(f"A{n}", term(f"NY-{n}")) for n in range(1, 5)),
        legislator("A5", term("DC-0")),
        legislator("A6", term("TX-6", party="Republican")),
        legislator("A7", term("NY")),
        former=[legislator("B1", term("AZ-7", end="2025-03-13"))],
        committees={"HSFA": [("A1", {}), ("A2", {}), ("A3", {}), ("A4", {})]},
    )


@pytest.fixture
def house(engine: Engine) -> Engine:
    return filled_by(seat, engine)


def test_the_votes_are_those_who_sit_and_vote_and_the_sponsor(house: Engine) -> None:
    rows = on("A2"), on("A5"), on("A6"), on("B1", "2025-03-01"), on("A3", withdrawn="2026-03-01")
    add_bill(house, BILL, *rows, sponsor="A1", proposal="armas", committees=["HSFA"])
    found = strip(house)
    assert (found.counts.listed, found.counts.sitting_voting) == (4, 2)
    assert (found.counts.delegates, found.counts.departed, found.counts.withdrawn) == (1, 1, 1)
    assert (found.votes, found.voting_now, found.majority, found.goal) == (3, 5, 218, 218)
    assert [(one.committee.id, one.on, one.seats) for one in found.committees] == [("HSFA", 2, 4)]
    assert found.parties == (("D", 2), ("R", 1))
    assert found.states == (("NY", 2), ("TX", 1))
    assert found.delegates == (("DC", 1),)
    assert sum(number for _, number in found.parties) == sum(number for _, number in found.states) == 3


@pytest.mark.parametrize(
    ("sponsor", "votes", "states"),
    [
        ("B1", 1, (("NY", 1),)),
        ("A5", 1, (("NY", 1),)),
        ("A2", 1, (("NY", 1),)),
        ("A6", 2, (("NY", 1), ("TX", 1))),
    ],
    ids=["left", "delegate", "listed as a co-sponsor, too", "votes"],
)
def test_a_sponsor_is_a_vote_only_while_they_sit_and_vote(
    house: Engine, sponsor: str, votes: int, states: tuple[tuple[str, int], ...]
) -> None:
    add_bill(house, BILL, on("A2"), sponsor=sponsor)
    found = strip(house)
    assert (found.votes, found.states) == (votes, states)
    assert sum(number for _, number in found.parties) == votes
    assert found.delegates == ()


def test_the_last_week_counts_from_congresss_own_days(house: Engine) -> None:
    rows = on("A2", "2026-05-26"), on("A3", "2026-05-25"), on("A4", "2026-01-10", withdrawn="2026-05-30")
    add_bill(house, BILL, *rows)
    found = strip(house)
    assert [one.bioguide for one in found.joined] == [id_of("A2")]
    assert [one.bioguide for one in found.left] == [id_of("A4")]


@pytest.mark.parametrize(
    ("days", "gone", "net", "reached"),
    [
        ([], 0, 0, None),
        (["2026-05-20"] * 3, 0, 3, None),
        (["2026-05-20"] * 3, 3, 0, None),
        (["2025-02-04"] * 3, 0, 0, None),
        (["2026-05-20", "2026-04-20", "2026-03-20"], 0, 3, date(2026, 6, 29)),
    ],
    ids=["nobody", "goal far", "as many left", "on the first day", "goal near"],
)
def test_pace_is_net_and_leaves_the_first_day_out(
    house: Engine, days: list[str], gone: int, net: int, reached: date | None
) -> None:
    rows = [
        on(f"A{n}", day, withdrawn="2026-05-25" if n <= gone else None) for n, day in enumerate(days, start=1)
    ]
    if days == ["2025-02-04"] * 3:
        rows = [row.model_copy(update={"original": True}) for row in rows]
    add_bill(house, BILL, *rows)
    if reached:
        with db.writing(house) as session:
            dashboard.set_goal(session, BILL, 4, None, by="ana@example.org", now=NOW)
    pace = strip(house).pace
    assert (pace.weeks, pace.net, pace.reached_on) == (12, net, reached)


def test_a_bill_that_has_ended_takes_no_goal(house: Engine) -> None:
    add_bill(house, BILL)
    january = datetime(2027, 1, 3, 17, tzinfo=UTC)
    with db.writing(house) as session, pytest.raises(Refused) as refused:
        dashboard.set_goal(session, BILL, 2, None, by="ana@example.org", now=january)
    assert refused.value.status == 409


def test_in_the_gap_organizers_work_with_each_proposals_last_bills(house: Engine) -> None:
    for bill, proposal in (("hr8427-118", "cartels"), ("hr923-119", "cartels"), ("hr6736-119", "armas")):
        add_bill(house, bill, proposal=proposal)
    add_bill(house, "hr5-120", proposal="cartels", introduced="2027-01-10")
    found = {}
    with db.reading(house) as session:
        for now in (NOW, datetime(2027, 1, 20, tzinfo=UTC)):
            found[now.year] = {bill.id for bill, _ in dashboard.working_bills(session, now=now)}
    assert found == {2026: {"hr923-119", "hr6736-119"}, 2027: {"hr5-120", "hr6736-119"}}


def test_a_reached_goal_says_so_and_an_old_record_is_measured_to_its_own_day(house: Engine) -> None:
    add_bill(house, BILL, on("A1", "2026-05-20"), on("A2", "2026-05-21"), introduced="2026-05-01")
    with db.writing(house) as session:
        dashboard.set_goal(session, BILL, 2, date(2026, 9, 1), by="ana@example.org", now=NOW)
    pace = strip(house, now=datetime(2026, 11, 1, tzinfo=UTC)).pace
    assert (pace.weeks, pace.net, pace.reached_on) == (4, 2, date(2026, 6, 1))


@pytest.mark.parametrize(("bill", "target"), [(BILL, 0), (BILL, 436), ("s3508-119", 101)])
def test_no_goal_lies_beyond_the_chamber(house: Engine, bill: str, target: int) -> None:
    add_bill(house, bill)
    with pytest.raises(Refused), db.writing(house) as session:
        dashboard.set_goal(session, bill, target, None, by="ana@example.org", now=NOW)


def test_sources_that_list_different_numbers_are_told_apart(house: Engine) -> None:
    add_bill(house, BILL, on("A1"))
    assert strip(house).sources == ()
    with db.writing(house) as session:
        for source, body in (("api", b"not json"), ("govinfo", b"not xml")):
            session.add(
                RawReply(
                    bill=BILL,
                    source=source,
                    digest="x",
                    body=zlib.compress(body),
                    first_read=READ,
                    last_read=READ,
                )
            )
    assert strip(house).sources == ()
    assert not strip(house).disagree


@pytest.mark.parametrize(
    ("older", "disagree"), [("2026-05-04", False), ("2026-05-05", False), ("2026-05-06", True)]
)
def test_sources_disagree_only_when_both_were_read_after_the_last_change(
    house: Engine, older: str, disagree: bool
) -> None:
    add_bill(house, BILL, on("A1", "2026-05-05"))
    read = datetime.fromisoformat(f"{older}T16:00:00+00:00")
    found = replace(strip(house), sources=(("api", 1, EARLY, NOW), ("govinfo", 0, EARLY, read)))
    assert found.disagree is disagree
    assert not replace(found, sources=(("api", 1, EARLY, NOW), ("govinfo", 1, EARLY, read))).disagree


@pytest.mark.parametrize(
    ("appeared", "disagree"),
    [("2026-05-08T09:00", True), ("2026-05-08T10:40", True), ("2026-05-08T16:00", False)],
)
def test_a_source_that_was_read_before_the_other_changed_does_not_disagree_yet(
    house: Engine, appeared: str, disagree: bool
) -> None:
    """A joining of 5 May that Congress publishes on the 8th, after GovInfo was read that morning."""
    add_bill(house, BILL, on("A1", "2026-05-05"))
    first, read = (datetime.fromisoformat(f"{at}:00+00:00") for at in (appeared, "2026-05-08T10:40"))
    found = replace(strip(house), sources=(("api", 1, first, NOW), ("govinfo", 0, EARLY, read)))
    assert found.disagree is disagree


def test_news_leaves_baselines_and_other_bills_out(house: Engine) -> None:
    add_bill(house, BILL, on("A1"))
    with db.writing(house) as session:
        session.add(Change(bill=BILL, kind="cosponsored", bioguide=id_of("A2"), seen_at=NOW))
        session.add(Change(bill=BILL, kind="action", seen_at=NOW))
    with db.reading(house) as session:
        seen = dashboard.newest_changes(session, [BILL])
        assert [(one.kind, one.bioguide) for one in seen] == [("cosponsored", id_of("A2"))]
        assert dashboard.newest_changes(session, ["hr1-119"]) == []


def test_an_amendment_passed_by_both_chambers_is_sent_to_the_states_for_organizers_too(engine: Engine) -> None:
    """H.J.Res. 208 of the 92nd Congress: only its official title says that it proposes an amendment."""
    bill = "hjres208-92"
    add_bill(
        engine,
        bill,
        title="Equal Rights Amendment",
        official_title="Joint resolution proposing an amendment to the Constitution of the United States "
        "relative to equal rights for men and women.",
        introduced="1971-01-26",
        proposal="equal-rights",
        actions=(
            acted("1972-03-22", "Passed Senate without amendment by Yea-Nay Vote. 84 - 8.", code="17000"),
            acted("1971-10-12", "Passed/agreed to in House: On passage Passed by recorded vote.", code="8000"),
        ),
    )
    with db.reading(engine) as session:
        public = ledger.current(session, bill, now=NOW)
        monday = dashboard.bill_summaries(session, now=datetime(1972, 6, 5, 16, tzinfo=UTC))
    organizers = strip(engine, bill, now=NOW)
    assert [public.stage.stage, organizers.record.stage.stage] == [Stage.to_states] * 2
    assert [one.record.stage.stage for one in monday] == [Stage.to_states]


def test_ten_bills_cost_as_many_questions_as_one(house: Engine) -> None:
    add_bill(house, BILL, on("A1"), proposal="armas", committees=["HSFA"])
    with counted(house) as one, db.reading(house) as session:
        assert len(dashboard.bill_summaries(session, now=NOW)) == 1
        few = one()
    for n in range(1, 10):
        add_bill(house, f"hr{n}-119", on("A2"), on("B1"), proposal=f"more{n}", committees=["HSFA"])
    with counted(house) as ten, db.reading(house) as session:
        assert len(dashboard.bill_summaries(session, now=NOW)) == 10
        assert ten() == few <= 12


def test_a_bill_of_no_proposal_has_its_numbers_too(house: Engine) -> None:
    add_bill(house, BILL, on("A1"))
    assert (strip(house).proposal, strip(house).votes) == (None, 1)
    with pytest.raises(Refused):
        strip(house, "hr1-119")
