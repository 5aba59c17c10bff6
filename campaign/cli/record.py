"""Commands for bills: tracking, polling, the record, worklists and lineage."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from campaign.cli.context import CommandContext, command, language, localized, main, progress
from campaign.dates import parse_day
from campaign.refusals import Refused, SourceError

if TYPE_CHECKING:
    from campaign.congress.bills import BillId
    from campaign.congress.ledger import BillRecord
    from campaign.organizing.worklists import Worklists
    from jobs.poll_bills import Report

# The largest number that both databases store.
LARGEST = 2**63 - 1
# As ``govinfo.FIRST_CONGRESS``, which is not imported for the sake of a command's help.
FIRST_CONGRESS_IN_GOVINFO = 108


def known_bill(context: CommandContext, text: str) -> "BillId":
    """A bill in the record, from any accepted form of its name. Raises Refused for any other bill."""
    from campaign import db
    from campaign.proposals import lookup

    with db.reading(context.engine) as session:
        return lookup.resolve(session, text)


def any_bill(context: CommandContext, text: str) -> "BillId":
    """A bill in the record or not; one named without a Congress must be in the record. Raises Refused."""
    from campaign.congress.bill_input import parse_bill
    from campaign.congress.bills import BillId

    number = parse_bill(text)
    if number.congress is None:
        return known_bill(context, text)
    _refuse_future(context, number.congress)
    return BillId(number.congress, number.type, number.number)


def _refuse_future(context: CommandContext, congress: int) -> None:
    from campaign.congress.bills import congress_on, ordinal

    if congress > congress_on(context.now):
        raise Refused(
            f"The {ordinal(congress)} Congress has not begun; it has no bills yet.",
            f"El Congreso {congress} aún no ha comenzado; todavía no tiene proyectos de ley.",
        )


@command(main, "track")
@click.argument("bill", required=False)
@click.option("--proposal", default="", metavar="SLUG", help="Confirm the bill as one of this proposal's.")
@click.option(
    "--congress", type=click.IntRange(FIRST_CONGRESS_IN_GOVINFO, 200), help="Every bill of a Congress."
)
def track(context: CommandContext, bill: str | None, proposal: str, congress: int | None) -> None:
    """Track BILL, or with --congress every bill of a Congress: poll it from now on."""
    if (bill is None) == (congress is None):
        raise click.UsageError("Name one bill, or --congress.")
    if congress is not None:
        _track_congress(context, congress)
    else:
        _track_bill(context, str(bill), proposal)


def _track_bill(context: CommandContext, text: str, proposal: str) -> None:
    from jobs import track_bill

    tracked = track_bill.run(
        context.engine, context.settings, any_bill(context, text), now=context.now, proposal=proposal
    )
    answer = {"bill": str(tracked.bill), "title": tracked.title}
    if tracked.note:
        context.output({**answer, "note": tracked.note}, f"{tracked.bill} is tracked by its number.")
        context.exit_partly(localized(f"Not read yet: {tracked.note}", f"Sin leer todavía: {tracked.note}"))
    context.output(answer, f"{tracked.bill} is tracked: {tracked.title}")


def _track_congress(context: CommandContext, congress: int) -> None:
    from campaign.congress.bills import ordinal
    from jobs import import_congress

    _refuse_future(context, congress)
    name = f"{ordinal(congress)} Congress"
    with progress(context, name) as advance:
        report = import_congress.run(
            context.engine,
            context.settings,
            congress,
            now=context.now,
            progress=lambda kind, done: advance(done, f"{name}, {kind}"),
        )
    _output_report(context, report)


@command(main, "untrack")
@click.argument("bill")
def untrack(context: CommandContext, bill: str) -> None:
    """Stop polling BILL; its record stays."""
    from campaign import db
    from campaign.congress import tracking
    from campaign.congress.models import Bill

    bill_id = known_bill(context, bill)
    with db.writing_alone(context.engine) as session:
        was_tracked = tracking.untrack(session, bill_id, now=context.now)
        title = session.get_one(Bill, str(bill_id)).title
    state = "is no longer tracked" if was_tracked else "was not tracked"
    context.output({"bill": str(bill_id), "title": title}, f"{bill_id} {state}: {title}")


@command(main, "poll")
@click.option("--bill", "bills", multiple=True, metavar="ID", help="Only this bill; may be repeated.")
@click.option(
    "--source", type=click.Choice(["api", "govinfo", "both"]), help="Default: the API where a key is set."
)
def poll(context: CommandContext, bills: tuple[str, ...], source: Any) -> None:
    """Poll the tracked bills now."""
    from jobs import poll_bills

    wanted = [any_bill(context, bill) for bill in bills] if bills else poll_bills.due(context.engine)
    with progress(context, "polling", len(wanted)) as advance:
        report = poll_bills.run(
            context.engine,
            context.settings,
            now=context.now,
            bills=wanted,
            source=source,
            progress=lambda _done, _all: advance(1, "polling"),
        )
    _output_report(context, report)


def _output_report(context: CommandContext, report: "Report") -> None:
    context.output(report.as_dict(), report.summary)
    if not report.whole:
        shown = list(report.failed.items())[:20]
        incomplete = [f"{bill}: incomplete" for bill in report.incomplete[:20]]
        context.exit_partly(
            *(f"{bill}: {reason}" for bill, reason in shown), *incomplete, *filter(None, [report.note])
        )


@command(main, "bill")
@click.argument("bill")
@click.option("--as-of", "day", metavar="DATE", help="The record at the end of this day (YYYY-MM-DD).")
def show_bill(context: CommandContext, bill: str, day: str | None) -> None:
    """Show the record of BILL."""
    from campaign import db
    from campaign.congress import ledger
    from campaign.organizing.counts import counts
    from campaign.proposals import lineage

    bill_id = known_bill(context, bill)
    with db.reading(context.engine) as session:
        if day is None:
            record = ledger.current(session, str(bill_id), now=context.now)
        else:
            record = ledger.as_of(session, str(bill_id), parse_day(day), now=context.now)
        proposal = lineage.proposal_of(session, str(bill_id))
        numbers = counts(session, record)
        answer = _bill_json(record, asdict(numbers), proposal.slug if proposal else None)
    context.output(answer, *_bill_lines(record, answer))


def _bill_json(record: "BillRecord", counts: dict[str, int], proposal: str | None) -> dict[str, Any]:
    from campaign.congress.passages import outcome

    return {
        "bill": record.bill.id,
        "title": record.title,
        "stage": record.stage.stage.value,
        "outcome": outcome(record, language()),
        "congress": record.bill.congress,
        "sponsor": record.sponsor,
        "introduced": record.bill.introduced,
        "cosponsors": [
            {"bioguide": row.bioguide, "date": row.joined, "original": row.original, "withdrawn": row.withdrawn}
            for row in record.cosponsors
        ],
        "counts": counts,
        "proposal": proposal,
        "observed_at": record.bill.observed_at.isoformat() if record.bill.observed_at else None,
        "partial": record.bill.partial,
    }


def _bill_lines(record: "BillRecord", answer: dict[str, Any]) -> Iterator[str]:
    numbers = answer["counts"]
    yield f"{record.id.named}: {record.title or 'title not known'}"
    yield f"  stage       {answer['outcome'] or record.stage.stage.label(language())}"
    yield f"  introduced  {record.bill.introduced or 'not known'} by {record.sponsor or 'not known'}"
    yield (
        f"  co-sponsors {numbers['listed']} ({numbers['sitting_voting']} sitting and voting, "
        f"{numbers['delegates']} delegates, {numbers['departed']} departed; {numbers['withdrawn']} withdrew)"
    )
    yield f"  read        {answer['observed_at'] or 'not yet'}"
    if record.bill.partial:
        yield f"  partial     {record.bill.partial}"
    for row in record.cosponsors:
        left = f", withdrew {row.withdrawn}" if row.withdrawn else ""
        yield f"    {row.joined}  {row.bioguide}  {row.name}{left}"


@command(main, "changes")
@click.option("--bill", metavar="ID", help="Only changes of this bill.")
@click.option("--since", default=0, show_default=True, metavar="SEQ", type=click.IntRange(0, LARGEST))
def show_changes(context: CommandContext, bill: str | None, since: int) -> None:
    """List changes, oldest first."""
    from campaign import db
    from campaign.congress import ledger

    bill_id = known_bill(context, bill) if bill else None
    with db.reading(context.engine) as session:
        rows = [
            {
                "seq": change.seq,
                "bill": change.bill,
                "kind": change.kind,
                "bioguide": change.bioguide,
                "date": change.happened,
                "seen_at": change.seen_at.isoformat(),
                "baseline": change.baseline,
                "detail": change.detail,
            }
            for change in ledger.changes_since(session, since, bill=str(bill_id) if bill_id else None)
        ]
    context.output({"changes": rows}, *(_change_line(row) for row in rows))


def _change_line(row: dict[str, Any]) -> str:
    detail = row["bioguide"] or " ".join(str(value) for value in row["detail"].values())
    day = str(row["date"] or "-")
    baseline = " (baseline)" if row["baseline"] else ""
    return f"{row['seq']:>6}  {day:<10}  {row['bill']:<12}  {row['kind']:<20} {detail[:60]}{baseline}"


@command(main, "worklist")
@click.argument("bill")
def worklist(context: CommandContext, bill: str) -> None:
    """List the members to ask next about BILL, and why; once it has ended, who was on it and who is new."""
    from campaign import db
    from campaign.congress.bills import congress_on
    from campaign.organizing.worklists import worklists

    bill_id = known_bill(context, bill)
    with db.reading(context.engine) as session:
        lists = worklists(session, bill_id, now=context.now)
    answer: dict[str, Any] = {name: lists.bioguides(name) for name in lists.entries}
    answer["vacancies"] = list(lists.vacancies)
    answer["partial"] = [bill.id for bill in lists.partial]
    answer["reasons"] = {
        name: {entry.person.bioguide: entry.reason(language()) for entry in entries}
        for name, entries in lists.entries.items()
    }
    answer["new_maps"] = [text.of(language()) for text in lists.new_maps]
    context.output(
        {"bill": str(bill_id), "ended": bill_id.congress < congress_on(context.now), **answer},
        *_worklist_lines(lists),
    )


def _worklist_lines(lists: "Worklists") -> Iterator[str]:
    for person, entries in lists.by_member():
        reasons = "; ".join(entry.reason(language()) for entry in entries)
        yield f"{person.bioguide}  {person.name} ({person.party}-{person.seat}): {reasons}"
    if lists.vacancies:
        yield localized("Vacant: ", "Vacantes: ") + ", ".join(lists.vacancies)
    if lists.partial:
        names = ", ".join(bill.id for bill in lists.partial)
        yield localized(
            f"Known in part only, others may belong here: {names}",
            f"Se conocen solo en parte; puede haber más personas: {names}",
        )


@command(main, "reparse")
@click.argument("bills", nargs=-1)
def reparse(context: CommandContext, bills: tuple[str, ...]) -> None:
    """Parse the stored replies of BILLS, or of all bills, with today's rules; no request is sent."""
    from sqlmodel import select

    from campaign import db
    from campaign.congress import reparse as reparsing
    from campaign.congress.models import RawReply

    with db.reading(context.engine) as session:
        stored = sorted(set(session.exec(select(RawReply.bill))))
    wanted = [str(known_bill(context, bill)) for bill in bills] or stored
    changes, failed = 0, {}
    with progress(context, "reparsing", len(wanted)) as advance:
        for bill in wanted:
            try:
                with db.writing_alone(context.engine) as session:
                    changes += reparsing.reparse(session, bill).changes
            except SourceError as error:
                failed[bill] = error.reason
            advance(1, "reparsing")
    context.output(
        {"bills": len(wanted), "changes": changes, "failed": failed}, f"{len(wanted)} bills, {changes} changes"
    )
    if failed:
        context.exit_partly(*(f"{bill}: {reason}" for bill, reason in failed.items()))


