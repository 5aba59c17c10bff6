"""The ledger, on real cases and on invented worlds that lie."""

from collections import Counter
from datetime import date

import pytest
import sqlalchemy as sa
from observations import BILL, CASTRO, INTRODUCED, REFERRED, START, acted, joined, observed
from sqlalchemy.engine import Engine
from sqlmodel import select

from campaign import db
from campaign.congress import ledger, tracking
from campaign.congress.ledger import Recorded
from campaign.congress.models import Action, Bill, Change, Cosponsorship, RecordedVote
from campaign.congress.observation import Observation, VoteRow
from campaign.proposals import lineage

TORRES, GOLDMAN, TLAIB, WARNOCK = "T000474", "G000599", "T000481", "W000790"


def store(engine: Engine, *observations: Observation) -> list[int]:
    """Record each in its own transaction; how many changes each made."""
    counts = []
    for observation in observations:
        with db.writing(engine) as session:
            counts.append(ledger.record(session, observation).changes)
    return counts


def changed(engine: Engine, *kinds: str) -> list[tuple[str, str | None, str | None]]:
    """The ledger's rows of these kinds: kind, who, Congress's date."""
    with db.reading(engine) as session:
        return [
            (change.kind, change.bioguide, change.happened.isoformat() if change.happened else None)
            for change in ledger.changes_since(session)
            if change.kind in kinds
        ]


def record_of(engine: Engine) -> ledger.BillRecord:
    with db.reading(engine) as session:
        return ledger.current(session, BILL, now=START)


COSPONSOR_KINDS = ("cosponsored", "withdrew", "withdrawal_retracted")


def test_first_sight_is_baseline_and_later_joins_are_news(engine: Engine) -> None:
    store(
        engine,
        observed(joined(TORRES, "2025-12-16")),
        observed(joined(TORRES, "2025-12-16"), joined(TLAIB, "2026-01-06"), hour=1),
    )
    with db.reading(engine) as session:
        news = [c for c in ledger.changes_since(session) if not c.baseline]
    assert [(c.kind, c.bioguide, c.happened) for c in news] == [("cosponsored", TLAIB, date(2026, 1, 6))]


def test_reading_twice_adds_nothing(engine: Engine) -> None:
    rows = (joined(TORRES, "2025-12-16"), joined(GOLDMAN, "2025-12-18", withdrawn="2026-01-02"))
    first, second, third = store(engine, observed(*rows), observed(*rows, hour=1), observed(*rows, hour=2))
    assert first > 0
    assert (second, third) == (0, 0)


def test_q10_a_withdrawal_needs_its_date_in_two_complete_readings(engine: Engine) -> None:
    on, off = joined(TORRES, "2025-12-16"), joined(TORRES, "2025-12-16", withdrawn="2026-01-09")
    store(engine, observed(on), observed(off, hour=1))
    assert changed(engine, "withdrew") == []
    assert record_of(engine).active == {TORRES}
    store(engine, observed(off, hour=2))
    assert changed(engine, "withdrew") == [("withdrew", TORRES, "2026-01-09")]
    assert record_of(engine).gone == {TORRES}


def test_a_withdrawal_seen_once_and_then_not_is_no_withdrawal(engine: Engine) -> None:
    on, off = joined(TORRES, "2025-12-16"), joined(TORRES, "2025-12-16", withdrawn="2026-01-09")
    store(engine, observed(on), observed(off, hour=1), observed(on, hour=2), observed(off, hour=3))
    assert changed(engine, "withdrew") == []


def test_an_incomplete_reading_is_no_sighting_of_a_withdrawal(engine: Engine) -> None:
    on, off = joined(TORRES, "2025-12-16"), joined(TORRES, "2025-12-16", withdrawn="2026-01-09")
    store(engine, observed(on), observed(off, hour=1), observed(off, hour=2, problem="counts disagree"))
    assert changed(engine, "withdrew") == []


def test_q10_a_row_first_seen_withdrawn_gives_both_changes(engine: Engine) -> None:
    store(
        engine,
        observed(joined(TORRES, "2025-12-16")),
        observed(joined(TORRES, "2025-12-16"), joined(TLAIB, "2026-01-06", withdrawn="2026-01-08"), hour=1),
    )
    assert changed(engine, *COSPONSOR_KINDS)[-2:] == [
        ("cosponsored", TLAIB, "2026-01-06"),
        ("withdrew", TLAIB, "2026-01-08"),
    ]


