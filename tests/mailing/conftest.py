"""A list of readers, an edition without Congress's help, and relays that misbehave on demand."""

import functools
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import copies
import pytest
from pydantic import SecretStr
from sqlalchemy.engine import Engine
from sqlmodel import select

from campaign import db
from campaign.mailing import policy, senders
from campaign.mailing.addresses import Keys
from campaign.mailing.delivery.sending import Outbox
from campaign.mailing.edition import building, contents, lifecycle, news, recipients
from campaign.mailing.edition.render import Renderer
from campaign.mailing.models import Delivery, Edition, MailPolicy, Subscriber
from campaign.mailing.transport import Relay, Simulating, Smtp
from campaign.proposals.models import Campaign
from campaign.settings import Settings

from mondays import CAMPAIGN, MONDAY, Clock  # isort: skip
from smtp_sink import Box, controller  # isort: skip


@pytest.fixture
def clock() -> Clock:
    return Clock()


@functools.cache
def _settings() -> Settings:
    return Settings(
        secret_key=SecretStr("k" * 40),
        base_url="https://campaign.test-host.org",
        mail_from="Campaña ARMAS <news@campaign-host.org>",
        postal_address="P.O. Box 123, Austin, TX 78701",
    )


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return _settings().model_copy(update={"smtp_url": SecretStr(f"file:{tmp_path}/outbox")})


@pytest.fixture
def keys(settings: Settings) -> Keys:
    return Keys(settings)


@pytest.fixture
def box() -> Iterator[Box]:
    """A relay that takes everything but what an address asks it not to."""
    found = Box()
    running = controller(found)
    running.start()
    found.port = running.port  # type: ignore[attr-defined]
    yield found
    running.stop()


@pytest.fixture
def outbox(engine: Engine, settings: Settings, box: Box, clock: Clock) -> Callable[..., Outbox]:
    """Outboxes that send to ``box`` by a clock of our own."""

    def make(**more: Any) -> Outbox:
        values: dict[str, Any] = {"clock": clock, "sleep": clock.sleep, **more}
        relay = Relay("127.0.0.1", box.port)  # type: ignore[attr-defined]
        values.setdefault("transport", lambda _: Simulating(Smtp(relay, command_seconds=5, answer_seconds=0.5)))
        return Outbox(engine, settings, **values)

    return make


@pytest.fixture
def readers(engine: Engine, keys: Keys) -> Callable[..., list[int]]:
    """Confirmed readers with these addresses, in groups as asked."""

    def make(*emails: str, language: str = "en", seat: str = "", proposals: str = "", **more: Any) -> list[int]:
        with db.writing(engine) as session:
            session.merge(Campaign(slug=CAMPAIGN, title_en="Arms", title_es="Armas"))
            made = [_reader(keys, email, language, seat, proposals, more) for email in emails]
            session.add_all(made)
            session.flush()
            return [one.id or 0 for one in made]

    return make


def _reader(
    keys: Keys, email: str, language: str, seat: str, proposals: str, more: dict[str, Any]
) -> Subscriber:
    from campaign.mailing.addresses import read_address

    values: dict[str, Any] = {
        "campaign": CAMPAIGN,
        "state": "confirmed",
        "created": MONDAY - timedelta(days=9),
        "confirmed_at": MONDAY - timedelta(days=8),
        **more,
    }
    address = read_address(email)
    return Subscriber(
        email=address.typed,
        key=keys.of(address, values["campaign"]),
        language=language,
        seat=seat,
        proposals=proposals,
        **values,
    )


@pytest.fixture
def rules(engine: Engine) -> Callable[..., None]:
    """The organization's choices for mail."""

    def choose(**chosen: Any) -> None:
        with db.writing(engine) as session:
            current = policy.policy(session)
            session.merge(MailPolicy(**{**current.model_dump(), **chosen}))

    return choose


@pytest.fixture
def built(engine: Engine, settings: Settings, rules: Callable[..., None]) -> Callable[..., int]:
    """An edition of a quiet week, built and published for all readers there are."""

    def publish(period: str = "2026-W26", now: datetime = MONDAY, **chosen: Any) -> int:
        rules(**{"quiet_week": "note", "per_second": 0, **chosen})
        draft = building.build(engine, settings, CAMPAIGN, now=now, period=period)
        lifecycle.publish(engine, settings, draft.edition, by="tests", now=now)
        return draft.edition

    return publish


@pytest.fixture(scope="session")
def quiet_week(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Renderer:
    """Renders each group's mail of a week without news once."""
    with copies.copy_of(sqlite_template, tmp_path_factory.mktemp("quiet")) as engine:
        with db.writing(engine) as session:
            session.add(Campaign(slug=CAMPAIGN, title_en="Arms", title_es="Armas"))
        with db.reading(engine) as session:
            sender = senders.of_list(session, _settings(), CAMPAIGN)
            renderer = Renderer(news.gather(session, CAMPAIGN, since_seq=0, now=MONDAY), sender)
    renderer.mail = functools.cache(renderer.mail)  # type: ignore[method-assign]
    return renderer


@pytest.fixture
def published(
    engine: Engine, settings: Settings, rules: Callable[..., None], quiet_week: Renderer
) -> Callable[..., int]:
    """As ``built`` leaves an edition, for tests of what comes after: nothing is gathered or rendered for it."""

    def publish(period: str = "2026-W26", now: datetime = MONDAY, **chosen: Any) -> int:
        rules(**{"quiet_week": "note", "per_second": 0, **chosen})
        with db.writing(engine) as session:
            row = Edition(
                campaign=CAMPAIGN, period=period, state="sending", built_at=now, published_at=now, quiet=True,
                approved_by="tests",
            )  # fmt: skip
            session.add(row)
            session.flush()
            number, due = row.id or 0, contents.due_times(session, settings, row, now)
            groups = list(contents.groups(session, row))
            session.add_all(contents.rendered_for(quiet_week, number, group, due) for group in groups)
            recipients.add_rows(session, row)
        return number

    return publish


@pytest.fixture
def states(engine: Engine) -> Callable[[], dict[str, str]]:
    """The state of each reader's row, by address; letters by kind."""

    def read() -> dict[str, str]:
        with db.reading(engine) as session:
            rows = session.exec(select(Delivery)).all()
            emails = {one.id: one.email for one in session.exec(select(Subscriber))}
            return {emails.get(row.subscriber, row.kind): row.state for row in rows}

    return read


@pytest.fixture
def edition_row(engine: Engine) -> Callable[[int], Edition]:
    def read(number: int) -> Edition:
        with db.reading(engine) as session:
            return session.get_one(Edition, number)

    return read
