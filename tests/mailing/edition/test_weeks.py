"""What a week's mail says, when it comes, and that what is looked at is what is sent (E44–E46)."""

import email
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlmodel import col, select

from benchmarks import mail as bench
from campaign import db
from campaign.mailing import results
from campaign.mailing.delivery.sending import deliver
from campaign.mailing.edition import alerts, building, contents, editions, lifecycle, previews
from campaign.mailing.edition.digest import Group
from campaign.mailing.edition.send_times import monday_of, period_of, send_time
from campaign.mailing.models import Content, Delivery, Edition
from campaign.outreach.bilingual import Text
from campaign.outreach.time_zones import STATE_ZONES
from campaign.refusals import Refused
from campaign.settings import Settings
from jobs import build_editions

from mondays import CAMPAIGN, MONDAY, Clock  # isort: skip
from smtp_sink import Box  # isort: skip
from week import prepare, see  # isort: skip

Make = Callable[..., Any]
GARZA = {"G000559": date(2026, 6, 18)}


def subjects(engine: Engine) -> dict[tuple[str, str], str]:
    with db.reading(engine) as session:
        return {(row.language, row.seat): row.subject for row in session.exec(select(Content))}


def text_of(raw: bytes) -> str:
    part = email.message_from_bytes(raw, policy=default).get_body(("plain",))
    assert part is not None
    return str(part.get_content())


# --- quiet and busy weeks ---


@pytest.mark.parametrize(("choice", "state", "groups"), [("nothing", "quiet", 0), ("note", "draft", 1)])
def test_e44_a_quiet_week_sends_nothing_or_a_short_note_as_chosen(
    engine: Engine, settings: Settings, readers: Make, rules: Make, choice: str, state: str, groups: int
) -> None:
    prepare(engine)
    readers("a@readers-host.org", seat="TX-20")
    rules(quiet_week=choice)
    built = building.build(engine, settings, CAMPAIGN, now=MONDAY)
    assert (built.state, built.groups) == (state, groups)
    if groups:
        raw = previews.preview(engine, settings, Group("en", "TX-20"), edition=built.edition, now=MONDAY)
        assert "A quiet week is a good week to call." in text_of(raw)


def test_e44_each_week_of_ten_years_has_one_morning_in_every_zone(settings: Settings) -> None:
    day, seen = date(2026, 1, 5), set()
    while day.year < 2036:
        period = period_of(datetime(day.year, day.month, day.day, 16, tzinfo=UTC), settings)
        assert monday_of(period) == day
        for state in ("NY", "CA", "AZ", "HI", "GU"):
            at = send_time(day, 8, state, settings)
            local = at.astimezone(STATE_ZONES[state])
            assert (local.date(), local.hour) == (day, 8)
            seen.add((state, at))
        day += timedelta(days=7)
    assert len(seen) == 5 * 522


def test_e44_the_schedule_makes_one_edition_a_week_and_only_says_so_twice(
    engine: Engine, settings: Settings, readers: Make, rules: Make
) -> None:
    readers("a@readers-host.org")
    rules(quiet_week="note", approve="automatic")
    weeks = [MONDAY + timedelta(days=7 * week) for week in range(3)]
    for at in [*weeks, *weeks]:
        build_editions.run(engine, settings, now=at)
    with db.reading(engine) as session:
        assert len(session.exec(select(Edition)).all()) == 3
        assert len(session.exec(select(Delivery)).all()) == 3


@pytest.mark.parametrize("period", ["2026", "2026-W60", "W26", "2026-W26; DROP", "２０２６-W26", "2031-W01"])
def test_e44_what_is_no_week_is_refused(engine: Engine, settings: Settings, period: str) -> None:
    with pytest.raises(Refused):
        building.build(engine, settings, CAMPAIGN, now=MONDAY, period=period)


def test_subjects_say_the_news_to_each(engine: Engine, settings: Settings, readers: Make) -> None:
    prepare(engine)
    for place, seat in enumerate(("TX-28", "TX-21", "TX", "")):
        for lang in ("en", "es"):
            readers(f"{lang}{place}@readers-host.org", seat=seat, language=lang)
    see(engine, joined=GARZA, read_at=MONDAY.replace(day=20))
    building.build(engine, settings, CAMPAIGN, now=MONDAY)
    assert subjects(engine) == {
        ("en", "TX-28"): "Representative Garza signed on to the ARMAS Act",
        ("es", "TX-28"): "La representante Garza firmó la Ley ARMAS",
        ("en", "TX-21"): "One more signs on to the ARMAS Act; your representative hasn’t yet",
        ("es", "TX-21"): "Una firma más para la Ley ARMAS; quien le representa aún no",
        ("en", "TX"): "One more signs on to the ARMAS Act",
        ("es", "TX"): "Una firma más para la Ley ARMAS",
        ("en", ""): "One more signs on to the ARMAS Act",
        ("es", ""): "Una firma más para la Ley ARMAS",
    }


