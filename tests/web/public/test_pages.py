"""The public pages on the campaign of fixtures/: what they say, where they lead, what they never claim."""

import re
from datetime import UTC, date, datetime, timedelta
from html import unescape
from html.parser import HTMLParser
from urllib.parse import parse_qsl, quote, unquote, urlsplit

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.engine import Engine
from sqlmodel import select

from campaign import db
from campaign.app import create_app
from campaign.congress.models import Cosponsorship
from campaign.districts.census import ZipRow, replace_zips, set_zips_state
from campaign.districts.models import DistrictShape
from campaign.settings import Settings

PAGES = [
    "/",
    "/find",
    "/find?zip=78207",
    "/find?zip=00000",
    "/act/TX-20",
    "/act/TX",
    "/act/TX-23",
    "/act/PR-0",
    "/act/DC-0",
    "/act/TX-20?member=C001098",
    "/act/TX-20?member=C001098&kind=tally&bill=s367-119",
    "/act/TX-20/aloud?member=C001098",
    "/act/TX-20/thanks",
    "/districts",
    "/bills",
    "/bills?q=H.R.+8427",
    "/bills/hr6736-119",
    "/bills/hr923-119?sort=state",
    "/bills/s367-119?on=2025-06-30",
    "/bills/hr8427-118",
    "/bills/s4647-118",
    "/proposals/armas-act",
    "/proposals/stop-arming-cartels-act",
    "/privacy",
    "/data",
    "/bills/hr1-119",
    "/act/TX-99",
]


