"""Commands about bills: what is tracked, what is known, what changed, which bills are one idea."""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import date
from typing import TYPE_CHECKING, Any

import click

from campaign.cli.desk import Desk, command, language, main, progress, say
from campaign.refusals import Refused, Unread

if TYPE_CHECKING:
    from campaign.congress.bills import BillId
    from campaign.congress.ledger import BillRecord
    from campaign.organizing.worklists import Worklists
    from jobs.poll_bills import Report

FIRST_CONGRESS_IN_GOVINFO = 108


def known_bill(desk: Desk, text: str) -> "BillId":
    """A bill this record holds, from any form people write."""
    from campaign import db
    from campaign.proposals import lookup

    with db.reading(desk.engine) as session:
        return lookup.resolve(session, text)


def any_bill(desk: Desk, text: str) -> "BillId":
    """A bill, held or not; without a Congress it must be one this record holds."""
    from campaign.congress.bills import BillId, parse_bill

    number = parse_bill(text)
    if number.congress is None:
        return known_bill(desk, text)
    _refuse_future(desk, number.congress)
    return BillId(number.congress, number.type, number.number)


def _refuse_future(desk: Desk, congress: int) -> None:
    from campaign.congress.bills import congress_on, ordinal

    if congress > congress_on(desk.now):
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
def track(desk: Desk, bill: str | None, proposal: str, congress: int | None) -> None:
    """Poll BILL from now on, or with --congress every bill of a Congress."""
    if (bill is None) == (congress is None):
        raise click.UsageError("Name one bill, or --congress.")
    if congress is not None:
        _track_congress(desk, congress)
    else:
        _track_bill(desk, str(bill), proposal)


def _track_bill(desk: Desk, text: str, proposal: str) -> None:
    from jobs import track_bill

    tracked = track_bill.run(desk.engine, desk.settings, any_bill(desk, text), now=desk.now, proposal=proposal)
    answer = {"bill": str(tracked.bill), "title": tracked.title}
    if tracked.note:
        desk.answer({**answer, "note": tracked.note}, f"{tracked.bill} is tracked by its number.")
        desk.partly(say(f"Not read yet: {tracked.note}", f"Sin leer todavía: {tracked.note}"))
    desk.answer(answer, f"{tracked.bill} is tracked: {tracked.title}")


def _track_congress(desk: Desk, congress: int) -> None:
    from campaign.congress.bills import ordinal
    from jobs import import_congress

    _refuse_future(desk, congress)
    name = f"{ordinal(congress)} Congress"
    with progress(desk, name) as step:
        report = import_congress.run(
            desk.engine,
            desk.settings,
            congress,
            now=desk.now,
            progress=lambda kind, done: step(done, f"{name}, {kind}"),
        )
    _answer_report(desk, report)


@command(main, "untrack")
@click.argument("bill")
def untrack(desk: Desk, bill: str) -> None:
    """Poll BILL no longer; what is known of it stays."""
    from campaign import db
    from campaign.congress import tracking
    from campaign.congress.models import Bill

    found = known_bill(desk, bill)
    with db.writing(desk.engine) as session:
        was = tracking.untrack(session, found, now=desk.now)
        title = session.get_one(Bill, str(found)).title
    words = f"{found} is tracked no longer: {title}" if was else f"{found} was not tracked: {title}"
    desk.answer({"bill": str(found), "title": title}, words)


@command(main, "poll")
@click.option("--bill", "bills", multiple=True, metavar="ID", help="This bill only; may be repeated.")
@click.option(
    "--source", type=click.Choice(["api", "govinfo", "both"]), help="Default: the API where there is a key."
)
def poll(desk: Desk, bills: tuple[str, ...], source: Any) -> None:
    """Read the tracked bills now."""
    from jobs import poll_bills

    wanted = [any_bill(desk, bill) for bill in bills] if bills else poll_bills.due(desk.engine)
    with progress(desk, "polling", len(wanted)) as step:
        report = poll_bills.run(
            desk.engine,
            desk.settings,
            now=desk.now,
            bills=wanted,
            source=source,
            progress=lambda _done, _all: step(1, "polling"),
        )
    _answer_report(desk, report)


