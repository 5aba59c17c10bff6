"""The rules by which a drill and the tests of two Januaries judge pages and mails."""

from datetime import UTC, datetime, timedelta

import pytest
from chambers import add_bill, filled
from filled import filled_by
from sqlalchemy.engine import Engine

from campaign import db
from campaign.districts import census
from campaign.drill import judging
from campaign.drill.pages import Page


@pytest.fixture
def small(engine: Engine) -> Engine:
    return filled_by(filled, engine)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("I am asking you to co-sponsor H.R. 6736.", True),
        ("Please co-sponsor last Congress's H.R. 6736 today.", True),
        ("Ask her to come back to H.R.\N{NO-BREAK SPACE}6736.", True),
        ("to hold a hearing on H.R. 6736 (119th)", True),
        ("Le pido que copatrocine H.R. 6736.", True),
        ("que vote a favor de la H.R. 6736", True),
        ("que vuelva a copatrocinar H.R. 6736", True),
        ("to be an original co-sponsor of the next version of H.R. 6736", False),
        ("Thank you for co-sponsoring last Congress's H.R. 6736.", False),
        ("Gracias por copatrocinar H.R. 6736 del Congreso pasado.", False),
        ("to co-sponsor H.R. 412, as you did H.R. 6736 of the 119th Congress", False),
    ],
)
def test_an_ask_for_a_dead_bill_is_found_with_or_without_its_congress(text: str, found: bool) -> None:
    assert judging.asked_for(text, {"H.R. 6736"}) == ({"H.R. 6736"} if found else set())


def judged(engine: Engine, path: str, html: str, moment: datetime) -> list[str]:
    with db.reading(engine) as session:
        return [fault.en for fault in judging.faults(session, [Page(path, 200, html)], moment)]


NOON = datetime(2027, 1, 3, 17, tzinfo=UTC)


@pytest.mark.parametrize(
    ("path", "html", "wrong"),
    [
        ("/bills/hr6736-119?", "H.R. 6736: 24 of them can vote on it today", "votes of today on H.R. 6736"),
        ("/es/bills/hr6736-119?", "H.R. 6736: 24 con voto en el pleno", "votes of today on H.R. 6736"),
        ("/bills/hr6736-119?", "Please co-sponsor H.R. 6736", "asks for H.R. 6736"),
        ("/bills/hr6736-119?", "H.R. 6736: 24 were on it", ""),
        ("/act/NY-1?", '<a href="/act/NY-1?member=A000002">Call</a>', "leads to A000002, who does not sit"),
        ("mail to a: b", "https://here.org/act/NY-2?kind=call&member=A000002", "leads to A000002"),
        ("/act/NY-1?", '<a href="/act/NY-1?member=A000001">Call</a>', ""),
        (
            "/act/NY-2?",
            "<h2>Lee MemberA2</h2> <p>Representative, New York</p>",
            "gives an office to Lee MemberA2",
        ),
        ("mail to a: b", "SUS LEGISLADORES Lee MemberA2 (Senadora, NY)", "gives an office to Lee MemberA2"),
        ("/bills/hr6736-119?", "Lee MemberA2 Representative, on its last day", ""),
        ("mail to a: b", "Lee MemberA1 (Representative, NY-1); Lee MemberA2 (D-NY) was on it", ""),
    ],
)
def test_what_no_page_may_say_after_noon(small: Engine, path: str, html: str, wrong: str) -> None:
    """Only the member of New York's first district has a term in the 120th Congress."""
    found = judged(small, path, html, NOON)
    assert len(found) == bool(wrong)
    assert not wrong or wrong in found[0]
    assert judged(small, path, html, NOON - timedelta(seconds=1)) == []


def test_words_for_a_dead_bill_are_not_led_to_once_it_has_a_successor(small: Engine) -> None:
    html = '<a href="/act/NY-1?member=A000001&amp;bill=hr6736-119">Call</a>'
    assert judged(small, "/", html, NOON) == []
    add_bill(small, "hr412-120", sponsor="A1", proposal="armas", introduced="2027-01-21")
    assert judged(small, "/", html, NOON) == ["/: leads to words for hr6736-119, which has a successor"]


@pytest.mark.parametrize(
    ("path", "html", "wrong"),
    [
        ("/act/TX-20?", "Texas, TX-20: these people speak for you", True),
        ("/act/TX-20?note=likely", "Texas, TX-20: these people speak for you", True),
        ("/find?zip=78205", "Your district: TX-20", True),
        ("mail to a@b.org: A quiet week", "Ana Castro (Representative, TX-20)", True),
        ("/act/TX-20?", "TX-20: since noon Eastern Texas has new districts", False),
        ("/es/act/TX-20?", "TX-20: hay distritos nuevos en Texas", False),
        ("/act/NY-1?", "NY-1: these people speak for you", False),
        ("/bills/hr6736-119?", "H.R. 6736 of the 119th Congress, by Ana Castro, TX-20", False),
    ],
)
def test_an_old_map_is_marked_until_the_new_one_is_stored(
    small: Engine, path: str, html: str, wrong: bool
) -> None:
    with db.writing(small) as session:
        census.replace_zips(
            session, [census.ZipRow("78205", "TX-20", 1), census.ZipRow("10001", "NY-1", 1)], 119
        )
    assert len(judged(small, path, html, NOON)) == wrong
    assert judged(small, path, html, NOON - timedelta(seconds=1)) == []
    with db.writing(small) as session:
        census.replace_zips(session, [census.ZipRow("78205", "TX-35", 1)], 120)
    assert judged(small, path, html, NOON) == []
