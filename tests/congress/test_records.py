"""Records of bills: now, several at once with a fixed number of queries, and on past days."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa
from observations import BILL, CASTRO, INTRODUCED, REFERRED, START, acted, joined, observed
from sqlalchemy.engine import Engine

from campaign import db
from campaign.congress import ledger
from campaign.congress.ledger import BillRecord
from campaign.congress.models import Bill
from campaign.congress.observation import CommitteeRow, Observation, PersonRow
from campaign.refusals import Refused

TORRES, GOLDMAN, TLAIB = "T000474", "G000599", "T000481"
AMENDMENT = "hjres208-92"
SENATE_BILL = "s367-119"
NOW = datetime(2026, 2, 1, tzinfo=UTC)


def equal_rights() -> Observation:
    """H.J.Res. 208 of the 92nd Congress. Its display title does not say that it proposes an amendment."""
    return observed(
        bill=AMENDMENT,
        title="Equal Rights Amendment",
        official_title="Joint resolution proposing an amendment to the Constitution of the United States "
        "relative to equal rights for men and women.",
        introduced=date(1971, 1, 26),
        sponsor=None,
        committees=(CommitteeRow(code="HSJU", name="Judiciary Committee", referred=True),),
        actions=(
            acted("1972-03-22", "Passed Senate without amendment by Yea-Nay Vote. 84 - 8.", code="17000"),
            acted("1971-10-12", "Passed/agreed to in House: On passage Passed by recorded vote.", code="8000"),
            acted("1971-01-26", "Introduced in House", code="1000"),
        ),
    )


def senate_bill() -> Observation:
    return observed(
        joined("W000790", "2025-02-05"),
        joined("M001176", "2025-02-04", withdrawn="2025-03-01"),
        bill=SENATE_BILL,
        title="A bill of the Senate",
        introduced=date(2025, 2, 3),
        committees=(CommitteeRow(code="SSFI"), CommitteeRow(code="SSAF")),
        actions=(acted("2025-02-03", "Introduced in Senate", code="10000"),),
    )


@pytest.fixture
def recorded(engine: Engine) -> Engine:
    with db.writing(engine) as session:
        for observation in (observed(joined("T000474", "2025-12-16")), equal_rights(), senate_bill()):
            ledger.record(session, observation)
        session.add(Bill(id="hr1-92", congress=92, type="hr", number=1, title="Known by name"))
    return engine


@contextmanager
def queries(engine: Engine) -> Iterator[list[str]]:
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        sent.append(statement)

    sa.event.listen(engine, "before_cursor_execute", note)
    yield sent
    sa.event.remove(engine, "before_cursor_execute", note)


def test_each_record_equals_that_of_the_bill_alone(recorded: Engine) -> None:
    ids = [SENATE_BILL, "hr1-92", BILL, AMENDMENT]
    with db.reading(recorded) as session:
        together = ledger.records(session, ids, now=NOW)
        alone = {id: ledger.current(session, id, now=NOW) for id in ids}
    assert list(together) == ids
    assert together == alone


def test_no_bill_is_given_the_rows_of_another(recorded: Engine) -> None:
    with db.reading(recorded) as session:
        found = ledger.records(session, [BILL, SENATE_BILL, AMENDMENT, "hr1-92"], now=NOW)
    assert [(record.active, record.gone) for record in found.values()] == [
        ({"T000474"}, set()),
        ({"W000790"}, {"M001176"}),
        (set(), set()),
        (set(), set()),
    ]
    assert [len(record.actions) for record in found.values()] == [2, 1, 3, 0]
    assert [[row.committee for row in record.referrals] for record in found.values()] == [
        ["HSFA"],
        ["SSAF", "SSFI"],
        ["HSJU"],
        [],
    ]


def test_an_amendment_named_only_in_the_official_title_goes_to_the_states(recorded: Engine) -> None:
    with db.reading(recorded) as session:
        together = ledger.records(session, [BILL, AMENDMENT], now=NOW)[AMENDMENT]
        then = ledger.as_of(session, AMENDMENT, date(1972, 3, 22), now=NOW)
        stages = [
            change.detail["to"]
            for change in ledger.changes_since(session, bill=AMENDMENT)
            if change.kind == "stage"
        ]
    assert [together.stage.stage.value, then.stage.stage.value, *stages] == ["to_states"] * 3
    assert together.bill.stage == "to_states"


def test_many_bills_cost_no_more_queries_than_one(recorded: Engine) -> None:
    counts = []
    for ids in ([BILL], [BILL, AMENDMENT, SENATE_BILL, "hr1-92"]):
        with db.reading(recorded) as session, queries(recorded) as sent:
            ledger.records(session, ids, now=NOW)
        counts.append(sum(statement.startswith("SELECT") for statement in sent))
    assert counts == [4, 4]


def test_no_other_bill_is_read(recorded: Engine) -> None:
    loaded: list[str] = []

    def note(bill: Bill, _context: object) -> None:
        loaded.append(bill.id)

    sa.event.listen(Bill, "load", note)
    try:
        with db.reading(recorded) as session:
            ledger.records(session, [BILL, AMENDMENT], now=NOW)
    finally:
        sa.event.remove(Bill, "load", note)
    assert sorted(loaded) == [AMENDMENT, BILL]


def test_the_calendar_is_that_of_now(recorded: Engine) -> None:
    with db.reading(recorded) as session:
        open_, ended = (
            ledger.records(session, [BILL], now=now)[BILL].stage.stage.value
            for now in (START, datetime(2027, 1, 3, 17, tzinfo=UTC))
        )
    assert (open_, ended) == ("in_committee", "died")


def test_no_bills_have_no_records(recorded: Engine) -> None:
    with db.reading(recorded) as session:
        assert ledger.records(session, [], now=NOW) == {}


def test_one_unknown_bill_is_refused_by_its_number(recorded: Engine) -> None:
    with db.reading(recorded) as session, pytest.raises(Refused, match="hr9999-119") as refusal:
        ledger.records(session, [BILL, "hr9999-119"], now=NOW)
    assert refusal.value.status == 404


# --- the order of what is in a record ---


def store(engine: Engine, *observations: Observation) -> None:
    for observation in observations:
        with db.writing(engine) as session:
            ledger.record(session, observation)


def now_of(engine: Engine, bill: str = BILL) -> BillRecord:
    with db.reading(engine) as session:
        return ledger.current(session, bill, now=NOW)


def then_of(engine: Engine, day: str, *, now: datetime = datetime(2026, 6, 1, 16, tzinfo=UTC)) -> BillRecord:
    with db.reading(engine) as session:
        return ledger.as_of(session, BILL, date.fromisoformat(day), now=now)


def test_lines_of_one_day_keep_the_order_of_the_source(engine: Engine) -> None:
    texts = [f"Committee Consideration and Mark-up Session Held, part {part}" for part in range(8)]
    lines = tuple(acted("2026-01-06", text) for text in reversed(texts))
    store(engine, observed(actions=(*lines, REFERRED, INTRODUCED)))
    assert [line.text for line in now_of(engine).actions] == [INTRODUCED.text, REFERRED.text, *texts]


def test_lines_stand_by_date_even_where_a_short_reading_numbered_them(engine: Engine) -> None:
    older = acted("2025-12-20", "Sponsor introductory remarks on measure.")
    newest = acted("2026-01-08", "Committee hearing held.")
    store(engine, observed(), observed(actions=(newest,), hour=1, problem="1 of 3 actions came"))
    store(engine, observed(actions=(older,), hour=2, problem="1 of 4 actions came"))
    assert [str(line.acted) for line in now_of(engine).actions] == [
        "2025-12-16", "2025-12-16", "2025-12-20", "2026-01-08",
    ]  # fmt: skip


def test_a_retracted_line_is_in_no_record(engine: Engine) -> None:
    wrong = acted("2026-01-08", "Reported by the Committee on Foreign Affairs.", code="5000")
    store(engine, observed(actions=(wrong, REFERRED, INTRODUCED)), observed(hour=1))
    assert now_of(engine).stage.stage.value == "reported"
    store(engine, observed(hour=2))
    record = now_of(engine)
    assert [line.text for line in record.actions] == [INTRODUCED.text, REFERRED.text]
    assert record.stage.stage.value == "in_committee"
    assert then_of(engine, "2026-01-08").stage.stage.value == "in_committee"


def test_cosponsors_stand_by_day_and_then_by_id(engine: Engine) -> None:
    store(
        engine,
        observed(joined(TORRES, "2026-01-06"), joined(TLAIB, "2025-12-16"), joined(GOLDMAN, "2026-01-06")),
    )
    assert [row.bioguide for row in now_of(engine).cosponsors] == [TLAIB, GOLDMAN, TORRES]


# --- past days ---


def test_as_of_rebuilds_any_day(engine: Engine) -> None:
    rows = (
        joined(TORRES, "2025-12-16"),
        joined(TLAIB, "2026-01-06", withdrawn="2026-01-20"),
        joined(GOLDMAN, "2026-02-01"),
    )
    report = acted("2026-02-10", "Reported by the Committee on Foreign Affairs.", code="5000", system="9")
    store(engine, observed(*rows, actions=(report, REFERRED, INTRODUCED), hour=24 * 60))
    expected = {
        "2025-12-16": ({TORRES}, set(), "in_committee"),
        "2026-01-05": ({TORRES}, set(), "in_committee"),
        "2026-01-06": ({TORRES, TLAIB}, set(), "in_committee"),
        "2026-01-19": ({TORRES, TLAIB}, set(), "in_committee"),
        "2026-01-20": ({TORRES}, {TLAIB}, "in_committee"),
        "2026-02-09": ({TORRES, GOLDMAN}, {TLAIB}, "in_committee"),
        "2026-02-10": ({TORRES, GOLDMAN}, {TLAIB}, "reported"),
    }
    for day, (active, gone, stage) in expected.items():
        then = then_of(engine, day)
        assert (then.active, then.gone, then.stage.stage.value) == (active, gone, stage), day
        assert then.day == date.fromisoformat(day)


def test_on_a_day_before_somebody_left_nothing_says_that_they_leave(engine: Engine) -> None:
    """The withdrawal is listed with another date in the newest reading, which has still to be confirmed."""
    first, second = (joined(TLAIB, "2026-01-06", withdrawn=day) for day in ("2026-01-20", "2026-01-25"))
    store(engine, observed(first, hour=480), observed(second, hour=481))
    assert [(row.withdrawn, row.claim) for row in now_of(engine).cosponsors] == [
        (date(2026, 1, 20), "2026-01-25")
    ]
    [then] = then_of(engine, "2026-01-10").cosponsors
    assert (then.bioguide, then.joined, then.withdrawn, then.claim) == (TLAIB, date(2026, 1, 6), None, None)


def test_a_past_day_has_the_title_that_was_last_seen_by_its_end(engine: Engine) -> None:
    """First read on 10 January; renamed on the 20th, at the last second of Washington's day, and later."""
    second, third = datetime(2026, 1, 21, 4, 59, 59, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC)
    store(
        engine,
        observed(joined(TORRES, "2025-12-16")),
        observed(read_at=second, updated=second, title="ARMAS Act of 2026"),
        observed(read_at=third, updated=third, title="ARMAS and Munitions Act"),
        observed(bill=SENATE_BILL, title="A name"),
        observed(bill=SENATE_BILL, title="Another name", hour=24 * 40),
    )
    titles = {
        day: then_of(engine, day).title for day in ("2025-12-20", "2026-01-19", "2026-01-20", "2026-01-31")
    }
    assert titles == {
        "2025-12-20": "ARMAS Act of 2025",
        "2026-01-19": "ARMAS Act of 2025",
        "2026-01-20": "ARMAS Act of 2026",
        # The third title was seen at seven in the evening of this day in Washington.
        "2026-01-31": "ARMAS and Munitions Act",
    }