def test_q11_rows_missing_from_any_reading_prove_nothing(engine: Engine) -> None:
    both = (joined(TORRES, "2025-12-16"), joined(TLAIB, "2026-01-06"))
    store(engine, observed(*both), *(observed(both[0], hour=hour) for hour in range(1, 6)))
    assert record_of(engine).active == {TORRES, TLAIB}
    assert changed(engine, "withdrew") == []
    with db.reading(engine) as session:
        row = session.get(Cosponsorship, (BILL, TLAIB, date(2026, 1, 6)))
    assert row is not None
    assert row.missing_since == START.replace(hour=13)


def test_q11_rows_of_an_incomplete_reading_are_evidence(engine: Engine) -> None:
    store(
        engine,
        observed(joined(TORRES, "2025-12-16")),
        observed(joined(TLAIB, "2026-01-06"), hour=1, problem="1 of 2 co-sponsors came"),
    )
    assert ("cosponsored", TLAIB, "2026-01-06") in changed(engine, "cosponsored")


def test_a_first_reading_that_was_short_is_completed_without_news(engine: Engine) -> None:
    both = (joined(TORRES, "2025-12-16"), joined(TLAIB, "2026-01-06"))
    store(engine, observed(both[0], problem="co-sponsors: 3 rows where 5 are counted"))
    assert record_of(engine).bill.partial == "co-sponsors: 3 rows where 5 are counted"
    store(engine, observed(*both, hour=1))
    with db.reading(engine) as session:
        assert all(change.baseline for change in ledger.changes_since(session))
    assert record_of(engine).bill.partial == ""


def test_q13_joined_left_joined_left(engine: Engine) -> None:
    """S. 1383: one senator joined, left, joined and left again in 2025 and 2026."""
    first = joined(WARNOCK, "2025-07-10")
    first_gone = joined(WARNOCK, "2025-07-10", withdrawn="2025-07-14")
    again = joined(WARNOCK, "2025-09-18")
    again_gone = joined(WARNOCK, "2025-09-18", withdrawn="2026-02-25")
    store(
        engine,
        observed(first),
        observed(first_gone, hour=1),
        observed(first_gone, hour=2),
        observed(first_gone, again, hour=3),
    )
    assert record_of(engine).active == {WARNOCK}
    store(engine, observed(first_gone, again_gone, hour=4), observed(first_gone, again_gone, hour=5))
    assert changed(engine, *COSPONSOR_KINDS) == [
        ("cosponsored", WARNOCK, "2025-07-10"),
        ("withdrew", WARNOCK, "2025-07-14"),
        ("cosponsored", WARNOCK, "2025-09-18"),
        ("withdrew", WARNOCK, "2026-02-25"),
    ]
    assert record_of(engine).gone == {WARNOCK}


def test_q13_exact_duplicates_collapse(engine: Engine) -> None:
    twice = joined(TORRES, "2025-12-16")
    store(engine, observed(twice, twice), observed(twice, hour=1))
    assert changed(engine, "cosponsored") == [("cosponsored", TORRES, "2025-12-16")]


def test_q14_six_leave_at_once_after_passage(engine: Engine) -> None:
    """S.Res. 655: agreed to on 2026-03-22, six originals left on 2026-04-02."""
    people = [f"S00{number:04d}" for number in range(1, 7)]
    on = [joined(person, "2026-03-20") for person in people]
    off = [joined(person, "2026-03-20", withdrawn="2026-04-02") for person in people]
    store(engine, observed(*on), observed(*off, hour=1), observed(*off, hour=2))
    assert len(changed(engine, "withdrew")) == 6


def test_q15_a_withdrawal_taken_back_is_its_own_change(engine: Engine) -> None:
    on, off = joined(TORRES, "2025-12-16"), joined(TORRES, "2025-12-16", withdrawn="2026-01-09")
    store(engine, observed(off), observed(on, hour=1))
    assert changed(engine, "withdrawal_retracted") == []
    store(engine, observed(on, hour=2))
    assert changed(engine, "withdrawal_retracted") == [("withdrawal_retracted", TORRES, "2026-01-09")]
    assert record_of(engine).active == {TORRES}


