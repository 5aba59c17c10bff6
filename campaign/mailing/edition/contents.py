"""What each group of readers gets: rendered once for an edition, and stored as the bytes that are sent."""

from collections.abc import Callable, Iterator
from datetime import datetime

from sqlalchemy.engine import Engine
from sqlmodel import Session, col, select

from campaign import db
from campaign.mailing import languages, places, senders
from campaign.mailing.edition import digest, news
from campaign.mailing.edition.digest import Group
from campaign.mailing.edition.render import Renderer
from campaign.mailing.edition.send_times import monday_of, send_time
from campaign.mailing.models import Content, Edition, Subscriber
from campaign.mailing.policy import policy
from campaign.settings import Settings

# Groups rendered between two transactions.
CHUNK = 40


def renderer(engine: Engine, settings: Settings, edition: Edition) -> Renderer:
    """Renders an edition as of the moment it was built, whenever it is called.

    Raises Refused where no list mail can be sent (message.sender_of).
    """
    with db.reading(engine) as session:
        sender = senders.of_list(session, settings, edition.campaign)
        found = news.gather(
            session,
            edition.campaign,
            since_seq=edition.since_seq,
            now=edition.built_at,
            upto_seq=edition.upto_seq,
        )
    return Renderer(found, sender, note_en=edition.note_en, note_es=edition.note_es)


def add_missing(engine: Engine, settings: Settings, edition: int, renderer: Renderer, now: datetime) -> None:
    """Render every group that has no content yet, some at a time so that memory stays flat.

    An alert is rendered only for groups one of whose members moved.
    """
    with db.reading(engine) as session:
        row = session.get_one(Edition, edition)
        missing = list(_missing(session, row))
        due = due_times(session, settings, row, now)
    if row.kind == "alert":
        missing = [group for group in missing if digest.touches(digest.reader_of(renderer.news, group))]
    for first in range(0, len(missing), CHUNK):
        rendered = [rendered_for(renderer, edition, group, due) for group in missing[first : first + CHUNK]]
        with db.writing(engine) as session:
            session.add_all(rendered)


def _missing(session: Session, edition: Edition) -> Iterator[Group]:
    there = select(Content.language, Content.seat, Content.proposals).where(Content.edition == edition.id)
    known = {Group(language, seat, tuple(slugs.split())) for language, seat, slugs in session.exec(there)}
    return (group for group in groups(session, edition) if group not in known)


def groups(session: Session, edition: Edition) -> Iterator[Group]:
    """The groups of its campaign's confirmed readers that an edition is for."""
    place = places.place(edition.congress).label("place")
    spoken = languages.language(session, edition.campaign).label("spoken")
    wanted = select(spoken, place, Subscriber.proposals).where(
        Subscriber.campaign == edition.campaign, Subscriber.state == "confirmed"
    )
    if edition.kind == "alert":
        wanted = wanted.where(col(Subscriber.alerts).is_(True))
    for language, seat, slugs in session.exec(wanted.distinct().order_by("spoken", "place", "proposals")):
        yield Group(language, seat, tuple(slugs.split()))


def due_times(
    session: Session, settings: Settings, edition: Edition, now: datetime
) -> Callable[[str], datetime]:
    """When readers of a seat get an edition: an alert at once, a digest on Monday at their send time."""
    if edition.kind == "alert":
        return lambda _seat: now
    hour, day = policy(session).send_hour, monday_of(edition.period)
    return lambda seat: send_time(day, hour, seat, settings)


def rendered_for(renderer: Renderer, edition: int, group: Group, due: Callable[[str], datetime]) -> Content:
    """One group's content, not stored yet. Raises Refused when it is over the size budget."""
    subject, sealed = renderer.mail(group)
    return Content(
        edition=edition,
        language=group.language,
        seat=group.seat,
        proposals=" ".join(group.proposals),
        subject=subject,
        head=sealed.head,
        body=sealed.body,
        due=due(group.seat),
    )