def test_a_past_day_has_the_sponsor_of_that_day(engine: Engine) -> None:
    """H.R. 1034 of the 119th Congress: another member assumed first sponsorship."""
    other = PersonRow(bioguide="M001223", full_name="Rep. Magaziner, Seth [D-RI-2]")
    store(engine, observed(), observed(hour=240, sponsor=other))
    assert now_of(engine).sponsor == "M001223"
    assert then_of(engine, "2026-01-15").sponsor == CASTRO.bioguide
    assert then_of(engine, "2026-01-25").sponsor == "M001223"


def test_a_bill_had_no_name_before_it_was_given_one(engine: Engine) -> None:
    store(engine, observed(title=None, sponsor=None), observed(hour=240))
    then = then_of(engine, "2026-01-15")
    assert (then.title, then.sponsor) == ("", None)


LAW = acted("2026-01-20", "Became Public Law No: 119-60.", code="36000")
HOUSE = acted("2026-01-06", "Passed/agreed to in House: On passage Passed by voice vote.", code="8000")
SENATE = acted("2026-01-12", "Passed Senate without amendment by Unanimous Consent.", code="17000")


def test_a_law_was_no_law_before_its_day(engine: Engine) -> None:
    store(engine, observed(hour=480, actions=(LAW, SENATE, HOUSE, REFERRED, INTRODUCED), law="119-60"))
    assert now_of(engine).stage.stage.value == "law"
    stages = {day: then_of(engine, day).stage.stage.value for day in ("2026-01-11", "2026-01-19", "2026-01-20")}
    assert stages == {"2026-01-11": "passed_house", "2026-01-19": "passed_both", "2026-01-20": "law"}