def test_q15_a_corrected_date_retracts_the_old_one(engine: Engine) -> None:
    wrong = joined(TORRES, "2025-12-16", withdrawn="2026-01-09")
    right = joined(TORRES, "2025-12-16", withdrawn="2026-01-08")
    store(engine, observed(wrong), observed(right, hour=1), observed(right, hour=2))
    assert changed(engine, *COSPONSOR_KINDS)[1:] == [
        ("withdrew", TORRES, "2026-01-09"),
        ("withdrawal_retracted", TORRES, "2026-01-09"),
        ("withdrew", TORRES, "2026-01-08"),
    ]


def test_q18_a_missing_title_or_sponsor_keeps_the_known_one(engine: Engine) -> None:
    store(engine, observed(), observed(hour=1, title=None, sponsor=None))
    record = record_of(engine)
    assert (record.title, record.sponsor) == ("ARMAS Act of 2025", CASTRO.bioguide)
    assert len(changed(engine, "title", "sponsor")) == 2


def test_q19_a_line_inserted_later_is_told_with_its_own_date(engine: Engine) -> None:
    late = acted("2025-12-20", "Sponsor introductory remarks on measure.", code="B00100")
    store(engine, observed(), observed(actions=(late, REFERRED, INTRODUCED), hour=500))
    assert changed(engine, "action")[-1] == ("action", None, "2025-12-20")


def test_q19_a_line_is_retracted_when_two_readings_lack_it(engine: Engine) -> None:
    wrong = acted("2026-01-08", "Reported by the Committee on Foreign Affairs.", code="5000", system="9")
    store(engine, observed(actions=(wrong, REFERRED, INTRODUCED)))
    assert record_of(engine).bill.stage == "reported"
    store(engine, observed(hour=1))
    assert changed(engine, "action_retracted") == []
    store(engine, observed(hour=2))
    assert changed(engine, "action_retracted") == [("action_retracted", None, "2026-01-08")]
    assert record_of(engine).bill.stage == "in_committee"
    assert [kind for kind, *_ in changed(engine, "stage")] == ["stage", "stage"]


def test_q19_a_line_that_comes_back_between_is_not_retracted(engine: Engine) -> None:
    line = acted("2026-01-08", "Motion to reconsider laid on the table.", code="H38310", system="2")
    whole, without = (line, REFERRED, INTRODUCED), (REFERRED, INTRODUCED)
    store(
        engine,
        *(observed(actions=lines, hour=hour) for hour, lines in enumerate([whole, without, whole, without])),
    )
    assert changed(engine, "action_retracted") == []


def test_q20_one_event_from_two_systems_is_one_line(engine: Engine) -> None:
    house = acted("2026-01-08", "Referred to the Subcommittee.", code="H11000", system="2")
    library = acted("2026-01-08", "Referred to the  subcommittee.", code="1020", system="9")
    store(engine, observed(actions=(house, library, REFERRED, INTRODUCED)))
    line = record_of(engine).actions[-1]
    assert (line.codes, line.systems) == ({"H11000", "1020"}, {"2", "9"})


@pytest.mark.parametrize(
    ("line", "code", "lives"),
    [
        ("Vetoed by President.", "31000", True),
        ("Pocket Vetoed by President.", "31000", False),
        ("Failed of passage in House over veto.", "33000", False),
    ],
)
def test_a_vetoed_bill_lives_until_the_veto_stands(engine: Engine, line: str, code: str, lives: bool) -> None:
    vetoed = (acted("2026-01-08", "Vetoed by President.", code="31000"), REFERRED, INTRODUCED)
    store(engine, observed(actions=(acted("2026-01-09", line, code=code), *vetoed)))
    assert lineage.living(record_of(engine).bill, START) is lives


def test_q21_lines_without_words_are_told_apart_by_code(engine: Engine) -> None:
    wordless = (acted("2025-12-16", "", code="Intro-H"), acted("2025-12-16", "", code="1000"))
    store(engine, observed(actions=wordless), observed(actions=wordless, hour=1))
    assert len(changed(engine, "action")) == 2


