"""A week's digest as a draft: its news since the last edition, rendered for each group, with a note."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlmodel import Session, col, select

from campaign import db
from campaign.congress.bills import congress_on
from campaign.mailing import senders
from campaign.mailing.edition import contents, editions, news, recipients
from campaign.mailing.edition.news import News
from campaign.mailing.edition.render import Renderer
from campaign.mailing.edition.send_times import monday_of, period_of
from campaign.mailing.models import Content, Edition
from campaign.mailing.policy import policy
from campaign.proposals import campaigns
from campaign.refusals import Refused
from campaign.settings import Settings


@dataclass(frozen=True)
class Built:
    """An edition and how many groups and readers it is for."""

    edition: int
    period: str
    state: str
    groups: int
    recipients: int


def build(engine: Engine, settings: Settings, campaign: str, *, now: datetime, period: str = "") -> Built:
    """Make the draft of a campaign's digest of a week; a week that has one keeps it, unless its Congress ended
    first.

    A week without news is ``quiet`` and sends nothing, unless the mail policy wants a short note. Raises
    Refused where no list mail can be sent (message.sender_of), for a week that has not begun, and for a
    campaign that asks for nothing now (409).
    """
    period = period or period_of(now, settings)
    if monday_of(period) > now.date() + timedelta(days=7):
        raise Refused(f"{period} has not begun.", f"{period} no ha empezado.")
    with db.reading(engine) as session:
        sender = senders.of_list(session, settings, campaign)
        known = editions.of_period(session, campaign, "digest", period)
        if known and not _starts_over(known, now):
            return _built(session, known)
        _require_speaking(session, campaign)
        since = next_since(session, campaign, "digest", period, now)
        found = news.gather(session, campaign, since_seq=since, now=now)
        quiet = not found.moved and policy(session).quiet_week == "nothing"
    edition = open_row(engine, campaign, "digest", period, found, now)
    if not quiet:
        contents.add_missing(engine, settings, edition, Renderer(found, sender), now)
    with db.writing(engine) as session:
        draft = session.get_one(Edition, edition)
        draft.state, draft.quiet = ("quiet" if quiet else "draft"), not found.moved
        if quiet:
            draft.finished_at = now
        return _built(session, draft)


def _starts_over(known: Edition, now: datetime) -> bool:
    """Whether an edition is built anew: a crash left it half-built, or its Congress ended before it left."""
    return known.state == "building" or (known.published_at is None and known.congress < congress_on(now))


def _require_speaking(session: Session, campaign: str) -> None:
    if campaign in campaigns.silent(session):
        state = campaigns.state(session, campaign)
        es = campaigns.STATE_NAMES["es"][state]
        raise Refused(
            f"The campaign “{campaign}” is {state}: its readers get no mail.",
            f"El estado de la campaña «{campaign}» es «{es}»: sus lectores no reciben correo.",
            status=409,
        )


def next_since(session: Session, campaign: str, kind: str, period: str, now: datetime) -> int:
    """The place in the ledger (``seq``) after which an edition's news begins: where the campaign's last edition
    ended."""
    told = select(sa.func.max(Edition.upto_seq)).where(
        Edition.campaign == campaign,
        col(Edition.state).in_(news.NEWS_TOLD),
        col(Edition.kind).in_(("digest", kind)),
        Edition.period != period,
    )
    last = session.exec(told).one()
    if last is not None:
        return int(last)
    # The news of drafts that never left is still to be told.
    drafts = select(sa.func.min(Edition.since_seq)).where(
        Edition.campaign == campaign, Edition.kind == kind, Edition.period != period
    )
    first = session.exec(drafts).one()
    return news.first_seq(session, now=now) if first is None else int(first)


def open_row(engine: Engine, campaign: str, kind: str, period: str, found: News, now: datetime) -> int:
    """The row of an edition being built; one that starts over keeps its row."""
    fresh = Edition(
        campaign=campaign,
        kind=kind,
        period=period,
        state="building",
        since_seq=found.since_seq,
        upto_seq=found.upto_seq,
        built_at=now,
    )
    with db.writing(engine) as session:
        known = editions.of_period(session, campaign, kind, period)
        if known is None:
            session.add(fresh)
            session.flush()
        elif _starts_over(known, now):
            session.execute(sa.delete(Content).where(col(Content.edition) == known.id))
            known.since_seq, known.upto_seq, known.built_at = fresh.since_seq, fresh.upto_seq, now
            known.state, known.problem, known.problem_es, known.finished_at = "building", "", "", None
        return (known or fresh).id or 0


def _built(session: Session, edition: Edition) -> Built:
    groups = select(sa.func.count()).where(Content.edition == edition.id)
    return Built(
        edition.id or 0,
        edition.period,
        edition.state,
        session.exec(groups).one(),
        recipients.count(session, edition),
    )


def set_note(engine: Engine, settings: Settings, edition: int, en: str, es: str, *, now: datetime) -> None:
    """The organizer's own words, in all languages that the campaign offers or none; every group is rendered
    anew.

    Raises Refused for words in one of two languages, for an edition that is no draft (409), and for a mail over
    the size budget.
    """
    with db.reading(engine) as session:
        row = _draft(session, edition)
        offered = campaigns.offered(session, row.campaign)
        groups = list(contents.groups(session, row))
        due = contents.due_times(session, settings, row, now)
    note = campaigns.in_both(offered, {"note_en": en.strip(), "note_es": es.strip()})
    if bool(note["note_en"]) != bool(note["note_es"]):
        raise Refused("Write the note in both languages.", "Escriba la nota en ambos idiomas.")
    row.note_en, row.note_es = note["note_en"], note["note_es"]
    renderer = contents.renderer(engine, settings, row)
    # All of it before anything is written: one group that is refused leaves the draft as it was.
    rendered = [contents.rendered_for(renderer, edition, group, due) for group in groups]
    with db.writing(engine) as session:
        draft = _draft(session, edition)
        draft.note_en, draft.note_es = row.note_en, row.note_es
        session.execute(sa.delete(Content).where(col(Content.edition) == edition))
        session.add_all(rendered)


def _draft(session: Session, edition: int) -> Edition:
    row = editions.get(session, edition)
    if row.state != "draft":
        es = editions.STATE_NAMES["es"][row.state]
        raise Refused(
            f"Edition {row.period} is {row.state}; only a draft can be changed.",
            f"El estado de la edición {row.period} es «{es}»; solo se puede cambiar un borrador.",
            status=409,
        )
    return row