@main.group("lineage")
def lineage_group() -> None:
    """Which bills belong to one proposal. Rules suggest, a person decides."""


@command(lineage_group, "suggest")
@click.argument("bill")
def suggest(context: CommandContext, bill: str) -> None:
    """Show the bills that the rules relate to BILL, and store new suggestions."""
    from campaign import db
    from campaign.proposals import suggestions

    bill_id = known_bill(context, bill)
    with db.writing_alone(context.engine) as session:
        kin = suggestions.suggest(session, str(bill_id))
        suggestions.save_suggestions(session, kin)
    rows = [
        {
            "bill": suggestion.bill,
            "other": suggestion.other,
            "kind": suggestion.kind,
            "proposal": suggestion.proposal,
            "rule": suggestion.rule,
            "score": suggestion.score,
            "reason": localized(suggestion.reason_en, suggestion.reason_es),
        }
        for suggestion in kin
    ]
    context.output(
        {"suggestions": rows},
        *(f"{row['score']:.2f}  {row['bill']:<12} {row['proposal'] or '-'}  {row['reason']}" for row in rows),
    )


@command(lineage_group, "confirm")
@click.argument("proposal")
@click.argument("bill")
def confirm(context: CommandContext, proposal: str, bill: str) -> None:
    """Confirm that BILL belongs to PROPOSAL."""
    from campaign import db
    from campaign.proposals import lineage

    bill_id = known_bill(context, bill)
    with db.writing_alone(context.engine) as session:
        lineage.confirm(session, proposal, str(bill_id), by="command line", now=context.now)
    context.output(
        {"proposal": proposal, "bill": str(bill_id), "state": "confirmed"}, f"{bill_id} belongs to {proposal}."
    )


@command(lineage_group, "reject")
@click.argument("proposal")
@click.argument("bill")
def reject(context: CommandContext, proposal: str, bill: str) -> None:
    """Reject that BILL belongs to PROPOSAL."""
    from campaign import db
    from campaign.proposals import lineage

    bill_id = known_bill(context, bill)
    with db.writing_alone(context.engine) as session:
        lineage.reject(session, proposal, str(bill_id), by="command line", now=context.now)
    context.output(
        {"proposal": proposal, "bill": str(bill_id), "state": "rejected"},
        f"{bill_id} does not belong to {proposal}.",
    )
