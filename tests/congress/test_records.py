"""The current records of several bills at once: the same as each alone, with a fixed number of queries."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa
from observations import BILL, START, acted, joined, observed
from sqlalchemy.engine import Engine

from campaign import db
from campaign.congress import ledger
from campaign.congress.bills import BillId
from campaign.congress.observation import CommitteeRow, Observation
from campaign.refusals import Refused

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
        ledger.note_name(
            session, BillId.of("hr1-92"), title="Known by name", sponsor=None, sponsor_name="", introduced=None
        )
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
