"""The ledger, on real cases and on invented worlds that lie."""

from collections import Counter
from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa
from observations import BILL, CASTRO, INTRODUCED, REFERRED, START, acted, joined, observed
from sqlalchemy.engine import Engine

from campaign import db
from campaign.congress import ledger
from campaign.congress.models import Action, Bill, Change, Cosponsorship
from campaign.congress.observation import Observation
from campaign.proposals import lineage
from campaign.refusals import Refused

TORRES, GOLDMAN, TLAIB, WARNOCK = "T000474", "G000599", "T000481", "W000790"


def take(engine: Engine, *observations: Observation) -> list[int]:
    """Record each in its own transaction; how many changes each made."""
    counts = []
    for observation in observations:
        with db.writing(engine) as session:
            counts.append(ledger.record(session, observation).changes)
    return counts


def told(engine: Engine, *kinds: str) -> list[tuple[str, str | None, str | None]]:
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
    take(
        engine,
        observed(joined(TORRES, "2025-12-16")),
        observed(joined(TORRES, "2025-12-16"), joined(TLAIB, "2026-01-06"), hour=1),
    )
    with db.reading(engine) as session:
        news = [c for c in ledger.changes_since(session) if not c.baseline]
    assert [(c.kind, c.bioguide, c.happened) for c in news] == [("cosponsored", TLAIB, date(2026, 1, 6))]


def test_reading_twice_adds_nothing(engine: Engine) -> None:
    rows = (joined(TORRES, "2025-12-16"), joined(GOLDMAN, "2025-12-18", withdrawn="2026-01-02"))
    first, second, third = take(engine, observed(*rows), observed(*rows, hour=1), observed(*rows, hour=2))
    assert first > 0
    assert (second, third) == (0, 0)


def test_q10_a_withdrawal_needs_its_date_in_two_complete_readings(engine: Engine) -> None:
    on, off = joined(TORRES, "2025-12-16"), joined(TORRES, "2025-12-16", withdrawn="2026-01-09")
    take(engine, observed(on), observed(off, hour=1))
    assert told(engine, "withdrew") == []
    assert record_of(engine).active == {TORRES}
    take(engine, observed(off, hour=2))
    assert told(engine, "withdrew") == [("withdrew", TORRES, "2026-01-09")]
    assert record_of(engine).gone == {TORRES}


def test_a_withdrawal_seen_once_and_then_not_is_no_withdrawal(engine: Engine) -> None:
    on, off = joined(TORRES, "2025-12-16"), joined(TORRES, "2025-12-16", withdrawn="2026-01-09")
    take(engine, observed(on), observed(off, hour=1), observed(on, hour=2), observed(off, hour=3))
    assert told(engine, "withdrew") == []


def test_an_incomplete_reading_is_no_sighting_of_a_withdrawal(engine: Engine) -> None:
    on, off = joined(TORRES, "2025-12-16"), joined(TORRES, "2025-12-16", withdrawn="2026-01-09")
    take(engine, observed(on), observed(off, hour=1), observed(off, hour=2, problem="counts disagree"))
    assert told(engine, "withdrew") == []


def test_q10_a_row_first_seen_withdrawn_gives_both_changes(engine: Engine) -> None:
    take(
        engine,
        observed(joined(TORRES, "2025-12-16")),
        observed(joined(TORRES, "2025-12-16"), joined(TLAIB, "2026-01-06", withdrawn="2026-01-08"), hour=1),
    )
    assert told(engine, *COSPONSOR_KINDS)[-2:] == [
        ("cosponsored", TLAIB, "2026-01-06"),
        ("withdrew", TLAIB, "2026-01-08"),
    ]


def test_q11_rows_missing_from_any_reading_prove_nothing(engine: Engine) -> None:
    both = (joined(TORRES, "2025-12-16"), joined(TLAIB, "2026-01-06"))
    take(engine, observed(*both), *(observed(both[0], hour=hour) for hour in range(1, 6)))
    assert record_of(engine).active == {TORRES, TLAIB}
    assert told(engine, "withdrew") == []
    with db.reading(engine) as session:
        row = session.get(Cosponsorship, (BILL, TLAIB, date(2026, 1, 6)))
    assert row is not None
    assert row.missing_since == START.replace(hour=13)


