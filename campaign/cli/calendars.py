"""Commands for the calendars of Congress: what is planned for the tracked bills."""

from typing import Any

from campaign.cli.context import CommandContext, command, language, localized, main


@main.group("calendar")
def calendar_group() -> None:
    """What is planned in Congress: committee meetings, the House's floor list, days in session."""


@command(calendar_group, "read")
def read(context: CommandContext) -> None:
    """Read every calendar now."""
    from jobs import read_calendars

    report = read_calendars.run(context.engine, context.settings, now=context.now, all_sources=True)
    context.output(report.as_dict(), report.summary)
    if not report.whole:
        context.exit_partly(*(f"{name}: {fault}" for name, fault in report.faults.items()))


@command(calendar_group, "list")
def show(context: CommandContext) -> None:
    """List what is planned for the tracked bills, and when each calendar was read last."""
    from campaign import db
    from campaign.calendar import sources
    from campaign.congress import tracking
    from campaign.congress.bills import BillId
    from campaign.outreach import week_ahead

    with db.reading(context.engine) as session:
        bills = [BillId.of(row.bill) for row in tracking.tracked(session)]
        found = week_ahead.coming(session, bills, now=context.now)
        read = sources.every(session)
    rows = [_row(bill, line) for bill, coming in found.items() for line in coming.lines]
    answer = {
        "planned": rows,
        "sources": {
            name: {"read_at": source.good_at.isoformat() if source.good_at else None, "fault": source.fault}
            for name, source in read.items()
        },
    }
    never = localized("never", "nunca")
    ages = (f"{name}: {source.good_at or never} {source.fault}".strip() for name, source in read.items())
    context.output(answer, *(str(row["text"]) for row in rows), *ages)


def _row(bill: Any, line: Any) -> dict[str, Any]:
    return {
        "bill": str(bill),
        "starts_at": line.starts_at.isoformat() if line.starts_at else None,
        "names_the_bill": line.names,
        "text": line.text.of(language()),
    }