def _answer_report(desk: Desk, report: "Report") -> None:
    desk.answer(report.as_dict(), report.summary)
    if not report.whole:
        shown = list(report.failed.items())[:20]
        incomplete = [f"{bill}: incomplete" for bill in report.incomplete[:20]]
        desk.partly(*(f"{bill}: {reason}" for bill, reason in shown), *incomplete, *filter(None, [report.note]))


@command(main, "bill")
@click.argument("bill")
@click.option("--as-of", "day", metavar="DATE", help="As it stood at the end of this day (YYYY-MM-DD).")
def show_bill(desk: Desk, bill: str, day: str | None) -> None:
    """Say what is known of BILL."""
    from campaign import db
    from campaign.congress import ledger
    from campaign.organizing.counts import counts
    from campaign.proposals import lineage

    found = known_bill(desk, bill)
    with db.reading(desk.engine) as session:
        if day is None:
            record = ledger.current(session, str(found), now=desk.now)
        else:
            record = ledger.as_of(session, str(found), _day(day), now=desk.now)
        proposal = lineage.proposal_of(session, str(found))
        numbers = counts(session, record)
        answer = _bill_answer(record, asdict(numbers), proposal.slug if proposal else None)
    desk.answer(answer, *_bill_lines(record, answer))


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Refused(
            f"“{text[:30]}” is not a day; write it as 2026-06-01.",
            f"«{text[:30]}» no es una fecha; escríbala como 2026-06-01.",
        ) from None