def test_a_number_of_a_law_counts_now_but_dates_nothing(engine: Engine) -> None:
    """The source lists the law before the action that made it one."""
    store(engine, observed(hour=480, actions=(SENATE, HOUSE, REFERRED, INTRODUCED), law="119-60"))
    assert now_of(engine).stage.stage.value == "law"
    assert then_of(engine, "2026-01-12").stage.stage.value == "passed_both"


def test_a_bill_had_died_by_the_end_of_the_last_day_of_its_congress(engine: Engine) -> None:
    store(engine, observed())
    later = datetime(2027, 2, 1, tzinfo=UTC)
    assert then_of(engine, "2027-01-02", now=later).stage.stage.value == "in_committee"
    assert then_of(engine, "2027-01-03", now=later).stage.stage.value == "died"


@pytest.mark.parametrize(
    ("day", "words"),
    [("2027-01-01", "future"), ("2026-06-01", "future"), ("2025-12-15", "introduced on December 16, 2025")],
)
def test_days_that_cannot_be_shown_are_refused(engine: Engine, day: str, words: str) -> None:
    store(engine, observed())
    evening = datetime(2026, 6, 1, 3, tzinfo=UTC)
    with pytest.raises(Refused, match=words):
        then_of(engine, day, now=evening)


def test_today_in_washington_can_be_shown(engine: Engine) -> None:
    store(engine, observed())
    evening = datetime(2026, 6, 1, 3, tzinfo=UTC)
    assert then_of(engine, "2026-05-31", now=evening).day == date(2026, 5, 31)