def test_baselines_and_late_back_fills_are_not_news(engine: Engine, settings: Settings, readers: Make) -> None:
    prepare(engine)
    readers("a@readers-host.org")
    see(engine, joined={"G000559": date(2026, 5, 2)}, read_at=MONDAY.replace(day=20))
    assert building.build(engine, settings, CAMPAIGN, now=MONDAY).state == "quiet"


def test_the_same_news_is_told_once(engine: Engine, settings: Settings, readers: Make) -> None:
    prepare(engine)
    readers("a@readers-host.org")
    see(engine, joined=GARZA, read_at=MONDAY.replace(day=20))
    first = building.build(engine, settings, CAMPAIGN, now=MONDAY)
    assert lifecycle.publish(engine, settings, first.edition, by="t", now=MONDAY) == 1
    assert building.build(engine, settings, CAMPAIGN, now=MONDAY + timedelta(days=7)).state == "quiet"


def test_news_of_an_edition_that_never_left_comes_with_the_next(
    engine: Engine, settings: Settings, readers: Make
) -> None:
    prepare(engine)
    readers("a@readers-host.org")
    see(engine, joined=GARZA, read_at=MONDAY.replace(day=20))
    building.build(engine, settings, CAMPAIGN, now=MONDAY)
    assert building.build(engine, settings, CAMPAIGN, now=MONDAY + timedelta(days=7)).state == "draft"


def test_counts_are_honest_and_carry_the_difference(engine: Engine, settings: Settings, readers: Make) -> None:
    prepare(engine)
    readers("a@readers-host.org", seat="TX-21")
    see(engine, joined={**GARZA, "N000001": date(2026, 6, 16)}, read_at=MONDAY.replace(day=20))
    built = building.build(engine, settings, CAMPAIGN, now=MONDAY)
    text = text_of(previews.preview(engine, settings, Group("en", "TX-21"), edition=built.edition, now=MONDAY))
    # There was no mail yet.
    assert "H.R. 6736 (ARMAS Act): 2, +2 lately" in text
    assert "2 can vote" in text
    assert "Maria Garza (D-TX) and Ana Núñez <b> (D-CA) joined" in text or "signed on" in text
    assert "not a co-sponsor of H.R. 6736 yet" in text


def test_a_difference_is_one_from_the_last_mail_where_there_was_one(
    engine: Engine, settings: Settings, readers: Make
) -> None:
    prepare(engine)
    readers("a@readers-host.org", seat="TX-21")
    see(engine, joined=GARZA, read_at=MONDAY.replace(day=20))
    built = building.build(engine, settings, CAMPAIGN, now=MONDAY)
    lifecycle.publish(engine, settings, built.edition, by="t", now=MONDAY)
    later = MONDAY + timedelta(days=7)
    see(engine, joined={**GARZA, "N000001": date(2026, 6, 24)}, read_at=MONDAY + timedelta(days=3))
    second = building.build(engine, settings, CAMPAIGN, now=later)
    text = text_of(previews.preview(engine, settings, Group("es", "TX-21"), edition=second.edition, now=later))
    assert "H.R. 6736 (Ley ARMAS): 2, +1 desde el último correo" in text


def test_a_stage_reached_is_the_news(engine: Engine, settings: Settings, readers: Make) -> None:
    prepare(engine)
    readers("a@readers-host.org", language="es")
    steps = ((date(2026, 6, 17), "Ordered to be Reported by the Yeas and Nays: 30 - 20.", ""),)
    steps += ((date(2026, 6, 18), "Reported by the Committee on Foreign Affairs. H. Rept. 119-400.", "5000"),)
    see(engine, joined={}, steps=steps, read_at=MONDAY.replace(day=20))
    building.build(engine, settings, CAMPAIGN, now=MONDAY)
    (subject,) = subjects(engine).values()
    assert subject.startswith("La Ley ARMAS: ")