def _bill_answer(record: "BillRecord", counts: dict[str, int], proposal: str | None) -> dict[str, Any]:
    return {
        "bill": record.bill.id,
        "title": record.title,
        "stage": record.stage.stage.value,
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
    yield f"  stage       {record.stage.stage.label(language())}"
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
@click.option("--bill", metavar="ID", help="Of this bill only.")
@click.option("--since", default=0, show_default=True, metavar="SEQ", type=click.IntRange(min=0))
def show_changes(desk: Desk, bill: str | None, since: int) -> None:
    """List what changed, oldest first."""
    from campaign import db
    from campaign.congress import ledger

    found = known_bill(desk, bill) if bill else None
    with db.reading(desk.engine) as session:
        rows = [
            {
                "seq": one.seq,
                "bill": one.bill,
                "kind": one.kind,
                "bioguide": one.bioguide,
                "date": one.happened,
                "seen_at": one.seen_at.isoformat(),
                "baseline": one.baseline,
                "detail": one.detail,
            }
            for one in ledger.changes_since(session, since, bill=str(found) if found else None)
        ]
    desk.answer({"changes": rows}, *(_change_line(row) for row in rows))


def _change_line(row: dict[str, Any]) -> str:
    what = row["bioguide"] or " ".join(str(value) for value in row["detail"].values())
    day = str(row["date"] or "-")
    first = " (first sight)" if row["baseline"] else ""
    return f"{row['seq']:>6}  {day:<10}  {row['bill']:<12}  {row['kind']:<20} {what[:60]}{first}"


@command(main, "worklist")
@click.argument("bill")
def worklist(desk: Desk, bill: str) -> None:
    """List whom to ask next about BILL, and why."""
    from campaign import db
    from campaign.organizing.worklists import worklists

    found = known_bill(desk, bill)
    with db.reading(desk.engine) as session:
        lists = worklists(session, found, now=desk.now)
    answer: dict[str, Any] = {name: lists.bioguides(name) for name in lists.entries}
    answer["vacancies"] = list(lists.vacancies)
    answer["partial"] = [one.id for one in lists.partial]
    answer["reasons"] = {
        name: {entry.person.bioguide: entry.reason(language()) for entry in entries}
        for name, entries in lists.entries.items()
    }
    desk.answer({"bill": str(found), **answer}, *_worklist_lines(lists))


def _worklist_lines(lists: "Worklists") -> Iterator[str]:
    for person, entries in lists.by_member():
        reasons = "; ".join(entry.reason(language()) for entry in entries)
        yield f"{person.bioguide}  {person.name} ({person.party}-{person.seat}): {reasons}"
    if lists.vacancies:
        yield say("Vacant: ", "Vacantes: ") + ", ".join(lists.vacancies)
    if lists.partial:
        names = ", ".join(one.id for one in lists.partial)
        yield say(
            f"Known in part only, others may belong here: {names}",
            f"Se conocen solo en parte; puede haber más personas: {names}",
        )


@command(main, "reparse")
@click.argument("bills", nargs=-1)
def reparse(desk: Desk, bills: tuple[str, ...]) -> None:
    """Run today's rules over the kept replies of BILLS, or of all bills; asks no source."""
    from sqlmodel import select

    from campaign import db
    from campaign.congress import reparse as again
    from campaign.congress.models import RawReply

    with db.reading(desk.engine) as session:
        kept = sorted(set(session.exec(select(RawReply.bill))))
    wanted = [str(known_bill(desk, bill)) for bill in bills] or kept
    changes, failed = 0, {}
    with progress(desk, "reparsing", len(wanted)) as step:
        for bill in wanted:
            try:
                with db.writing(desk.engine) as session:
                    changes += again.reparse(session, bill).changes
            except Unread as error:
                failed[bill] = error.reason
            step(1, "reparsing")
    desk.answer(
        {"bills": len(wanted), "changes": changes, "failed": failed}, f"{len(wanted)} bills, {changes} changes"
    )
    if failed:
        desk.partly(*(f"{bill}: {reason}" for bill, reason in failed.items()))


@main.group("lineage")
def lineage_group() -> None:
    """Which bills are one idea. Rules suggest, a person decides."""


@command(lineage_group, "suggest")
@click.argument("bill")
def suggest(desk: Desk, bill: str) -> None:
    """Show which bills the rules think are kin of BILL, and keep what is new."""
    from campaign import db
    from campaign.proposals import suggestions

    found = known_bill(desk, bill)
    with db.writing(desk.engine) as session:
        found_kin = suggestions.suggest(session, str(found))
        suggestions.save_suggestions(session, found_kin)
    rows = [
        {
            "bill": one.bill,
            "other": one.other,
            "kind": one.kind,
            "proposal": one.proposal,
            "rule": one.rule,
            "score": one.score,
            "reason": say(one.reason_en, one.reason_es),
        }
        for one in found_kin
    ]
    desk.answer(
        {"suggestions": rows},
        *(f"{row['score']:.2f}  {row['bill']:<12} {row['proposal'] or '-'}  {row['reason']}" for row in rows),
    )


@command(lineage_group, "confirm")
@click.argument("proposal")
@click.argument("bill")
def confirm(desk: Desk, proposal: str, bill: str) -> None:
    """Decide that BILL is one of PROPOSAL's."""
    from campaign import db
    from campaign.proposals import lineage

    found = known_bill(desk, bill)
    with db.writing(desk.engine) as session:
        lineage.confirm(session, proposal, str(found), by="command line", now=desk.now)
    desk.answer({"proposal": proposal, "bill": str(found), "state": "confirmed"}, f"{found} is of {proposal}.")


@command(lineage_group, "reject")
@click.argument("proposal")
@click.argument("bill")
def reject(desk: Desk, proposal: str, bill: str) -> None:
    """Decide that BILL is none of PROPOSAL's."""
    from campaign import db
    from campaign.proposals import lineage

    found = known_bill(desk, bill)
    with db.writing(desk.engine) as session:
        lineage.reject(session, proposal, str(found), by="command line", now=desk.now)
    desk.answer(
        {"proposal": proposal, "bill": str(found), "state": "rejected"}, f"{found} is not of {proposal}."
    )