class Outline(HTMLParser):
    """Headings, links, ids, labels and language of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.lang = ""
        self.levels: list[int] = []
        self.links: list[str] = []
        self.ids: list[str] = []
        self.labels: set[str] = set()
        self.fields: set[str] = set()
        self.attributes: set[str] = set()
        self.tags: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        self.tags.add(tag)
        self.attributes |= found.keys()
        if tag == "html":
            self.lang = found.get("lang", "")
        if re.fullmatch("h[1-6]", tag):
            self.levels.append(int(tag[1]))
        if tag in ("input", "select", "textarea") and found.get("type") != "hidden":
            self.fields.add(found.get("id", ""))
        if tag == "label":
            self.labels.add(found.get("for", ""))
        self.links += [found["href"]] if tag == "a" and "href" in found else []
        self.ids += [found["id"]] if "id" in found else []


def words(text: str) -> str:
    """A page as it is read: no tags, one space between words."""
    body = re.sub(r"(?s)<(title|desc|head)\b.*?</\1>", " ", text)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", body)))


def glued(text: str) -> list[str]:
    """Where two sentences stand without a space between them; the template engine eats line ends."""
    body = re.sub(r"</?(a|span|b|strong|small|abbr|time)\b[^>]*>", "", text.partition("<main")[2])
    plain = re.sub(r"<[^>]+>", " ", body)
    return re.findall(r"\S+[a-záéíóúñ0-9)][.:;][A-ZÁÉÍÓÚ¿¡]\w+", unescape(plain))


@pytest.mark.parametrize("lang", ["en", "es"])
@pytest.mark.parametrize("path", PAGES)
def test_pages_are_whole_and_sound(client: FlaskClient, path: str, lang: str) -> None:
    answer = client.get(path if lang == "en" else f"/es{path}")
    outline = Outline(answer.text)
    assert answer.status_code == (404 if path in PAGES[-2:] else 200)
    assert outline.lang == lang
    assert outline.levels[0] == 1
    assert outline.levels.count(1) == 1
    assert all(after - before <= 1 for before, after in zip(outline.levels, outline.levels[1:], strict=False))
    assert len(outline.ids) == len(set(outline.ids))
    assert outline.fields <= outline.labels
    assert not outline.tags & {"style", "iframe", "img"}
    scripts = re.findall(r"<script([^>]*)>(.*?)</script>", answer.text)
    assert [(re.sub(r"v=\w+", "v=", tag), body) for tag, body in scripts] == [
        (' src="/static/campaign.js?v=" defer', "")
    ]
    assert not {name for name in outline.attributes if name == "style" or name.startswith("on")}
    assert "None" not in words(answer.text)
    assert "%(" not in answer.text
    assert glued(answer.text) == []
    # The longest page lists 50 co-sponsors, one line each. What comes over the wire: test_first_visit.py.
    assert len(answer.data) < 28_000


@pytest.mark.parametrize("lang", ["en", "es"])
@pytest.mark.parametrize("path", PAGES)
def test_all_pages_but_those_of_calls_offer_the_weekly_mail_once(
    client: FlaskClient, path: str, lang: str
) -> None:
    before = "" if lang == "en" else "/es"
    text = client.get(before + path).text
    # A call leads to the next one, not to a newsletter.
    offered = "member=" not in path
    assert text.count(f'action="{before}/subscribe"') == offered
    assert text.count(f'name="language" value="{lang}"') == offered
    assert ('name="seat" value="TX-20"' in text) == (offered and path.startswith("/act/TX-20"))


# As many addresses of a kind are followed; that each of the others is one of ours is looked up.
OF_A_KIND = 2


def test_s29_every_link_leads_somewhere(app: Flask, client: FlaskClient) -> None:
    """A kind is a route in a language with the names of a query: a bill, a bill sorted, a bill on a day."""
    routes = app.url_map.bind("127.0.0.1:5000")
    kinds: dict[tuple[object, ...], set[str]] = {}
    seen, queue = {"/", "/es/"}, ["/", "/es/"]
    while queue:
        path = queue.pop()
        answer = client.get(path)
        assert answer.status_code in (200, 301, 302, 303), path
        if answer.mimetype != "text/html":
            continue
        for link in Outline(answer.text).links:
            local = link.partition("#")[0]
            if not local.startswith("/") or local in seen:
                continue
            seen.add(local)
            address = urlsplit(local)
            # Raises NotFound where no route has the address.
            endpoint, _values = routes.match(unquote(address.path))
            followed = kinds.setdefault((endpoint, *sorted(dict(parse_qsl(address.query)))), set())
            if len(followed) < OF_A_KIND:
                followed.add(local)
                queue.append(local)
    assert len(seen) > 1000
    assert len(kinds) > 75
    assert {
        "/privacy",
        "/data",
        "/readyz",
        "/api/v1/bills",
        "/api/v1/openapi.json",
        "/feeds/changes.atom",
    } <= seen


@pytest.mark.parametrize("path", PAGES[:-2])
def test_the_language_switch_keeps_the_place(client: FlaskClient, path: str) -> None:
    english = without_token(client.get(path).text)
    links = re.findall(
        r'<link rel="alternate" hreflang="(\w\w|x-default)" href="http://127.0.0.1:5000([^"]+)"', english
    )
    there = {code: unescape(link) for code, link in links}
    assert set(there) == {"en", "es", "x-default"}
    assert there["x-default"] == there["en"]
    spanish = client.get(there["es"]).text
    back = re.search(r'<a href="([^"]+)" lang="en"', spanish)
    assert back is not None
    assert without_token(client.get(unescape(back[1])).text) == english


def without_token(page: str) -> str:
    """A page without the token of its form: each form has its own."""
    return re.sub(r'(name="once" value=")[^"]+', r"\1", page)


# --- campaign and bills ----------------------------------------------------------------------------


def test_the_campaign_says_what_is_asked_and_how_many_are_on(client: FlaskClient) -> None:
    text = words(client.get("/").text)
    assert "Keep U.S. guns out of the cartels’ hands" in text
    assert "26 co-sponsors 24 of 435 representatives are on it, sponsor included. A majority is 218." in text
    assert "7 who backed an earlier version are not on it yet. newest on January 8, 2026" in text
    assert "Step 2 of 7: In committee since February 4, 2025" in text
    assert "70% From 2014 to 2018, 70% of the guns" in text
    assert "Source: U.S. Government Accountability Office, GAO-21-322" in text
    assert "Bill records as of June 1, 2026 (the copy that came with this site)" in text
    assert "Members as of July 15, 2026" in text


def test_the_campaign_in_spanish(client: FlaskClient) -> None:
    text = words(client.get("/es/").text)
    assert (
        "26 copatrocinadores Lo apoyan 24 de 435 representantes, con quien lo presentó. "
        "La mayoría son 218. 7 que apoyaron una versión anterior todavía no lo firman." in text
    )
    assert "la firma más reciente, el 14 de mayo de 2026" in text
    assert "Registro de los proyectos al 1 de junio de 2026" in text


def test_an_empty_database_teaches_the_next_step(sqlite_engine: Engine) -> None:
    client = create_app(Settings(secret_key="x" * 40), engine=sqlite_engine).test_client()
    text = words(client.get("/").text)
    assert "No campaign has been set up yet" in text
    assert "sign in and start one" in text
    assert "One useful email a week" not in text
    assert "One useful email a week" in words(client.get("/nothing").text)
    assert client.get("/bills").status_code == 200
    assert client.get("/find?zip=78207").status_code == 200


def test_a_bill_page_is_honest(client: FlaskClient) -> None:
    text = words(client.get("/bills/hr923-119").text)
    assert "Listed by Congress 26" in text
    assert "With a vote 23" in text
    assert "Delegate without a floor vote 1" in text
    assert "No longer in this chamber 2" in text
    assert "Co-sponsors of H.R. 923 over time: 26 co-sponsors on June 1, 2026." in text
    assert "Last full check: June 1, 2026" in text
    assert "https://www.congress.gov/bill/119th-congress/house-bill/923" in client.get("/bills/hr923-119").text


@pytest.mark.parametrize(
    ("sort", "first"),
    [("date", "February 4, 2025"), ("name", "Jake Auchincloss"), ("state", "AZ"), ("; drop", "D")],
)
def test_who_is_on_can_be_sorted(client: FlaskClient, sort: str, first: str) -> None:
    page = client.get("/bills/hr6736-119", query_string={"sort": sort}).text
    table = page.partition("the day each signed on")[2].partition("</table>")[0]
    rows = re.findall(r'(?s)<tr>\s*<th scope="row">(.*?)</tr>', table)
    assert len(rows) == 29
    if sort in ("name", "state"):
        assert first in rows[0]
        assert 'aria-sort="ascending"' in page


def test_a_past_day_shows_who_was_on_then(client: FlaskClient) -> None:
    text = words(client.get("/bills/hr6736-119?on=2026-01-10").text)
    assert "This is how it stood at the end of January 10, 2026" in text
    assert "Maxine Waters" not in text
    assert "Rashida Tlaib" in text


@pytest.mark.parametrize(
    ("day", "status", "says"),
    [
        ("2027-01-10", 404, "future"),
        ("2025-01-10", 404, "introduced on"),
        ("soon", 400, "is not a day; write it as 2026-06-01"),
        ("2026-13-45", 400, "is not a day; write it as 2026-06-01"),
    ],
)
def test_a_day_that_cannot_be_shown_is_refused(client: FlaskClient, day: str, status: int, says: str) -> None:
    answer = client.get("/bills/hr6736-119", query_string={"on": day})
    assert answer.status_code == status
    assert says in words(answer.text)


@pytest.mark.parametrize(
    ("typed", "leads"),
    [
        ("119/hr/6736", "/bills/hr6736-119"),
        ("H.R. 6736 (119th)", "/bills/hr6736-119"),
        ("HR6736-119", "/bills/hr6736-119"),
        ("https://www.congress.gov/bill/119th-congress/senate-bill/3508", "/bills/s3508-119"),
        ("H.R. 6736", "/bills?q=H.R.+6736"),
    ],
)
def test_any_form_of_a_name_leads_to_the_one_address(client: FlaskClient, typed: str, leads: str) -> None:
    answer = client.get(f"/bills/{typed}")
    assert answer.status_code in (301, 302)
    assert answer.location == leads


def test_a_number_of_one_bill_leads_there_at_once(client: FlaskClient) -> None:
    assert client.get("/es/bills?q=H.R.+6736").location == "/es/bills/hr6736-119"


def test_a_number_of_several_bills_is_asked_about(client: FlaskClient) -> None:
    text = words(client.get("/bills?q=H.R.+8427").text)
    assert "Congressional Pension Integrity Act" in text
    assert "Stop Arming Cartels Act" in text
    assert "Its current version is H.R. 923." in text.replace("\xa0", " ")


def test_a_dead_number_leads_to_its_living_successor(client: FlaskClient) -> None:
    page = client.get("/bills/hr8427-118").text
    assert "The current bill is H.R. 923." in words(page).replace("\xa0", " ")
    assert 'class="button" href="/bills/hr923-119"' in page


@pytest.mark.parametrize("path", ["/bills/hr8427-118", "/bills/s4647-118", "/proposals/armas-act", "/"])
def test_earlier_bills_are_shown_whole(client: FlaskClient, path: str) -> None:
    text = words(client.get(path).text)
    assert "Partial" not in text
    assert "Not read" not in text


@pytest.mark.parametrize(
    "path", ["/bills/hr99999-119", "/bills/nonsense", "/bills?q=<script>", "/proposals/none"]
)
def test_what_is_not_here_is_said_helpfully(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code in (400, 404)
    assert "<script>" not in answer.text
    assert 'href="/find"' in answer.text


def test_who_left_and_who_may_have_left_are_told_apart(snapshot_copy: Engine, clock: None) -> None:
    """One withdrawal waits for its second sighting: that person still counts. Another is confirmed."""
    with db.writing(snapshot_copy) as session:
        rows = session.exec(select(Cosponsorship).where(Cosponsorship.bill == "s3508-119")).all()
        rows[0].claim = "2026-05-20"
        rows[1].withdrawn = date(2026, 4, 2)
    client = create_app(Settings(secret_key="x" * 40), engine=snapshot_copy).test_client()
    text = words(client.get("/bills/s3508-119").text)
    assert "Congress lists a withdrawal on May 20, 2026. We are checking it." in text
    assert "Listed by Congress 4" in text
    assert "Withdrew 1" in text
    assert "withdrew on April 2, 2026" in text


# --- finding and acting ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "leads"),
    [
        ("78205-1234", None),
        ("10301", "/act/NY-11"),
        ("00601", "/act/PR-0"),
        ("20500", None),
        ("96910", "/act/GU-0"),
    ],
)
def test_a_zip_of_one_district_leads_to_its_people(client: FlaskClient, typed: str, leads: str | None) -> None:
    answer = client.get("/find", query_string={"zip": typed})
    assert answer.status_code == (303 if leads else answer.status_code)
    if leads:
        assert answer.location == leads


def test_a_split_zip_shows_every_district_with_cues(client: FlaskClient) -> None:
    text = words(client.get("/find?zip=78207").text)
    assert "Your ZIP code is in 3 districts" in text
    for district in ("Texas, district 20", "Texas, district 28", "Texas, district 35"):
        assert district in text
    assert "District offices in Laredo" in text


def test_an_unknown_zip_is_never_called_invalid(client: FlaskClient) -> None:
    answer = client.get("/find?zip=00000")
    text = words(answer.text)
    assert answer.status_code == 200
    assert "a district for ZIP code 00000" in text
    assert "invalid" not in text.lower()
    assert "By state and district" in text


@pytest.mark.parametrize("typed", ["abcde", "123", "7820１2", "78205; drop table", "x" * 5000])
def test_what_cannot_be_a_zip_is_refused_kindly(client: FlaskClient, typed: str) -> None:
    answer = client.get("/es/find", query_string={"zip": typed})
    assert answer.status_code == 400
    assert "cinco dígitos" in words(answer.text)


@pytest.mark.parametrize(
    ("choice", "status", "leads"),
    [
        ({"state": "TX", "district": "20"}, 303, "/act/TX-20"),
        ({"state": "WY", "district": ""}, 303, "/act/WY-0"),
        ({"state": "PR", "district": ""}, 303, "/act/PR-0"),
        ({"state": "TX", "district": ""}, 400, None),
        ({"state": "TX", "district": "77"}, 404, None),
        ({"state": "ZZ", "district": "1"}, 404, None),
    ],
)
def test_state_and_district_chosen_by_hand(
    client: FlaskClient, choice: dict[str, str], status: int, leads: str | None
) -> None:
    answer = client.get("/find", query_string=choice)
    assert (answer.status_code, answer.location) == (status, leads)


def test_without_a_geocoder_no_address_is_asked_for(client: FlaskClient, snapshot_engine: Engine) -> None:
    assert 'name="street"' not in client.get("/find").text
    with_one = create_app(Settings(secret_key="x" * 40), engine=snapshot_engine).test_client()
    assert 'name="street"' in with_one.get("/find").text
    assert "Street address: sent once" in words(with_one.get("/privacy").text)
    assert "geocoder" not in words(client.get("/privacy").text)


def test_the_three_people_of_a_seat_with_where_each_stands(client: FlaskClient) -> None:
    text = words(client.get("/act/TX-20").text)
    assert "Joaquin Castro Representative, Texas" in text
    assert "ARMAS Act : introduced H.R. 6736." in text.replace("\xa0", " ")
    assert "sits on the Senate Committee on Foreign Relations, which has S. 3508." in text.replace("\xa0", " ")


@pytest.mark.parametrize(
    ("typed", "leads"),
    [("tx-20", "/act/TX-20"), ("TX-020", "/act/TX-20"), ("WY-AL", "/act/WY-0"), ("wy-1", "/act/WY-0")],
)
def test_other_ways_to_write_a_seat_lead_to_its_address(client: FlaskClient, typed: str, leads: str) -> None:
    assert client.get(f"/act/{typed}").location == leads


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("/act/TX-99", "Texas has districts 1 to 38"),
        ("/act/WY-7", "Wyoming has one district, WY-0"),
        ("/act/ZZ-1", "There is no district “ZZ-1”"),
        ("/es/act/TX-99", "Texas tiene los distritos 1 a 38"),
        ("/act/TX-20?member=J000305", "does not represent TX-20"),
        ("/act/TX-20?member=C001091&kind=fax", "kinds are"),
    ],
)
def test_forged_addresses_get_a_helpful_page(client: FlaskClient, path: str, says: str) -> None:
    answer = client.get(path)
    assert answer.status_code in (400, 404)
    assert says in words(answer.text)


def test_a_vacant_seat_is_said_and_the_senators_stand_there(client: FlaskClient) -> None:
    text = words(client.get("/act/TX-23").text)
    assert "Texas, district 23: seat vacant" in text
    assert "Your senators still represent you" in text
    assert "John Cornyn" in text


@pytest.mark.parametrize(
    ("path", "role", "says"),
    [
        ("/act/PR-0", "Resident Commissioner", "Puerto Rico has no senators."),
        ("/act/DC-0", "Delegate", "The District of Columbia has no senators."),
        ("/es/act/DC-0", "Delegada", "El Distrito de Columbia no tiene senadores."),
        ("/es/act/VI-0", "Delegada", "Las Islas Vírgenes de EE. UU. no tienen senadores."),
    ],
)
def test_a_territory_has_a_voice_and_no_vacant_senators(
    client: FlaskClient, path: str, role: str, says: str
) -> None:
    text = words(client.get(path).text)
    assert role in text
    assert says in text
    assert not re.search("vacan", text)


def test_one_call_covers_the_whole_campaign(client: FlaskClient) -> None:
    page = client.get("/act/TX-20?member=C001098&kind=call").text
    text = words(page).replace("\xa0", " ")
    assert "Call Ted Cruz" in text
    assert "call 2 of 3" in text
    assert 'href="tel:+12022245922"' in page
    assert "to ask Senator Cruz to co-sponsor two Senate bills: the ARMAS Act, S. 3508, and" in text
    assert "sits on the Senate Committee on Foreign Relations, which has S. 3508." in text
    assert "Next: Joaquin Castro" in text
    assert '<span class="blank" data-blank="your_name">your name</span>' in page
    assert 'action="/act/TX-20?member=C001098&amp;kind=call#words"' in page
    assert "kind=&" not in unescape(page)


def test_what_a_reader_fills_in_comes_back_and_stays_nowhere(client: FlaskClient) -> None:
    written = {
        "your_name": "Ana <b>Ruiz</b>",
        "your_town": "San Antonio",
        "website": "x",
        "your_address": "5 Elm St",
    }
    answer = client.post("/es/act/TX-20?member=C001098", data=written)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert '<span class="blank filled" data-blank="your_name">Ana &lt;b&gt;Ruiz&lt;/b&gt;</span>' in answer.text
    assert 'value="San Antonio"' in answer.text
    assert "San Antonio" not in client.get("/es/act/TX-20?member=C001098").text.partition('id="words"')[2]
    assert "Ruiz" not in re.search("<link rel=.alternate. hreflang=.en.[^>]+>", answer.text)[0]  # type: ignore[index]


def test_a_letter_has_its_own_page(client: FlaskClient) -> None:
    answer = client.get("/es/act/TX-20?member=C001098&kind=letter")
    assert (answer.status_code, answer.location) == (302, "/es/act/TX-20/letter?member=C001098")
    assert "Estimado senador Cruz:" in client.get(answer.location).text


def test_at_the_end_it_adds_up(client: FlaskClient) -> None:
    text = words(client.get("/act/TX-20/thanks").text)
    assert "26 co-sponsors newest on" in text
    assert "http://127.0.0.1:5000/" in text
    assert "reported here" not in text


@pytest.mark.parametrize("lang", ["en", "es"])
def test_the_next_map_is_said_with_its_date_and_sources(client: FlaskClient, lang: str) -> None:
    page = client.get("/districts" if lang == "en" else "/es/districts").text
    day = {
        "en": "take effect on January 3, 2027 at noon",
        "es": "rigen desde el 3 de enero de 2027 al mediodía",
    }[lang]
    assert day in words(page)
    for state in ("Texas", "Alabama", "Tennessee"):
        assert state in words(page)
    missing = {"en": "no source available", "es": "sin fuente disponible"}[lang]
    row = re.search(r'<th scope="row">\s*Tennessee.*?</tr>', page, re.DOTALL)
    assert row is not None
    assert missing in row[0]
    assert page.count(missing) == 1
    assert len(re.findall(r'href="https://github.com/yapms/yapms/pull/\d+"', page)) == 8
    # Missouri keeps its districts, and is named as that.
    assert re.search(r'<th scope="row">\s*(Missouri|Misuri)', page) is None
    assert "26A388" in page


def test_a_state_with_new_districts_says_so_where_it_matters(client: FlaskClient) -> None:
    assert "Texas gets new districts with the next Congress." in words(client.get("/act/TX-20").text)
    assert "Texas gets new districts with the next Congress." in words(client.get("/find?zip=78207").text)
    assert "gets new districts" not in words(client.get("/act/NY-11").text)


def pages_at(engine: Engine, moment: datetime, *paths: str) -> list[str]:
    with time_machine.travel(moment, tick=False):
        client = create_app(Settings(secret_key="x" * 40), engine=engine).test_client()
        return [words(client.get(path).text) for path in paths]


def test_after_the_switch_the_new_districts_count(snapshot_engine: Engine) -> None:
    paths = ("/districts", "/act/TX-20", "/find", "/find?zip=78701", "/act/NY-11", "/act/MO-5", "/act/AK-0")
    turn = datetime(2027, 1, 3, 17, 0, tzinfo=UTC)
    page, act, find, found, *unchanged = pages_at(snapshot_engine, turn, *paths)
    assert "The new districts of these states took effect on January 3, 2027 at noon, Washington time." in page
    assert "gets new districts" not in act
    # The table of Texas is not here: no page says that its districts are used.
    lacking = "We don’t have the new districts of these states yet: Alabama, California,"
    assert lacking in page
    assert lacking in find
    for text in (page, find, found):
        assert "We use the districts of this Congress, the 120th" not in text
    assert "In all other states we use the districts of this Congress, the 120th" in page
    assert "Since noon Eastern time on January 3, 2027 Texas has new districts" in act
    assert "find it by street address" in act
    assert "ZIP code 78701 was in TX-37 until then" in found
    assert "Your senators are the same in every district" in found
    assert not any("new districts" in text for text in unchanged)
    (split,) = pages_at(snapshot_engine, turn, "/find?zip=60640")
    assert "map of the 119th Congress. The districts there have not changed since then." in split


def test_from_december_on_now_and_then_are_told_apart(snapshot_copy: Engine) -> None:
    december = datetime(2026, 12, 2, 17, 0, tzinfo=UTC)
    with db.writing(snapshot_copy) as session:
        replace_zips(session, [ZipRow("78207", "TX-28", None), ZipRow("78840", "TX-20", None)], 120)
        set_zips_state(session, 120, december, "test")
    act, kept, split, before = pages_at(
        snapshot_copy, december, "/act/TX-20", "/act/NY-11", "/find?zip=78207", "/es/act/TX-20"
    )
    assert "This is who represents TX-20 now, until noon Eastern time on January 3, 2027." in act
    assert "until noon" not in kept
    assert "From noon Eastern time on January 3, 2027 it is in TX-28." in split
    assert "hasta el mediodía (hora del Este) del 3 de enero de 2027" in before
    with time_machine.travel(december, tick=False):
        client = create_app(Settings(secret_key="x" * 40), engine=snapshot_copy).test_client()
        answer = client.get("/find?zip=78840")
        assert answer.status_code == 303
        page = words(client.get(answer.location).text)
    assert "it is in TX-20" in page


def test_the_page_of_a_new_district_says_so_while_it_is_new(snapshot_copy: Engine) -> None:
    turn = datetime(2027, 1, 3, 17, 0, tzinfo=UTC)
    with db.writing(snapshot_copy) as session:
        replace_zips(session, [ZipRow("78207", "TX-28", None)], 120)
        set_zips_state(session, 120, turn, "test")
    (fresh,) = pages_at(snapshot_copy, turn, "/act/TX-28")
    assert "this page is about the new TX-28" in fresh
    assert "find it by ZIP code." in fresh
    (later,) = pages_at(snapshot_copy, turn + timedelta(days=200), "/act/TX-28")
    assert "new districts" not in later


def test_the_position_is_asked_for_by_a_button_that_needs_scripts(client: FlaskClient) -> None:
    form = re.search(r'<form class="locate"[^>]+>', client.get("/find").text)
    assert form is not None
    assert 'method="post"' in form[0]
    assert " hidden " in form[0]


def test_no_position_is_asked_for_where_its_district_could_not_be_told(snapshot_copy: Engine) -> None:
    with db.writing(snapshot_copy) as session:
        session.execute(sa.delete(DistrictShape))
    with time_machine.travel(datetime(2027, 1, 3, 17, 0, tzinfo=UTC), tick=False):
        client = create_app(Settings(secret_key="x" * 40), engine=snapshot_copy).test_client()
        pages = [client.get(path).text for path in ("/find", "/es/find", "/privacy")]
    assert "locate" not in pages[0] + pages[1]
    assert "Your location" not in pages[2]


@pytest.mark.parametrize(
    ("path", "promise"),
    [
        ("/find", "We look up your location on our own map and don’t save it."),
        ("/privacy", "It comes only to us. We look it up on our own map and don’t save it."),
        ("/es/privacy", "Llega solo a nosotros. La buscamos en nuestro mapa y no la guardamos."),
    ],
)
def test_a_position_is_promised_to_stay_here(client: FlaskClient, path: str, promise: str) -> None:
    assert promise in words(client.get(path).text)


def test_another_bill_can_be_chosen_for_the_same_person(client: FlaskClient) -> None:
    text = words(client.get("/act/TX-20?member=C001098&kind=tally&bill=s367-119").text)
    assert "to co-sponsor the Stop Arming Cartels Act, S. 367." in text.replace("\xa0", " ")


def test_every_public_page_has_a_spanish_twin(app: Flask) -> None:
    rules = {rule.endpoint: rule.rule for rule in app.url_map.iter_rules()}
    english = {name.removeprefix("public_en."): rule for name, rule in rules.items() if "public_en." in name}
    spanish = {name.removeprefix("public_es."): rule for name, rule in rules.items() if "public_es." in name}
    assert len(english) > 20
    assert {name: f"/es{rule}" for name, rule in english.items()} == spanish


STRANGE = ["\x00", "TX-20\x00", "TX-2０", "../../etc/passwd", "x" * 3000, "%s", "' OR 1=1 --", "🗳"]


def strange_places(typed: str) -> list[tuple[str, dict[str, str], set[int]]]:
    """Every address with ``typed`` in it, with the answers it may get."""
    inside = ("/act/{}", "/bills/{}", "/proposals/{}", "/api/v1/bills/{}", "/api/v1/proposals/{}", "/es/{}")
    paths = [(one.format(quote(typed, safe="")), {}, {301, 302, 308, 400, 404}) for one in inside]
    asked = {
        "/find": ("zip", "state"),
        "/bills": ("q",),
        "/bills/hr923-119": ("on",),
        "/act/TX-20": ("member",),
    }
    asked["/api/v1/changes"] = ("since", "bill")
    queries = [(path, {name: typed}, {400, 404}) for path, names in asked.items() for name in names]
    # Of a control character alone nothing is left, and a field may be empty.
    if typed == "\x00":
        queries = [(path, query, answers | {200, 303}) for path, query, answers in queries]
    scripts = [("/act/TX-20", {"member": "C001091", name: typed}, {200, 400, 404}) for name in ("kind", "bill")]
    return [*paths, *queries, *scripts]


def test_any_text_in_any_place_gets_a_helpful_page(loaded_engine: Engine, clock: None) -> None:
    client = create_app(Settings(secret_key="x" * 40, geocoder_url=""), engine=loaded_engine).test_client()
    wrong = []
    for typed in STRANGE:
        for path, query, allowed in strange_places(typed):
            status = client.get(path, query_string=query).status_code
            wrong += [] if status in allowed else [(path, query, status)]
        posted = client.post("/find", data={"street": typed, "city": typed}).status_code
        wrong += [] if posted in (200, 400) else [("POST /find", typed, posted)]
    assert wrong == []


@pytest.mark.parametrize(
    ("moment", "en", "es"),
    [
        ("2026-11-30T17:00", "", ""),
        (
            "2026-12-22T17:00",
            "This Congress ends in 12 days, on January 3",
            "termina en 12 días, el 3 de enero",
        ),
        ("2027-01-02T17:00", "This Congress ends tomorrow, January 3", "termina mañana, el 3 de enero"),
        ("2027-01-03T16:59", "This Congress ends today at noon Eastern time.", "termina hoy al mediodía"),
        ("2027-01-03T17:00", "", ""),
    ],
)
def test_in_its_last_weeks_every_page_says_how_long_the_congress_has(
    snapshot_engine: Engine, moment: str, en: str, es: str
) -> None:
    means = "Bills that are not law by then expire and must be introduced again."
    with time_machine.travel(datetime.fromisoformat(moment).replace(tzinfo=UTC), tick=False):
        client = create_app(Settings(secret_key="x" * 40), engine=snapshot_engine).test_client()
        for path in ("/", "/bills/hr6736-119", "/privacy"):
            shown = words(client.get(path).text)
            assert en in shown
            # Before that, the pages of bills say it by the day.
            assert shown.count(means) == (bool(en) or (moment < "2026-12" and path != "/privacy"))
        assert es in words(client.get("/es/find").text)


def test_when_the_congress_has_ended_the_pages_say_so(snapshot_engine: Engine) -> None:
    with time_machine.travel(datetime(2027, 1, 5, 15, tzinfo=UTC), tick=False):
        client = create_app(Settings(secret_key="x" * 40), engine=snapshot_engine).test_client()
        front, bill = words(client.get("/").text), words(client.get("/bills/hr6736-119").text)
        act, script = words(client.get("/act/TX-20").text), client.get("/act/TX-20?member=C001098&kind=call")
        gone = client.get("/act/TX-20?member=C001091&kind=call")
        proposal = words(client.get("/proposals/armas-act").text)
    assert "We don’t know if this bill has been introduced in the 120th Congress." in front
    assert "Expired" in bill
    # Castro's term ended at noon two days ago, and no list says yet who sits; Cruz's runs until 2031.
    assert "We don’t know yet who represents Texas, district 20" in act
    assert "vacant" not in act
    assert "Castro" not in act
    assert gone.status_code == 404
    assert "S. 3508 expired with the 119th Congress; we do not know of a successor" in act.replace("\xa0", " ")
    said = words(script.text).replace("\xa0", " ")
    assert "be an original co-sponsor of the next version of the ARMAS Act" in said
    assert "next version of last Congress" not in said
    assert "29 co-sponsors" in proposal


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/act/TX-20", "who represents Texas, district 20 in the House:"),
        ("/act/TX-20", "who holds one of the two Senate seats of Texas:"),
        ("/es/act/TX-20", "quién ocupa uno de los dos escaños de Texas en el Senado."),
        ("/act/VT-0", "who represents Vermont in the House:"),
        ("/es/act/VT-0", "quién representa a Vermont en la Cámara."),
    ],
)
def test_of_a_state_with_a_senator_nobody_says_that_its_members_are_not_known(
    snapshot_engine: Engine, path: str, said: str
) -> None:
    (act,) = pages_at(snapshot_engine, datetime(2027, 1, 5, 15, tzinfo=UTC), path)
    assert said in act
    assert "who represents Texas:" not in act
    assert "quién representa a Texas." not in act


@pytest.mark.parametrize(
    ("bill", "asked"),
    [
        ("s367-119", "S. 367"), ("hr923-119", "S. 367"), ("hr8427-118", "S. 367"), ("s2926-118", "S. 367"),
        ("s3508-119", "S. 3508"), ("hr6618-118", "S. 3508"), ("hr9539-117", "S. 3508"),
    ],
)  # fmt: skip
def test_a_link_with_an_old_number_leads_to_the_same_proposal(
    client: FlaskClient, bill: str, asked: str
) -> None:
    """Links in mails and on posters outlive their numbers."""
    page = client.get(f"/act/TX-20?member=C001098&bill={bill}&kind=tally").text
    said = re.search(r"Please note: I.m asking .*? Thank you", words(page).replace("\N{NO-BREAK SPACE}", " "))
    assert said
    assert set(re.findall(r"S\. \d+", said[0])) == {asked}