def test_a_note_needs_both_languages_and_reaches_both(
    engine: Engine, settings: Settings, readers: Make, rules: Make
) -> None:
    readers("a@readers-host.org")
    readers("b@readers-host.org", language="es")
    rules(quiet_week="note")
    built = building.build(engine, settings, CAMPAIGN, now=MONDAY)
    with pytest.raises(Refused):
        building.set_note(engine, settings, built.edition, "Only English", "", now=MONDAY)
    building.set_note(engine, settings, built.edition, "Thank you.", "Gracias.", now=MONDAY)
    for lang, words in (("en", "Thank you."), ("es", "Gracias.")):
        raw = previews.preview(engine, settings, Group(lang), edition=built.edition, now=MONDAY)
        assert words in text_of(raw)


def test_a_note_that_is_refused_leaves_the_draft_as_it_was(
    engine: Engine, settings: Settings, readers: Make, rules: Make
) -> None:
    readers("a@readers-host.org")
    readers("b@readers-host.org", language="es")
    rules(quiet_week="note")
    built = building.build(engine, settings, CAMPAIGN, now=MONDAY)
    building.set_note(engine, settings, built.edition, "Thank you.", "Gracias.", now=MONDAY)
    before = subjects(engine)
    with pytest.raises(Refused, match="kB"):
        building.set_note(engine, settings, built.edition, "Short.", "palabra " * 15_000, now=MONDAY)
    assert subjects(engine) == before
    for lang, words in (("en", "Thank you."), ("es", "Gracias.")):
        raw = previews.preview(engine, settings, Group(lang), edition=built.edition, now=MONDAY)
        assert words in text_of(raw)


def test_copies_wait_for_the_send_time_where_the_reader_lives(
    engine: Engine, readers: Make, built: Make, outbox: Make, clock: Clock, box: Box
) -> None:
    readers("east@readers-host.org", seat="NY-1")
    readers("west@readers-host.org", seat="CA-1")
    clock.at = datetime(2026, 6, 22, 13, 0, tzinfo=UTC)
    built(now=clock())
    deliver(outbox())
    assert list(box.got) == ["east@readers-host.org"]
    clock.sleep(3 * 3600)
    deliver(outbox())
    assert list(box.got) == ["east@readers-host.org", "west@readers-host.org"]


def test_an_edition_leaves_from_the_first_of_its_readers_mornings_on(
    engine: Engine, settings: Settings, readers: Make, rules: Make
) -> None:
    rules(quiet_week="note")
    built = building.build(engine, settings, CAMPAIGN, now=MONDAY, period="2026-W27")
    with db.reading(engine) as session:
        assert results.first_due(session, editions.get(session, built.edition)) is None
    readers("west@readers-host.org", seat="CA-1")
    readers("east@readers-host.org", seat="NY-1")
    building.set_note(engine, settings, built.edition, "Thank you.", "Gracias.", now=MONDAY)
    with db.reading(engine) as session:
        first = results.first_due(session, editions.get(session, built.edition))
    assert first == datetime(2026, 6, 29, 12, 0, tzinfo=UTC)


def test_alerts_come_once_a_day_to_who_asked_and_whose_member_moved(
    engine: Engine, settings: Settings, readers: Make
) -> None:
    prepare(engine)
    readers("hers@readers-host.org", seat="TX-28", alerts=True)
    readers("others@readers-host.org", seat="TX-21", alerts=True)
    readers("weekly@readers-host.org", seat="TX-28")
    see(engine, joined=GARZA, read_at=MONDAY.replace(day=20))
    assert alerts.build(engine, settings, CAMPAIGN, now=MONDAY.replace(day=20, hour=18)) == 1
    assert alerts.build(engine, settings, CAMPAIGN, now=MONDAY.replace(day=20, hour=19)) == 0
    assert list(subjects(engine).values()) == ["Representative Garza signed on to the ARMAS Act"]


