"""The campaign of the pictures: the snapshot, with people, mail, actions and meetings."""

from datetime import datetime, timedelta
from pathlib import Path

from pydantic import SecretStr
from sqlalchemy.engine import Engine
from sqlmodel import Session

from campaign import db, snapshot
from campaign.actions import editing
from campaign.actions.models import CampaignAction, Signature, Target
from campaign.calendar.models import CalendarSource, Meeting
from campaign.calendar.sources import EVERY
from campaign.mailing import policy
from campaign.mailing.addresses import Keys, read_address
from campaign.mailing.edition import building
from campaign.mailing.models import MailPolicy, Subscriber
from campaign.organizing import notes, whip
from campaign.outreach import outcomes, phone_numbers, steps
from campaign.outreach.outcomes import Report
from campaign.settings import Settings

SETTINGS = Settings(
    secret_key=SecretStr("for pictures only, long enough"),
    geocoder_url="http://127.0.0.1:9/geocoder",
    mail_from="Campaign <news@campaign-host.org>",
    postal_address="P.O. Box 123, Austin, TX 78701",
)
EXAMPLE = "us-guns-abroad"
BILL, MEMBER = "hr6736-119", "J000305"


def make_campaign(folder: Path) -> Engine:
    """A database in ``folder`` with the snapshot and a little of everything that people do."""
    now = db.utcnow()
    engine = db.open_engine(f"sqlite:///{folder}/campaign.db")
    db.upgrade(engine)
    snapshot.load(engine, now=now)
    with db.writing(engine) as session:
        for add in (_whip, _calls, _readers, _actions, _meetings, _numbers):
            add(session, now)
    building.build(engine, SETTINGS, EXAMPLE, now=now)
    return engine


def _whip(session: Session, now: datetime) -> None:
    entry = {
        "lean": "likely",
        "next_step": "call the legislative director",
        "next_on": now.date().isoformat(),
        "tags": "swing",
    }
    whip.save(session, BILL, MEMBER, entry, version=0, by="ana@example.org", now=now)
    notes.add(session, EXAMPLE, MEMBER, {"text": "Office asks for the text."}, by="ana@example.org", now=now)


def _calls(session: Session, now: datetime) -> None:
    day = now.date() - timedelta(days=1)
    outcomes.add(session, Report(BILL, MEMBER, "washington", "talked", "undecided"), day, 3)
    taken = zip(steps.STEPS, (820, 610, 240, 130, 41), strict=True)
    steps.add(session, {steps.StepKey(day, step, EXAMPLE, "en"): count for step, count in taken})
    taken = zip(steps.STEPS, (510, 420, 190, 120, 65), strict=True)
    steps.add(session, {steps.StepKey(day, step, EXAMPLE, "es"): count for step, count in taken})


def _readers(session: Session, now: datetime) -> None:
    session.merge(MailPolicy(**{**policy.policy(session).model_dump(), "quiet_week": "note"}))
    for email, language in (("ana@example.org", "es"), ("bo@example.org", "en")):
        session.add(
            Subscriber(
                email=email,
                campaign=EXAMPLE,
                key=Keys(SETTINGS).of(read_address(email), EXAMPLE),
                language=language,
                seat="TX-20",
                state="confirmed",
                created=now - timedelta(days=2),
                confirmed_at=now - timedelta(days=1),
            )
        )


def _actions(session: Session, now: datetime) -> None:
    written = (
        ("petition", "clean-record", "Publish the tracing records", "Que se publiquen los rastreos"),
        ("pledge", "day-of-calls", "A day of calls", "Un día de llamadas"),
        ("letter", "letter-to-the-president", "A letter to the President", "Una carta a la Presidencia"),
        ("signon", "joint-letter", "A joint letter of organizations", "Una carta de organizaciones"),
    )
    for kind, slug, title_en, title_es in written:
        action = CampaignAction(
            campaign=EXAMPLE,
            slug=slug,
            kind=kind,
            title_en=title_en,
            title_es=title_es,
            text_en="We ask for yearly public figures on the guns that are found and traced.",
            text_es="Pedimos cifras públicas cada año sobre las armas halladas y rastreadas.",
            points_en="## families: For the families\nFamilies deserve to know where the guns came from.",
            points_es="## families: Por las familias\nLas familias merecen saber de dónde vinieron las armas.",
            goal=500 if kind == "petition" else 0,
            day=(now + timedelta(days=12)).date() if kind == "pledge" else None,
            state="open",
        )
        session.add(action)
        session.flush()
        _taking_part(session, action, now)


def _taking_part(session: Session, action: CampaignAction, now: datetime) -> None:
    id = editing.number(action)
    if action.kind != "pledge":
        office = Target(
            action=id,
            position=0,
            title_en="Office of the President",
            title_es="Oficina de la Presidencia",
            salutation_en="Dear Mr. President",
            salutation_es="Señor presidente",
        )
        session.add(office)
    for number in range(132):
        row = Signature(
            action=id,
            key=f"{id}-{number}",
            name="Ana" if number % 2 else "Bo",
            town="San Antonio" if number % 3 else "78207",
            organization=f"Organization {number + 1}" if action.kind == "signon" else "",
            role="Director" if action.kind == "signon" else "",
            show_name=number % 4 == 0,
            asked_at=now,
            confirmed_at=now,
            approved_at=now if number > 3 else None,
        )
        session.add(row)


def _meetings(session: Session, now: datetime) -> None:
    for name in EVERY:
        session.add(CalendarSource(name=name, attempted_at=now, good_at=now))
    monday = now.replace(hour=15, minute=0, second=0, microsecond=0) + timedelta(days=7 - now.weekday())
    for number, (days, kind, parts) in enumerate(
        (
            (2, "markup", {"named": {BILL: "list"}, "title": "Markup of Various Measures"}),
            (3, "hearing", {"moved_from": monday + timedelta(days=1)}),
            (4, "hearing", {"state": "cancelled", "named": {BILL: "text"}}),
        )
    ):
        start = monday + timedelta(days=days)
        plain = {"congress": 119, "chamber": "house", "committees": "HSFA", "first_seen": now}
        session.add(
            Meeting(event=f"11990{number}", kind=kind, starts_at=start, changed_at=now, **plain, **parts)
        )


def _numbers(session: Session, now: datetime) -> None:
    """Three reports from three places hide one office's number."""
    office = next(office for office in phone_numbers.callable_offices(session, MEMBER) if office.phone)
    for place in ("a", "b", "c"):
        phone_numbers.report(session, office, place, f"nonce-{place}", now=now)