def test_q11_rows_of_an_incomplete_reading_are_evidence(engine: Engine) -> None:
    take(
        engine,
        observed(joined(TORRES, "2025-12-16")),
        observed(joined(TLAIB, "2026-01-06"), hour=1, problem="1 of 2 co-sponsors came"),
    )
    assert ("cosponsored", TLAIB, "2026-01-06") in told(engine, "cosponsored")


def test_a_first_reading_that_was_short_is_completed_without_news(engine: Engine) -> None:
    both = (joined(TORRES, "2025-12-16"), joined(TLAIB, "2026-01-06"))
    take(engine, observed(both[0], problem="co-sponsors as introduced only"))
    assert record_of(engine).bill.partial == "co-sponsors as introduced only"
    take(engine, observed(*both, hour=1))
    with db.reading(engine) as session:
        assert all(change.baseline for change in ledger.changes_since(session))
    assert record_of(engine).bill.partial == ""


def test_q13_joined_left_joined_left(engine: Engine) -> None:
    """S. 1383: one senator joined, left, joined and left again in 2025 and 2026."""
    first = joined(WARNOCK, "2025-07-10")
    first_gone = joined(WARNOCK, "2025-07-10", withdrawn="2025-07-14")
    again = joined(WARNOCK, "2025-09-18")
    again_gone = joined(WARNOCK, "2025-09-18", withdrawn="2026-02-25")
    take(
        engine,
        observed(first),
        observed(first_gone, hour=1),
        observed(first_gone, hour=2),
        observed(first_gone, again, hour=3),
    )
    assert record_of(engine).active == {WARNOCK}
    take(engine, observed(first_gone, again_gone, hour=4), observed(first_gone, again_gone, hour=5))
    assert told(engine, *COSPONSOR_KINDS) == [
        ("cosponsored", WARNOCK, "2025-07-10"),
        ("withdrew", WARNOCK, "2025-07-14"),
        ("cosponsored", WARNOCK, "2025-09-18"),
        ("withdrew", WARNOCK, "2026-02-25"),
    ]
    assert record_of(engine).gone == {WARNOCK}


def test_q13_exact_duplicates_collapse(engine: Engine) -> None:
    twice = joined(TORRES, "2025-12-16")
    take(engine, observed(twice, twice), observed(twice, hour=1))
    assert told(engine, "cosponsored") == [("cosponsored", TORRES, "2025-12-16")]


def test_q14_six_leave_at_once_after_passage(engine: Engine) -> None:
    """S.Res. 655: agreed to on 2026-03-22, six originals left on 2026-04-02."""
    people = [f"S00{number:04d}" for number in range(1, 7)]
    on = [joined(person, "2026-03-20") for person in people]
    off = [joined(person, "2026-03-20", withdrawn="2026-04-02") for person in people]
    take(engine, observed(*on), observed(*off, hour=1), observed(*off, hour=2))
    assert len(told(engine, "withdrew")) == 6


def test_q15_a_withdrawal_taken_back_is_its_own_change(engine: Engine) -> None:
    on, off = joined(TORRES, "2025-12-16"), joined(TORRES, "2025-12-16", withdrawn="2026-01-09")
    take(engine, observed(off), observed(on, hour=1))
    assert told(engine, "withdrawal_retracted") == []
    take(engine, observed(on, hour=2))
    assert told(engine, "withdrawal_retracted") == [("withdrawal_retracted", TORRES, "2026-01-09")]
    assert record_of(engine).active == {TORRES}


def test_q15_a_corrected_date_retracts_the_old_one(engine: Engine) -> None:
    wrong = joined(TORRES, "2025-12-16", withdrawn="2026-01-09")
    right = joined(TORRES, "2025-12-16", withdrawn="2026-01-08")
    take(engine, observed(wrong), observed(right, hour=1), observed(right, hour=2))
    assert told(engine, *COSPONSOR_KINDS)[1:] == [
        ("withdrew", TORRES, "2026-01-09"),
        ("withdrawal_retracted", TORRES, "2026-01-09"),
        ("withdrew", TORRES, "2026-01-08"),
    ]


