"""Commands for the digest: each campaign has its own."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from campaign.cli.context import CommandContext, command, localized, main
from campaign.cli.of_campaign import campaign_option, meant, only

if TYPE_CHECKING:
    from campaign.mailing.models import Edition


@main.group("digest")
def digest_group() -> None:
    """The weekly mail: build, preview, approve, send."""


period_option = click.option(
    "--period", default="", metavar="YYYY-Www", help="Which week; default: the newest or this one."
)


@command(digest_group, "build")
@period_option
@campaign_option
@click.option("--approve", is_flag=True, help="Publish it at once.")
def build_digest(context: CommandContext, period: str, slug: str, approve: bool) -> None:
    """Build the draft of a week for each campaign; an edition that exists stays as it is."""
    from campaign.mailing.edition import building

    slugs = meant(context, slug)
    for campaign in slugs:
        built = building.build(context.engine, context.settings, campaign, now=context.now, period=period)
        if approve:
            _approve(context, built.edition)
    _output_status(context, slugs, built.period)


@command(digest_group, "approve")
@period_option
@campaign_option
def approve_digest(context: CommandContext, period: str, slug: str) -> None:
    """Publish a draft: one copy for each confirmed subscriber, on Monday morning in their time zone."""
    slugs = meant(context, slug)
    for edition in _editions(context, slugs, period):
        _approve(context, edition.id or 0)
    _output_status(context, slugs, period)


def _editions(context: CommandContext, slugs: list[str], period: str) -> "list[Edition]":
    """The editions of a week, or the newest ones, of these campaigns.

    Raises Refused (404) where none has one.
    """
    from campaign import db
    from campaign.mailing.edition import editions

    with db.reading(context.engine) as session:
        found = [editions.of_week(session, slug, period) for slug in slugs]
        return [edition for edition in found if edition] or [editions.latest(session, slugs[0], period=period)]


def _edition(context: CommandContext, slug: str, period: str) -> "Edition":
    return _editions(context, [only(context, slug)], period)[0]


def _approve(context: CommandContext, edition: int) -> None:
    import getpass

    from campaign.mailing.edition import lifecycle

    lifecycle.publish(
        context.engine, context.settings, edition, by=f"{getpass.getuser()} (command line)", now=context.now
    )


@command(digest_group, "send")
@click.option("--connections", default=1, show_default=True, type=click.IntRange(1, 50))
@click.option(
    "--wait", default=60.0, show_default=True, help="Seconds to wait for the rate limit or the relay."
)
def send_digest(context: CommandContext, connections: int, wait: float) -> None:
    """Send what is due now; a running worker does so by itself."""
    import signal
    import threading

    from campaign import db
    from campaign.mailing.edition import editions
    from campaign.mailing.message import sender_of
    from campaign.proposals import campaigns
    from jobs import deliver_mail

    sender_of(context.settings)
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: stopping.set())
    report = deliver_mail.run(
        context.engine,
        context.settings,
        now=context.now,
        stopping=stopping.is_set,
        connections=connections,
        patience=wait,
    )
    with db.reading(context.engine) as session:
        every = {row.slug: editions.newest_status(session, row.slug) for row in campaigns.speaking(session)}
    context.output(_together(every or {"": editions.NO_STATUS}), report.summary)
    if not report.whole:
        context.exit_partly(report.summary)


@command(digest_group, "status")
@period_option
@campaign_option
def digest_status(context: CommandContext, period: str, slug: str) -> None:
    """Show how many copies of an edition are sent, deferred, failed or unknown."""
    _output_status(context, meant(context, slug), period)


def _output_status(context: CommandContext, slugs: list[str], period: str) -> None:
    from campaign import db
    from campaign.mailing.edition import editions

    found = _editions(context, slugs, period)
    with db.reading(context.engine) as session:
        data = _together({edition.campaign: editions.status(session, edition) for edition in found})
    context.output(data, *(f"{name:>12} {value}" for name, value in data.items() if value != ""))


def _together(every: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """The status of one campaign's edition; of several their sums, and each under ``campaigns``."""
    first, *others = every.values()
    if not others:
        return first
    sums = {name: sum(each[name] for each in every.values()) for name in first if isinstance(first[name], int)}
    words = {
        name: ", ".join(dict.fromkeys(each[name] for each in every.values() if each[name]))
        for name in first.keys() - sums.keys()
    }
    return {**{name: {**sums, **words}[name] for name in first}, "campaigns": every}