def test_q12_govinfo_may_add_but_not_remove_what_the_api_showed(engine: Engine) -> None:
    off = joined(TORRES, "2025-12-16", withdrawn="2026-01-09")
    extra = acted("2026-01-08", "Committee hearing held.")
    store(engine, observed(off, actions=(extra, REFERRED, INTRODUCED)))
    on = joined(TORRES, "2025-12-16")
    files = [observed(on, joined(TLAIB, "2026-01-06"), hour=hour, source="govinfo") for hour in range(1, 4)]
    store(engine, *files)
    assert changed(engine, "withdrawal_retracted", "action_retracted") == []
    assert record_of(engine).gone == {TORRES}
    assert record_of(engine).active == {TLAIB}


def test_q12_govinfo_does_not_bring_back_what_the_api_retracted(engine: Engine) -> None:
    """Its daily file still has the line; the API brings it back itself."""
    wrong = acted("2026-01-08", "Reported by the Committee on Foreign Affairs.", code="5000", system="9")
    whole = (wrong, REFERRED, INTRODUCED)
    store(engine, observed(actions=whole), observed(hour=1), observed(hour=2))
    before = changed(engine, "action", "action_retracted", "stage")
    store(engine, observed(actions=whole, hour=3, source="govinfo"), observed(hour=4))
    assert changed(engine, "action", "action_retracted", "stage") == before
    assert record_of(engine).bill.stage == "in_committee"
    store(engine, observed(actions=whole, hour=5))
    assert record_of(engine).bill.stage == "reported"


def test_q12_an_older_file_is_ignored(engine: Engine) -> None:
    store(engine, observed(joined(TORRES, "2025-12-16"), hour=10))
    old = observed(joined(TLAIB, "2026-01-06"), hour=11, source="govinfo", updated=START)
    with db.writing(engine) as session:
        assert ledger.record(session, old) == Recorded(changes=0, pending=False, stale=True)
    assert record_of(engine).active == {TORRES}


def test_without_a_key_govinfo_alone_shows_withdrawals_and_retractions(engine: Engine) -> None:
    on, off = joined(TORRES, "2025-12-16"), joined(TORRES, "2025-12-16", withdrawn="2026-01-09")
    store(engine, observed(on, source="govinfo"))
    store(engine, observed(off, hour=1, source="govinfo"), observed(off, hour=2, source="govinfo"))
    assert changed(engine, "withdrew") == [("withdrew", TORRES, "2026-01-09")]


def test_one_look_through_each_source_is_not_two_sightings(engine: Engine) -> None:
    on, off = joined(TORRES, "2025-12-16"), joined(TORRES, "2025-12-16", withdrawn="2026-01-09")
    store(engine, observed(on), observed(off, hour=1), observed(off, hour=1, source="govinfo"))
    assert changed(engine, "withdrew") == []


def test_q29_a_reserved_number_becomes_a_bill(engine: Engine) -> None:
    store(
        engine,
        observed(title="Reserved for the Speaker.", sponsor=None, actions=()),
        observed(title="Lower Energy Costs Act", hour=1),
    )
    with db.reading(engine) as session:
        kinds = Counter(change.kind for change in ledger.changes_since(session) if not change.baseline)
    assert kinds["sponsor"] == kinds["stage"] == 1
    assert record_of(engine).title == "Lower Energy Costs Act"


def test_q30_another_form_of_a_name_is_no_event(engine: Engine) -> None:
    before = joined("K000401", "2025-12-16", full_name="Rep. Kiley, Kevin [R-CA-3]", party="R")
    after = joined("K000401", "2025-12-16", full_name="Rep. Kiley, Kevin [I-CA-3]", party="I")
    assert store(engine, observed(before), observed(after, hour=1))[1] == 0


def test_q08_a_date_in_the_future_is_taken_as_given(engine: Engine) -> None:
    store(engine, observed(joined(TORRES, "2026-01-13")))
    assert changed(engine, "cosponsored") == [("cosponsored", TORRES, "2026-01-13")]


def test_q07_a_new_stamp_without_new_content_is_no_event(engine: Engine) -> None:
    same = joined(TORRES, "2025-12-16")
    assert store(engine, observed(same), observed(same, hour=900))[1] == 0