@pytest.mark.parametrize("act", ["pause", "cancel"])
@pytest.mark.parametrize("meanwhile", [False, True])
def test_a_held_alert_is_not_let_go_by_what_comes_after_it(
    engine: Engine, settings: Settings, readers: Make, edition_row: Make, monkeypatch: pytest.MonkeyPatch,
    act: str, meanwhile: bool,
) -> None:  # fmt: skip
    """Neither of before, nor where somebody holds it while the copies of more readers are written."""
    prepare(engine)
    readers("hers@readers-host.org", seat="TX-28", alerts=True)
    readers("others@readers-host.org", seat="TX-21", alerts=True)
    see(engine, joined=GARZA, read_at=MONDAY.replace(day=20))
    evening = MONDAY.replace(day=20, hour=18)
    assert alerts.build(engine, settings, CAMPAIGN, now=evening) == 1
    with db.reading(engine) as session:
        (number,) = session.exec(select(Edition.id).where(Edition.kind == "alert"))
    assert number is not None

    def hold() -> None:
        if act == "pause":
            lifecycle.pause(engine, number, why=Text("a wrong name", "un nombre equivocado"))
        else:
            lifecycle.cancel(engine, number, why=Text("a wrong name", "un nombre equivocado"), now=evening)

    see(engine, joined={**GARZA, "R000001": date(2026, 6, 19)}, read_at=MONDAY.replace(day=20, hour=19))
    with monkeypatch.context() as patched:
        if meanwhile:
            write = contents.add_missing
            patched.setattr(contents, "add_missing", lambda *given: (hold(), write(*given)))
        else:
            hold()
        assert alerts.build(engine, settings, CAMPAIGN, now=MONDAY.replace(day=20, hour=20)) == 0
    held = edition_row(number)
    assert (held.state, held.problem) == ("paused" if act == "pause" else "stopped", "a wrong name")
    with db.reading(engine) as session:
        assert len(session.exec(select(Delivery)).all()) == 1
    if act == "pause":
        lifecycle.resume(engine, number, now=evening)
        assert alerts.build(engine, settings, CAMPAIGN, now=MONDAY.replace(day=20, hour=21)) == 1
    else:
        assert alerts.build(engine, settings, CAMPAIGN, now=MONDAY.replace(day=21)) == 2


# --- speed and sameness ---


def test_e45_one_worker_keeps_the_pace_in_flat_memory(loaded_engine: Engine, tmp_path: Path) -> None:
    """The gate itself is ``make bench`` (100,000 readers); here a worker's memory does not grow with its rows,
    which is what its size rests on, and every copy leaves."""
    place = loaded_engine.url.render_as_string(hide_password=False)
    memories = []
    with bench.sink(tmp_path) as (port, log):
        chosen = bench.settings_for(place, port)
        bench.fill(loaded_engine, chosen, 700, places=1)
        bench.publish(loaded_engine, chosen)
        beyond = sa.select(Delivery).order_by(col(Delivery.id)).offset(100)
        with db.writing(loaded_engine) as session:
            held = [row.model_dump() for row in session.scalars(beyond)]
            session.execute(sa.delete(Delivery).where(col(Delivery.id) >= held[0]["id"]))
        for added, arrived in (([], 100), (held, 700)):
            with db.writing(loaded_engine) as session:
                db.insert(session, Delivery, added)
                session.execute(sa.update(Edition).values(state="sending"))
            _, memory = bench.run_workers(place, port, 1)
            memories.append(memory)
            assert len(set(log.read_text().split())) == arrived
    assert max(memories) < 200
    assert memories[1] - memories[0] < 6


@pytest.mark.parametrize("group", [Group("en", "TX-28"), Group("es", "TX-21"), Group("es")])
def test_e46_the_preview_is_the_message_but_for_the_reader(
    engine: Engine, settings: Settings, readers: Make, outbox: Make, box: Box, group: Group
) -> None:
    prepare(engine)
    readers("a@readers-host.org", seat=group.seat, language=group.language)
    see(engine, joined=GARZA, read_at=MONDAY.replace(day=20))
    built = building.build(engine, settings, CAMPAIGN, now=MONDAY)
    seen = previews.preview(engine, settings, group, edition=built.edition, now=MONDAY)
    lifecycle.publish(engine, settings, built.edition, by="t", now=MONDAY)
    deliver(outbox())
    ((_, _, sent),) = box.messages
    assert without_reader(seen) == without_reader(sent)


def without_reader(raw: bytes) -> bytes:
    """A message without To, Message-ID and the reader's link; everything else byte by byte."""
    plain = re.sub(rb"^(To|Message-ID): .*\r\n", b"", raw, flags=re.MULTILINE).replace(b"=\r\n", b"")
    return re.sub(rb"unsubscribe/[A-Za-z0-9_-]{43}", b"unsubscribe/", plain)


def test_e46_a_test_copy_is_the_same_bytes(
    engine: Engine, settings: Settings, readers: Make, rules: Make, outbox: Make, box: Box
) -> None:
    readers("a@readers-host.org")
    rules(quiet_week="note")
    built = building.build(engine, settings, CAMPAIGN, now=MONDAY)
    previews.send_test(engine, built.edition, Group("en"), "desk@campaign-host.org", now=MONDAY)
    deliver(outbox())
    ((_, recipient, sent),) = box.messages
    assert recipient == "desk@campaign-host.org"
    seen = previews.preview(engine, settings, Group("en"), edition=built.edition, now=MONDAY)
    assert without_reader(seen) == without_reader(sent)
