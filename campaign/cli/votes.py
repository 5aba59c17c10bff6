"""Commands for roll calls: read those of the tracked bills, and list them."""

from typing import TYPE_CHECKING, Any

from campaign.cli.context import CommandContext, command, language, main

if TYPE_CHECKING:
    from campaign.votes.standing import BillVote


@main.group("votes")
def votes_group() -> None:
    """Roll calls of the tracked bills: how each member voted."""


@command(votes_group, "read")
def read(context: CommandContext) -> None:
    """Read the roll calls that are due."""
    from jobs import read_votes

    report = read_votes.run(context.engine, context.settings, now=context.now)
    context.output(report.as_dict(), report.summary)
    if not report.whole:
        context.exit_partly(*(f"{roll}: {fault}" for roll, fault in report.faults.items()))


@command(votes_group, "list")
def show(context: CommandContext) -> None:
    """List the roll calls of all bills, the newest of each first."""
    from sqlmodel import select

    from campaign import db
    from campaign.congress.models import RecordedVote
    from campaign.votes import standing

    with db.reading(context.engine) as session:
        found = standing.votes_on(session, set(session.exec(select(RecordedVote.bill))))
    rows = [_row(vote) for bill in sorted(found) for vote in found[bill]]
    context.output({"votes": rows}, *map(_line, rows))


def _row(vote: "BillVote") -> dict[str, Any]:
    from campaign.votes import questions

    roll = vote.roll
    return {
        "bill": str(vote.bill),
        "roll": str(vote.id),
        "day": vote.day,
        "question": (questions.question(roll, language()) or roll.question) if roll else None,
        "result": (questions.result(roll, language()) or roll.result) if roll else None,
        "yeas": roll.yeas if roll else None,
        "nays": roll.nays if roll else None,
        "on_passage": vote.passage,
        "source": vote.id.public_address,
    }


def _line(row: dict[str, Any]) -> str:
    if row["day"] is None:
        return f"{row['bill']:<12}  {row['roll']:<20}  -"
    count = f"{row['yeas']}-{row['nays']}" if row["yeas"] is not None else "-"
    return f"{row['bill']:<12}  {row['roll']:<20}  {row['day']}  {row['question']}: {row['result']}, {count}"
