"""What organizers are told of the sources (do they agree, what do they still grant) and of mail that waits."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask.testing import FlaskClient
from organizer_client import sign_in
from sqlalchemy.engine import Engine
from standin import Standin, serve
from standin.bills import joined
from standin.people import anybody

from campaign import db, doctor
from campaign.app import create_app
from campaign.congress import tracking
from campaign.congress.bills import BillId
from campaign.mailing import relay_limits
from campaign.mailing.models import Delivery, Edition, RelayLimits, Subscriber
from campaign.proposals import campaigns, lineage
from campaign.settings import Settings
from jobs import poll_bills

ARMAS = BillId(119, "hr", 6736)
KEY = "a key for tests only, thirty-two long"


@pytest.fixture
def followed(engine: Engine, now: datetime) -> Engine:
    """A campaign for one bill, before anything of it was read."""
    with db.writing(engine) as session:
        tracking.track(session, ARMAS, now=now)
        campaigns.add_campaign(session, "guns", title_en="Guns", title_es="Armas")
        campaigns.add_proposal(session, "armas", campaign="guns", name_en="ARMAS Act", name_es="Ley ARMAS")
        lineage.confirm(session, "armas", str(ARMAS), by="test", now=now)
    return engine


def staff(engine: Engine) -> FlaskClient:
    app = create_app(Settings(secret_key=KEY, geocoder_url=""), engine=engine)
    return sign_in(app.test_client(), engine, "viewer")


def text_of(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def let_29_join(source: Standin) -> None:
    bill = source.world.bills[str(ARMAS)]
    more = 28 - len(bill.cosponsors)
    bill.cosponsors += [joined(anybody(number), "2026-03-02") for number in range(more)]
    bill.cosponsors.append(joined(anybody(more), "2026-05-05"))


def test_a_source_that_lags_is_shown_as_a_disagreement_until_it_follows(
    followed: Engine, clock: None, now: datetime
) -> None:
    with serve() as source:
        let_29_join(source)
        settings = source.settings()
        source.world.asof = "2026-04-01"
        assert poll_bills.run(followed, settings, now=now, source="govinfo").whole
        source.world.asof = ""
        assert poll_bills.run(followed, settings, now=now, source="api").whole
        shown = text_of(staff(followed).get("/organize/").text)
        assert "Congress lists 29" in shown
        assert "The sources disagree: api 29, GovInfo 28." in shown
        assert "Las fuentes no coinciden: api 29, GovInfo 28." in text_of(desk_es(followed))
        poll_bills.run(followed, settings, now=now + timedelta(hours=1), source="govinfo")
        assert "disagree" not in staff(followed).get("/organize/").text


def desk_es(engine: Engine) -> str:
    app = create_app(Settings(secret_key=KEY, geocoder_url=""), engine=engine)
    return sign_in(app.test_client(), engine, "viewer", "es@example.org").get("/es/organize/").text


def test_what_a_source_still_grants_is_shown_as_of_the_last_poll(
    followed: Engine, clock: None, now: datetime
) -> None:
    with serve() as source:
        source.world.rate_limit = 4321
        report = poll_bills.run(followed, source.settings(), now=now, source="api")
    (left,) = report.budgets.values()
    assert left == 4321 - report.requests
    shown = text_of(staff(followed).get("/organize/system").text)
    assert f"127.0.0.1:{source.url.rpartition(':')[2]} {left:,} " in shown


def test_mail_that_waits_and_the_digest_are_told_in_numbers(
    followed: Engine, clock: None, now: datetime
) -> None:
    client = staff(followed)
    assert "No edition yet" in client.get("/organize/").text
    with db.writing(followed) as session:
        edition = Edition(campaign="guns", period="2026-W25", state="sending", built_at=now, published_at=now)
        session.add(edition)
        session.flush()
        states = ["pending", "pending", "pending", "deferred", "sent", "sent"]
        session.add_all(Delivery(edition=edition.id, state=state, due=now) for state in states)
    shown = text_of(client.get("/organize/system").text)
    assert "waiting for their hour 3" in shown
    assert "will be tried again 1" in shown
    assert "being sent now 0" in shown
    assert "2026-W25: being sent · readers 6 · sent 2" in text_of(client.get("/organize/").text)


def test_what_is_in_the_way_of_the_mail_is_told_on_the_first_page_in_both_languages(
    followed: Engine, clock: None, now: datetime
) -> None:
    client = staff(followed)
    assert "What is holding up the email" not in client.get("/organize/").text
    with db.writing(followed) as session:
        session.add(RelayLimits(name=relay_limits.RELAY, trouble="down", since=now, words="connection refused"))
        edition = Edition(
            campaign="guns", period="2026-W25", state="paused", built_at=now, problem="paused by Ana"
        )
        session.add(edition)
        session.flush()
        session.add(Delivery(edition=edition.id, state="unknown", due=now))
    english, spanish = (
        text_of(client.get(f"{lang}/organize/").text).replace(" :", ":") for lang in ("", "/es")
    )
    assert (
        "The mail server: the relay cannot be reached since 2026-06-20 15:00 UTC: connection refused" in english
    )
    assert "The digest 2026-W25: is paused: paused by Ana" in english
    assert "copies that may or may not have arrived: 1" in english
    assert "El servidor de correo: no se puede llegar al servidor de correo desde 2026-06-20" in spanish
    assert "El boletín 2026-W25: está en pausa: paused by Ana" in spanish
    assert "ejemplares que quizá no llegaron: 1" in spanish
    page = client.get("/organize/").text
    for place in ("/organize/digest", "/organize/system"):
        assert f'href="{place}"' in page.split('id="digest"')[1].split("</section>")[0]


@pytest.mark.parametrize("path", ["/organize/", "/organize/system"])
def test_missing_maps_are_named_from_december_on(snapshot_copy: Engine, path: str) -> None:
    with time_machine.travel(datetime(2026, 11, 30, 12, tzinfo=UTC), tick=False):
        before = text_of(staff(snapshot_copy).get(path).text)
    with time_machine.travel(datetime(2026, 12, 1, 12, tzinfo=UTC), tick=False):
        now = text_of(staff(snapshot_copy).get(path).text)
    assert "New districts are missing" not in before
    assert "No table of ZIP codes yet for: Alabama, California," in now
    assert "No boundaries yet for: Alabama, California," in now
    assert "Missouri" not in now
    assert "campaign districts fetch --congress 120 --keep MO=119" in now


@pytest.mark.parametrize(
    ("lang", "says"),
    [
        ("", "to be asked 3 asked 2 of them confirmed 1 They wait until the new ZIP codes of their state are "
             "stored: Ohio 2, Texas 1."),
        ("/es", "por preguntar 3 ya se les preguntó 2 de ellos, confirmaron 1 Esperan hasta que se carguen los "
                "nuevos códigos postales de su estado: Ohio 2, Texas 1."),
    ],
)  # fmt: skip
def test_the_readers_to_be_asked_for_their_place_are_counted(
    snapshot_copy: Engine, lang: str, says: str
) -> None:
    asked = datetime(2027, 1, 4, 14, tzinfo=UTC)
    rows: list[tuple[str, datetime | None, datetime | None]] = [
        ("TX-37", None, None), ("OH-1", None, None), ("OH-2", None, None), ("MO-5", None, None),
        ("CA-12", None, asked), ("CA-12", asked + timedelta(hours=1), asked),
    ]  # fmt: skip
    with db.writing(snapshot_copy) as session:
        for number, (seat, placed, was_asked) in enumerate(rows):
            session.add(
                Subscriber(
                    campaign="us-guns-abroad",
                    email=f"r{number}@example.org",
                    key=f"k{number}",
                    seat=seat,
                    state="confirmed",
                    created=datetime(2026, 6, 1, tzinfo=UTC),
                    placed_at=placed,
                    place_asked_at=was_asked,
                )
            )
    with time_machine.travel(datetime(2027, 1, 5, tzinfo=UTC), tick=False):
        shown = text_of(staff(snapshot_copy).get(f"{lang}/organize/system").text)
    assert says in shown


def test_the_doctor_names_missing_maps(snapshot_copy: Engine) -> None:
    settings = Settings(secret_key=KEY, geocoder_url="")
    texts = {}
    for day in (datetime(2026, 11, 30, 12, tzinfo=UTC), datetime(2026, 12, 1, 12, tzinfo=UTC)):
        findings = doctor.examine(snapshot_copy, settings, now=day)
        texts[day.month] = {found.about: found.text for found in findings if found.level == "warning"}
    assert "boundaries" not in texts[11]
    for about in ("ZIP codes", "boundaries"):
        assert "120th Congress for AL, CA, FL, LA, NC, OH, TN, TX, UT" in texts[12][about]