@pytest.mark.parametrize("statement", [sa.update(Change).values(kind="stage"), sa.delete(Change)])
def test_the_database_refuses_to_alter_the_ledger(engine: Engine, statement: sa.UpdateBase) -> None:
    store(engine, observed())
    with pytest.raises(sa.exc.DBAPIError, match="only grows"), db.writing(engine) as session:
        session.execute(statement)


def test_a_failure_in_the_middle_writes_nothing(engine: Engine) -> None:
    def record_and_fail() -> None:
        with db.writing(engine) as session:
            ledger.record(session, observed(joined(TORRES, "2025-12-16")))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        record_and_fail()
    with db.reading(engine) as session:
        for table in (Bill, Cosponsorship, Action, Change):
            assert session.execute(sa.select(sa.func.count()).select_from(table)).scalar() == 0


def test_changes_are_listed_after_one_that_was_seen_by_bill_and_in_parts(engine: Engine) -> None:
    store(engine, observed(), observed(bill="s3508-119"), observed(hour=1, title="ARMAS Act of 2026"))
    with db.reading(engine) as session:
        everything = ledger.changes_since(session)
        numbers = [change.seq for change in everything]
        assert numbers == sorted(numbers, key=lambda seq: seq or 0)
        seen = numbers[2] or 0
        assert [change.seq for change in ledger.changes_since(session, seen)] == numbers[3:]
        assert [change.seq for change in ledger.changes_since(session, seen, limit=2)] == numbers[3:5]
        assert [change.bill for change in ledger.changes_since(session, bill=BILL)] == [
            change.bill for change in everything if change.bill == BILL
        ]
        last = ledger.changes_since(session, bill=BILL)[-1]
        assert (last.kind, last.detail) == ("title", {"from": "ARMAS Act of 2025", "to": "ARMAS Act of 2026"})
        assert ledger.changes_since(session, last.seq or 0, bill=BILL) == []


def test_a_parsed_again_reply_is_no_second_reading(engine: Engine) -> None:
    on, off = joined(TORRES, "2025-12-16"), joined(TORRES, "2025-12-16", withdrawn="2026-01-09")
    store(engine, observed(on))
    for sighting, changes in ((False, 0), (False, 0), (True, 0), (False, 0), (True, 1)):
        with db.writing(engine) as session:
            result = ledger.record(session, observed(off, hour=1), sighting=sighting)
        assert (result.changes, result.stale) == (changes, False)
    assert record_of(engine).gone == {TORRES}


@pytest.mark.postgres
def test_on_postgresql_one_transaction_at_a_time_writes_to_the_ledger(postgres_engine: Engine) -> None:
    """A lower number that is committed later would be missed by whoever remembers the highest one."""
    with db.writing(postgres_engine) as first, db.writing(postgres_engine) as second:
        ledger.record(first, observed())
        # The second one shares no row with the first: only the ledger's own lock can stop it.
        other = observed(bill="s3508-119", sponsor=None)
        second.execute(sa.text("SET LOCAL lock_timeout = '50ms'"))
        with pytest.raises(sa.exc.OperationalError, match="lock timeout"):
            ledger.record(second, other)
        second.rollback()
    with db.writing(postgres_engine) as second:
        assert ledger.record(second, other).changes > 0


def test_a_bill_whose_number_alone_is_known_becomes_read(engine: Engine) -> None:
    with db.writing(engine) as session:
        tracking.track(session, observed().bill_id, now=START)
    assert record_of(engine).bill.observed_at is None
    store(engine, observed())
    assert record_of(engine).title == "ARMAS Act of 2025"


# --- recorded votes ---


def test_references_to_roll_calls_are_added_once_and_never_taken_back(engine: Engine) -> None:
    votes = (VoteRow(chamber="house", session=2, number=314), VoteRow(chamber="senate", session=2, number=7))
    store(engine, *(observed(hour=hour, votes=found) for hour, found in enumerate((votes[:1], votes, ()))))
    with db.reading(engine) as session:
        rows = session.exec(select(RecordedVote).order_by(RecordedVote.chamber)).all()
    found = [(row.bill, row.chamber, row.session, row.number) for row in rows]
    assert found == [(BILL, "house", 2, 314), (BILL, "senate", 2, 7)]