def test_a_bill_whose_introduction_is_not_known_has_any_past(engine: Engine) -> None:
    store(engine, observed(introduced=None))
    assert then_of(engine, "2025-01-04").actions == ()


def test_an_unknown_bill_is_refused(engine: Engine) -> None:
    with db.reading(engine) as session:
        for ask in (
            lambda: ledger.current(session, "hr9999-119", now=START),
            lambda: ledger.as_of(session, "hr9999-119", date(2026, 1, 1), now=START),
        ):
            with pytest.raises(Refused, match="hr9999-119") as refusal:
                ask()
            assert refusal.value.status == 404


@pytest.mark.parametrize(
    ("read", "today", "last"),
    [
        (None, date(2026, 3, 1), date(2026, 3, 1)),
        (datetime(2026, 2, 1, 4, tzinfo=UTC), date(2026, 3, 1), date(2026, 1, 31)),
        (datetime(2026, 3, 1, 23, tzinfo=UTC), date(2026, 3, 1), date(2026, 3, 1)),
        (datetime(2027, 5, 1, tzinfo=UTC), date(2027, 6, 1), date(2027, 1, 3)),
        (None, date(2027, 6, 1), date(2027, 1, 3)),
        # A reading from a clock that is ahead covers no day to come.
        (datetime(2026, 3, 2, 12, tzinfo=UTC), date(2026, 3, 1), date(2026, 3, 1)),
    ],
)
def test_a_record_covers_days_up_to_its_last_reading_in_its_congress(
    read: datetime | None, today: date, last: date
) -> None:
    bill = Bill(id=BILL, congress=119, type="hr", number=6736, observed_at=read)
    assert ledger.known_until(bill, today) == last