def test_q18_a_missing_title_or_sponsor_keeps_the_known_one(engine: Engine) -> None:
    take(engine, observed(), observed(hour=1, title=None, sponsor=None))
    record = record_of(engine)
    assert (record.title, record.sponsor) == ("ARMAS Act of 2025", CASTRO.bioguide)
    assert len(told(engine, "title", "sponsor")) == 2


def test_q19_a_line_inserted_later_is_told_with_its_own_date(engine: Engine) -> None:
    late = acted("2025-12-20", "Sponsor introductory remarks on measure.", code="B00100")
    take(engine, observed(), observed(actions=(late, REFERRED, INTRODUCED), hour=500))
    assert told(engine, "action")[-1] == ("action", None, "2025-12-20")


def test_q19_a_line_is_retracted_when_two_readings_lack_it(engine: Engine) -> None:
    wrong = acted("2026-01-08", "Reported by the Committee on Foreign Affairs.", code="5000", system="9")
    take(engine, observed(actions=(wrong, REFERRED, INTRODUCED)))
    assert record_of(engine).bill.stage == "reported"
    take(engine, observed(hour=1))
    assert told(engine, "action_retracted") == []
    take(engine, observed(hour=2))
    assert told(engine, "action_retracted") == [("action_retracted", None, "2026-01-08")]
    assert record_of(engine).bill.stage == "in_committee"
    assert [kind for kind, *_ in told(engine, "stage")] == ["stage", "stage"]


def test_q19_a_line_that_comes_back_between_is_not_retracted(engine: Engine) -> None:
    line = acted("2026-01-08", "Motion to reconsider laid on the table.", code="H38310", system="2")
    whole, without = (line, REFERRED, INTRODUCED), (REFERRED, INTRODUCED)
    take(
        engine,
        *(observed(actions=lines, hour=hour) for hour, lines in enumerate([whole, without, whole, without])),
    )
    assert told(engine, "action_retracted") == []


def test_q20_one_event_from_two_systems_is_one_line(engine: Engine) -> None:
    house = acted("2026-01-08", "Referred to the Subcommittee.", code="H11000", system="2")
    library = acted("2026-01-08", "Referred to the  subcommittee.", code="1020", system="9")
    take(engine, observed(actions=(house, library, REFERRED, INTRODUCED)))
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
    take(engine, observed(actions=(acted("2026-01-09", line, code=code), *vetoed)))
    assert lineage.living(record_of(engine).bill, START) is lives


def test_q21_lines_without_words_are_told_apart_by_code(engine: Engine) -> None:
    wordless = (acted("2025-12-16", "", code="Intro-H"), acted("2025-12-16", "", code="1000"))
    take(engine, observed(actions=wordless), observed(actions=wordless, hour=1))
    assert len(told(engine, "action")) == 2


def test_q12_govinfo_may_add_but_not_remove_what_the_api_showed(engine: Engine) -> None:
    off = joined(TORRES, "2025-12-16", withdrawn="2026-01-09")
    extra = acted("2026-01-08", "Committee hearing held.")
    take(engine, observed(off, actions=(extra, REFERRED, INTRODUCED)))
    on = joined(TORRES, "2025-12-16")
    files = [observed(on, joined(TLAIB, "2026-01-06"), hour=hour, source="govinfo") for hour in range(1, 4)]
    take(engine, *files)
    assert told(engine, "withdrawal_retracted", "action_retracted") == []
    assert record_of(engine).gone == {TORRES}
    assert record_of(engine).active == {TLAIB}


def test_q12_an_older_file_is_ignored(engine: Engine) -> None:
    take(engine, observed(joined(TORRES, "2025-12-16"), hour=10))
    old = observed(joined(TLAIB, "2026-01-06"), hour=11, source="govinfo", updated=START)
    with db.writing(engine) as session:
        assert ledger.record(session, old).stale
    assert record_of(engine).active == {TORRES}


def test_without_a_key_govinfo_alone_shows_withdrawals_and_retractions(engine: Engine) -> None:
    on, off = joined(TORRES, "2025-12-16"), joined(TORRES, "2025-12-16", withdrawn="2026-01-09")
    take(engine, observed(on, source="govinfo"))
    take(engine, observed(off, hour=1, source="govinfo"), observed(off, hour=2, source="govinfo"))
    assert told(engine, "withdrew") == [("withdrew", TORRES, "2026-01-09")]