@command(digest_group, "preview")
@period_option
@campaign_option
@click.option("--seat", default="", metavar="SEAT")
@click.option("--lang", default="en", type=click.Choice(["en", "es"]))
def preview_digest(context: CommandContext, period: str, slug: str, seat: str, lang: str) -> None:
    """Print the message that a subscriber of this seat and language gets."""
    from campaign.mailing.edition import previews
    from campaign.mailing.edition.digest import Group

    edition = _edition(context, slug, period).id or 0
    raw = previews.preview(
        context.engine, context.settings, Group(lang, seat.upper()), edition=edition, now=context.now
    )
    context.output({"message": raw.decode()}, raw.decode())


@command(digest_group, "test")
@click.argument("address")
@period_option
@campaign_option
@click.option("--seat", default="", metavar="SEAT")
@click.option("--lang", default="en", type=click.Choice(["en", "es"]))
def send_test_digest(
    context: CommandContext, address: str, period: str, slug: str, seat: str, lang: str
) -> None:
    """Send one copy to ADDRESS."""
    from campaign.mailing.edition import previews
    from campaign.mailing.edition.digest import Group

    edition = _edition(context, slug, period).id or 0
    previews.send_test(context.engine, edition, Group(lang, seat.upper()), address, now=context.now)
    context.output({"queued": 1}, localized("Queued for the next delivery.", "En cola para el próximo envío."))


@command(digest_group, "pause")
@period_option
@campaign_option
def pause_digest(context: CommandContext, period: str, slug: str) -> None:
    """Pause an edition: copies that are not sent yet wait."""
    from campaign.mailing.edition import lifecycle
    from campaign.outreach.bilingual import Text

    edition = _edition(context, slug, period)
    why = Text("paused by hand", "la pausó una persona")
    lifecycle.pause(context.engine, edition.id or 0, why=why)
    _output_status(context, [edition.campaign], edition.period)


@command(digest_group, "cancel")
@period_option
@campaign_option
def cancel_digest(context: CommandContext, period: str, slug: str) -> None:
    """Send no further copy of an edition, for good. The next edition tells its news."""
    import getpass

    from campaign import db
    from campaign.accounts import audit
    from campaign.mailing.edition import editions, lifecycle
    from campaign.outreach.bilingual import Text

    edition = _edition(context, slug, period)
    by = f"{getpass.getuser()} (command line)"
    why = Text(f"cancelled by {by}", f"la canceló {getpass.getuser()} (línea de comandos)")
    unsent = lifecycle.cancel(context.engine, edition.id or 0, why=why, now=context.now)
    with db.writing_alone(context.engine) as session:
        audit.note(session, None, "digest cancelled", edition.period, now=context.now, actor=by, copies=unsent)
        data = editions.status(session, editions.get(session, edition.id or 0))
    context.output(
        data,
        localized(
            f"{data['sent']} copies were sent; {unsent} will not be.",
            f"Se enviaron {data['sent']} copias; {unsent} no se enviarán.",
        ),
    )


@command(digest_group, "resume")
@period_option
@campaign_option
@click.option(
    "--resend-unknown",
    is_flag=True,
    help="Send again the copies of unknown state; some subscribers may get two.",
)
def resume_digest(context: CommandContext, period: str, slug: str, resend_unknown: bool) -> None:
    """Resume a paused edition."""
    from campaign.mailing import queue
    from campaign.mailing.edition import lifecycle

    edition = _edition(context, slug, period)
    if resend_unknown:
        queue.resend_unknown(context.engine, edition.id or 0, now=context.now)
    else:
        lifecycle.resume(context.engine, edition.id or 0, now=context.now)
    _output_status(context, [edition.campaign], edition.period)


@command(digest_group, "bounces")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, dir_okay=False, exists=True))
def read_bounce_files(context: CommandContext, files: tuple[Path, ...]) -> None:
    """Process returned mail that was saved as FILES."""
    from collections import Counter

    from jobs import deliver_mail

    found = Counter(
        deliver_mail.take_report(context.engine, context.settings, file.read_bytes(), now=context.now)
        for file in files
    )
    context.output(dict(found), *(f"{number:>5} {kind}" for kind, number in sorted(found.items())))
