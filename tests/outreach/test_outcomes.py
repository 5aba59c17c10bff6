"""Reports of calls: counted once, undone once, anonymous, and limited in number."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.engine import Engine
from sqlmodel import Session, col, select

from campaign import db
from campaign.congress.models import Member
from campaign.outreach import outcomes
from campaign.outreach.models import CallCount, CallReceipt, CallTotal
from campaign.outreach.outcomes import ConnectionLimits, FormTokens, Report
from campaign.refusals import Refused

TODAY = date(2026, 6, 20)
JOINS = Report("hr6736-119", "J000305", "washington", "talked", "will_join")
SLIPS = FormTokens("k" * 40)


@pytest.fixture
def staff(engine: Engine) -> Engine:
    with db.writing(engine) as session:
        for bioguide in ("J000305", "C001131"):
            session.add(Member(bioguide=bioguide, first="A", last="B", party="D", standing="sitting"))
    return engine


def count(session: Session) -> int:
    """All reports, by their days; the totals that are kept beside say the same."""
    keys = CallCount.about, CallCount.member, CallCount.outcome, CallCount.said
    days = sa.select(*keys, sa.func.sum(CallCount.count)).group_by(*keys)
    totals = sa.select(CallTotal.about, CallTotal.member, CallTotal.outcome, CallTotal.said, CallTotal.count)
    found = sorted(map(tuple, session.execute(days)))
    assert sorted(map(tuple, session.execute(totals))) == found
    return sum(row[-1] for row in found)


def test_a_report_sent_twice_counts_once(staff: Engine, now: datetime) -> None:
    for expected in (True, False, False):
        with db.writing(staff) as session:
            assert outcomes.record(session, JOINS, "one", now=now, today=TODAY) is expected
    with db.reading(staff) as session:
        assert count(session) == 1


def test_reports_that_say_the_same_share_one_row(staff: Engine, now: datetime) -> None:
    with db.writing(staff) as session:
        for nonce in "abc":
            outcomes.record(session, JOINS, nonce, now=now, today=TODAY)
    with db.reading(staff) as session:
        assert [row.count for row in session.exec(select(CallCount))] == [3]


def test_many_at_once_lose_none_and_double_none(staff: Engine, now: datetime) -> None:
    def send(nonce: int) -> bool:
        with db.writing(staff) as session:
            return outcomes.record(session, JOINS, f"n{nonce % 20}", now=now, today=TODAY)

    with ThreadPoolExecutor(8) as pool:
        counted = list(pool.map(send, range(60)))
    assert counted.count(True) == 20
    with db.reading(staff) as session:
        assert count(session) == 20


def test_undo_takes_back_exactly_that_report_once(staff: Engine, now: datetime) -> None:
    with db.writing(staff) as session:
        outcomes.record(session, JOINS, "mine", now=now, today=TODAY)
        outcomes.record(session, JOINS, "another's", now=now, today=TODAY)
    word = SLIPS.undo("mine", now=now)
    with db.writing(staff) as session:
        outcomes.undo(session, SLIPS.read_undo(word, now=now), now=now)
    with db.reading(staff) as session:
        assert count(session) == 1
    with db.writing(staff) as session, pytest.raises(Refused) as refused:
        outcomes.undo(session, SLIPS.read_undo(word, now=now), now=now)
    assert refused.value.status == 410
    # The form that was taken back does not count when the browser sends it again.
    with db.writing(staff) as session:
        assert outcomes.record(session, JOINS, "mine", now=now, today=TODAY) is False


def test_undo_ends_after_an_hour(staff: Engine, now: datetime) -> None:
    with db.writing(staff) as session:
        outcomes.record(session, JOINS, "mine", now=now, today=TODAY)
    late = now + outcomes.UNDO_FOR + timedelta(seconds=1)
    with pytest.raises(Refused):
        SLIPS.read_undo(SLIPS.undo("mine", now=now), now=late)
    with db.writing(staff) as session, pytest.raises(Refused):
        outcomes.undo(session, "mine", now=late)


def test_undo_of_nothing_lowers_nothing(staff: Engine, now: datetime) -> None:
    with db.writing(staff) as session, pytest.raises(Refused):
        outcomes.undo(session, "nobody's", now=now)


@given(word=st.text(max_size=300))
def test_words_not_made_here_are_refused(word: str) -> None:
    with pytest.raises(Refused):
        SLIPS.read_form(word, now=datetime(2026, 6, 20, tzinfo=db.UTC))
    with pytest.raises(Refused):
        SLIPS.read_undo(word, now=datetime(2026, 6, 20, tzinfo=db.UTC))


def test_a_form_word_is_no_undo_word_and_ends(now: datetime) -> None:
    word = SLIPS.form(now=now)
    assert SLIPS.read_form(word, now=now + timedelta(hours=11))
    with pytest.raises(Refused):
        SLIPS.read_form(word, now=now + timedelta(hours=13))
    with pytest.raises(Refused):
        SLIPS.read_undo(word, now=now)
    with pytest.raises(Refused):
        FormTokens("other" * 10).read_form(word, now=now)


def test_words_signed_with_a_retired_key_still_hold(now: datetime) -> None:
    word = SLIPS.form(now=now)
    assert FormTokens("n" * 40, ["k" * 40]).read_form(word, now=now)


def test_no_form_outlives_its_receipt() -> None:
    assert outcomes.FORM_FOR < outcomes.RECEIPTS_KEPT
    assert outcomes.UNDO_FOR < outcomes.RECEIPTS_KEPT


def test_receipts_are_gone_within_a_day_and_counts_stay(staff: Engine, now: datetime) -> None:
    outcomes.take(staff, JOINS, "old", now=now, today=TODAY)
    later = now + timedelta(hours=24, seconds=1)
    outcomes.take(staff, JOINS, "new", now=later, today=TODAY + timedelta(days=1))
    with db.reading(staff) as session:
        assert list(session.exec(select(CallReceipt.nonce))) == ["new"]
        assert count(session) == 2


def test_no_column_can_hold_a_person() -> None:
    """All columns that are stored. One more has to be explained on the privacy page first."""
    assert {column.name for column in sa.inspect(CallCount).columns} == {
        "about", "member", "office", "day", "outcome", "said", "count",
    }  # fmt: skip
    assert {column.name for column in sa.inspect(CallReceipt).columns} == {
        "nonce", "at", "about", "member", "office", "day", "outcome", "said", "undone",
    }  # fmt: skip


def test_more_reports_on_a_member_than_people_make_are_refused(
    staff: Engine, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outcomes, "MEMBER_AN_HOUR", 3)
    for nonce in "abc":
        outcomes.take(staff, JOINS, nonce, now=now, today=TODAY)
    with pytest.raises(Refused) as refused:
        outcomes.take(staff, JOINS, "d", now=now, today=TODAY)
    assert refused.value.status == 429
    assert outcomes.take(staff, JOINS, "a", now=now, today=TODAY) is False
    other = Report("hr923-119", "C001131", "district", "voicemail")
    assert outcomes.take(staff, other, "e", now=now, today=TODAY) is True
    assert outcomes.take(staff, JOINS, "d", now=now + timedelta(hours=2), today=TODAY) is True


@pytest.mark.parametrize(("calls", "shown"), [(0, None), (4, None), (5, 5), (6, 6)])
def test_no_count_below_the_floor_is_published(
    staff: Engine, now: datetime, calls: int, shown: int | None
) -> None:
    with db.writing(staff) as session:
        for number in range(calls):
            said = outcomes.ANSWERS[number % 4]
            report = Report("hr6736-119", "J000305", "washington", "talked", said)
            outcomes.record(session, report, str(number), now=now, today=TODAY)
        for number in range(9):
            skipped = Report("hr6736-119", "J000305", "washington", "skip")
            outcomes.record(session, skipped, f"skip{number}", now=now, today=TODAY)
    with db.reading(staff) as session:
        assert outcomes.published(session, about=["hr6736-119"]) == shown
        assert outcomes.published(session, member="C001131") is None


def test_organizers_see_what_offices_said(staff: Engine, now: datetime) -> None:
    with db.writing(staff) as session:
        outcomes.record(session, JOINS, "a", now=now, today=TODAY)
        outcomes.record(session, JOINS, "b", now=now, today=TODAY - timedelta(days=9))
    with db.reading(staff) as session:
        assert [(one.said, one.count) for one in outcomes.tallies(session)] == [("will_join", 2)]
        assert count(session) == 2
        assert outcomes.tallies(session, about=["hr923-119"]) == []
        assert session.exec(select(CallCount).where(col(CallCount.count) < 0)).first() is None


@pytest.mark.parametrize(
    "result", ["", "talked:will_join", "skip", "voicemail:will_join", "' OR 1=1", "x" * 9999]
)
def test_reports_of_anything_else_are_refused(result: str) -> None:
    with pytest.raises(Refused):
        outcomes.read_report("hr6736-119", "J000305", "washington", result)
    with pytest.raises(Refused):
        outcomes.read_report("hr6736-119", "J000305", result, "voicemail")


def test_every_outcome_can_be_read() -> None:
    read = [outcomes.read_report("b", "m", "district", outcome) for outcome in outcomes.OUTCOMES]
    assert [(one.outcome, one.said) for one in read] == [(outcome, "") for outcome in outcomes.OUTCOMES]


TALK = Report("us-guns-abroad", "J000305", "washington", "talked")
BILLS = ("hr6736-119", "hr923-119")


def told(session: Session) -> dict[tuple[str, str], int]:
    return {(row.about, row.said): row.count for row in session.exec(select(CallCount)) if row.count}


def test_answers_are_told_bill_by_bill_and_undo_takes_back_all(staff: Engine, now: datetime) -> None:
    with db.writing(staff) as session:
        outcomes.record(session, TALK, "mine", now=now, today=TODAY)
        outcomes.record(session, TALK, "another's", now=now, today=TODAY)
    for bill, said in ((BILLS[1], "undecided"), (BILLS[0], "will_join"), (BILLS[1], "will_not")):
        with db.writing(staff) as session:
            outcomes.answer(session, "mine", bill, said, bills=BILLS, now=now)
    with db.reading(staff) as session:
        assert told(session) == {
            ("us-guns-abroad", ""): 2,
            (BILLS[0], "will_join"): 1,
            (BILLS[1], "will_not"): 1,
        }
    with db.writing(staff) as session:
        outcomes.undo(session, "mine", now=now)
    with db.reading(staff) as session:
        assert told(session) == {("us-guns-abroad", ""): 1}
    with db.writing(staff) as session, pytest.raises(Refused):
        outcomes.answer(session, "mine", BILLS[0], "undecided", bills=BILLS, now=now)


def test_a_call_about_all_bills_is_one_call_whatever_is_told_of_it(staff: Engine, now: datetime) -> None:
    one_bill = Report(BILLS[0], "J000305", "washington", "talked")
    with db.writing(staff) as session:
        for number in range(6):
            outcomes.record(session, one_bill if number == 5 else TALK, str(number), now=now, today=TODAY)
    for number in range(5):
        for bill in BILLS[: number % 3]:
            with db.writing(staff) as session:
                outcomes.answer(session, str(number), bill, "undecided", bills=BILLS, now=now)
    with db.reading(staff) as session:
        assert outcomes.published(session) == 6
        assert outcomes.published(session, about=["us-guns-abroad", *BILLS]) == 6
        assert outcomes.published(session, about=["us-guns-abroad"]) == 5
        assert outcomes.published(session, member="J000305") == 6
        # One was about this bill alone: too few to be published.
        assert outcomes.published(session, about=BILLS) is None
        assert outcomes.published(session, about=[]) is None


def test_a_call_about_one_bill_takes_no_answer_about_another(staff: Engine, now: datetime) -> None:
    with db.writing(staff) as session:
        one_bill = Report(BILLS[0], "J000305", "washington", "talked")
        outcomes.record(session, one_bill, "mine", now=now, today=TODAY)
    with db.writing(staff) as session, pytest.raises(Refused):
        outcomes.answer(session, "mine", BILLS[1], "undecided", bills=BILLS, now=now)


def test_answers_sent_at_once_are_told_once(staff: Engine, now: datetime) -> None:
    with db.writing(staff) as session:
        outcomes.record(session, TALK, "mine", now=now, today=TODAY)

    def send(number: int) -> None:
        with db.writing(staff) as session:
            outcomes.answer(session, "mine", BILLS[number % 2], "undecided", bills=BILLS, now=now)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(send, range(8)))
    with db.reading(staff) as session:
        assert told(session) == {("us-guns-abroad", ""): 1, **{(bill, "undecided"): 1 for bill in BILLS}}


def test_an_answer_ends_after_an_hour_and_fits_its_call(staff: Engine, now: datetime) -> None:
    late = now + outcomes.UNDO_FOR + timedelta(seconds=1)
    with db.writing(staff) as session:
        outcomes.record(session, TALK, "mine", now=now, today=TODAY)
        silent = Report("hr923-119", "J000305", "washington", "voicemail")
        outcomes.record(session, silent, "silent", now=now, today=TODAY)
    for nonce, bill, said, when in (
        ("mine", BILLS[0], "undecided", late),
        ("mine", BILLS[0], "maybe", now),
        ("mine", "s1-119", "undecided", now),
        ("silent", BILLS[1], "undecided", now),
        ("nobody's", BILLS[0], "undecided", now),
    ):
        with db.writing(staff) as session, pytest.raises(Refused):
            outcomes.answer(session, nonce, bill, said, bills=BILLS, now=when)


def test_a_connection_is_slowed_down_and_never_shut_out(now: datetime) -> None:
    doors = ConnectionLimits(most=3)
    assert [doors.allow("203.0.113.9", now=now) for _ in range(5)] == [True, True, True, False, False]
    assert doors.allow("198.51.100.1", now=now)
    assert doors.allow("203.0.113.9", now=now + timedelta(minutes=21))


def test_a_new_day_knows_no_connection_of_the_last(now: datetime) -> None:
    doors = ConnectionLimits(most=1)
    assert doors.allow("203.0.113.9", now=now)
    held = set(doors._buckets)
    assert not any(b"203.0.113" in name for name in held)
    assert doors.allow("203.0.113.9", now=now + timedelta(days=1))
    assert not held & set(doors._buckets)


def test_the_memory_of_connections_is_bounded(now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ConnectionLimits, "MOST", 50)
    doors = ConnectionLimits()
    for number in range(500):
        doors.allow(f"2001:db8::{number:x}", now=now)
    assert len(doors._buckets) == 50