def test_one_look_through_each_source_is_not_two_sightings(engine: Engine) -> None:
    on, off = joined(TORRES, "2025-12-16"), joined(TORRES, "2025-12-16", withdrawn="2026-01-09")
    take(engine, observed(on), observed(off, hour=1), observed(off, hour=1, source="govinfo"))
    assert told(engine, "withdrew") == []


def test_q29_a_reserved_number_becomes_a_bill(engine: Engine) -> None:
    take(
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
    assert take(engine, observed(before), observed(after, hour=1))[1] == 0


def test_q08_a_date_in_the_future_is_taken_as_given(engine: Engine) -> None:
    take(engine, observed(joined(TORRES, "2026-01-13")))
    assert told(engine, "cosponsored") == [("cosponsored", TORRES, "2026-01-13")]


def test_q07_a_new_stamp_without_new_content_is_no_event(engine: Engine) -> None:
    same = joined(TORRES, "2025-12-16")
    assert take(engine, observed(same), observed(same, hour=900))[1] == 0


def test_as_of_rebuilds_any_day(engine: Engine) -> None:
    rows = (
        joined(TORRES, "2025-12-16"),
        joined(TLAIB, "2026-01-06", withdrawn="2026-01-20"),
        joined(GOLDMAN, "2026-02-01"),
    )
    report = acted("2026-02-10", "Reported by the Committee on Foreign Affairs.", code="5000", system="9")
    take(engine, observed(*rows, actions=(report, REFERRED, INTRODUCED), hour=24 * 60))
    later = datetime(2026, 6, 1, tzinfo=UTC)
    expected = {
        "2025-12-16": ({TORRES}, set(), "in_committee"),
        "2026-01-06": ({TORRES, TLAIB}, set(), "in_committee"),
        "2026-01-19": ({TORRES, TLAIB}, set(), "in_committee"),
        "2026-01-20": ({TORRES}, {TLAIB}, "in_committee"),
        "2026-02-10": ({TORRES, GOLDMAN}, {TLAIB}, "reported"),
    }
    with db.reading(engine) as session:
        for day, (active, gone, stage) in expected.items():
            then = ledger.as_of(session, BILL, date.fromisoformat(day), now=later)
            assert (then.active, then.gone, then.stage.stage.value) == (active, gone, stage), day


def test_as_of_shows_the_title_of_that_day(engine: Engine) -> None:
    take(engine, observed(), observed(hour=240, title="ARMAS Act of 2026"))
    later = datetime(2026, 6, 1, tzinfo=UTC)
    with db.reading(engine) as session:
        assert ledger.as_of(session, BILL, date(2026, 1, 15), now=later).title == "ARMAS Act of 2025"
        assert ledger.as_of(session, BILL, date(2026, 1, 25), now=later).title == "ARMAS Act of 2026"


@pytest.mark.parametrize(
    ("day", "words"),
    [("2027-01-01", "future"), ("2025-12-15", "introduced on 2025-12-16")],
)
def test_days_that_cannot_be_shown_are_refused(engine: Engine, day: str, words: str) -> None:
    take(engine, observed())
    with db.reading(engine) as session, pytest.raises(Refused, match=words):
        ledger.as_of(session, BILL, date.fromisoformat(day), now=datetime(2026, 6, 1, tzinfo=UTC))


def test_an_unknown_bill_is_refused(engine: Engine) -> None:
    with db.reading(engine) as session, pytest.raises(Refused) as refusal:
        ledger.current(session, "hr9999-119", now=START)
    assert refusal.value.status == 404


@pytest.mark.parametrize("statement", [sa.update(Change).values(kind="stage"), sa.delete(Change)])
def test_the_database_refuses_to_alter_the_ledger(engine: Engine, statement: sa.UpdateBase) -> None:
    take(engine, observed())
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


def test_a_bill_known_by_name_becomes_read(engine: Engine) -> None:
    with db.writing(engine) as session:
        ledger.note_name(
            session,
            observed().bill_id,
            title="ARMAS Act",
            sponsor=None,
            sponsor_name="Castro",
            introduced=None,
        )
    assert record_of(engine).bill.observed_at is None
    take(engine, observed())
    assert record_of(engine).title == "ARMAS Act of 2025"


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
