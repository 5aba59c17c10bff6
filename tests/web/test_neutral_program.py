"""The program says nothing of the campaign that ships: another one's pages, scripts, letters and kits hold none
of its words."""

import re
from collections.abc import Iterator
from datetime import datetime
from html import unescape
from pathlib import Path

import pytest
import time_machine
from copies import copy_of
from flask.testing import FlaskClient
from housing import BILLS
from organizer_client import sign_in
from sqlalchemy.engine import Engine

from campaign import db
from campaign.app import create_app
from campaign.congress import ledger
from campaign.organizing import campaign_file, campaign_setup
from campaign.settings import Settings

HOMES = """\
campaign: rural-homes
title: {en: Homes for rural America, es: Viviendas para el campo}
summary: {en: Two bills would let agencies share their reviews., es: Dos proyectos harían compartir revisiones.}
proposals:
  - slug: streamlining
    name: {en: Streamlining Rural Housing Act, es: Ley de Vivienda Rural}
    summary: {en: Two offices accept one review., es: Dos oficinas aceptan una.}
    effect:
      en: "Two agencies would share a review.\\n\\nThe bill would have both accept one review."
      es: "El proyecto haría compartir una revisión.\\n\\nEl proyecto haría que ambos acepten una revisión."
    points:
      en: "## review: One review\\n[bill] would ask for one review instead of two."
      es: "## review: Una revisión\\n[bill] pediría una revisión en lugar de dos."
    bills:
      - {bill: hr4989-119, reason: {en: introduced under this name, es: presentado con este nombre}}
      - {bill: s2423-119, reason: {en: its companion, es: su proyecto hermano}}
facts:
  - id: two-reviews
    recorded: 2026-05-01
    text: {en: A site is reviewed twice., es: Cada terreno se revisa dos veces.}
    source: {en: A report of 2025, es: Un informe de 2025}
"""
# Words of the shipped campaign, in both languages, and its bills.
SHIPPED = re.compile(
    r"\b(guns?|firearms?|weapons?|cartels?|cárteles|cartel|armas?|pistolas?|rifles?|traffick\w+|tráfico|violen\w+|"
    r"shootings?|tiroteos?|crimes?|homicid\w+|mexican\w*|border|frontera|us-guns-abroad)\b"
    r"|\b(H\.R\.|S\.)\s(6736|3508|923|367|6618|8427|2926|4647|9539)\b|(?<!New )Mexico",
    re.IGNORECASE,
)
LINK = re.compile(r'href="(/[^"#]*)')
TAG = re.compile(r"<(script|style).*?</\1>|<[^>]+>", re.DOTALL)
NOT_PAGES = re.compile(
    r"/static/|/assets/|\.(ics|png|svg|csv|xlsx|pdf)|[?&]as=|/log-?out|/words/\w+/|/members?/"
)
STARTS = [
    "/",
    "/act/TX-20",
    "/act/IL-4",
    "/act/DC-0",
    "/find?zip=78205",
    "/bills",
    "/privacy",
    "/data",
    "/sheet",
]
MOST_PAGES = 90
MEMBERS = ["C001091", "C001098", "N000147"]


@pytest.fixture
def housing(record_template: Path, tmp_path: Path, now: datetime) -> Iterator[Engine]:
    """An installation that declined the example, with another campaign on two bills."""
    with copy_of(record_template, tmp_path) as engine, time_machine.travel(now, tick=False):
        with db.writing(engine) as session:
            for bill in BILLS:
                ledger.record(session, bill)
            found = campaign_file.read(HOMES.encode())
            campaign_setup.take(session, found, by="x", now=now, state="live")
        yield engine


def said(html: str) -> str:
    return re.sub(r"\s+", " ", unescape(TAG.sub(" ", html)))


def found_in(client: FlaskClient, starts: list[str], pattern: str) -> dict[str, list[str]]:
    """Each page that can be reached from ``starts``, and the shipped campaign's words on it."""
    waiting, seen = list(starts), {}
    while waiting and len(seen) < MOST_PAGES:
        path = waiting.pop(0)
        if path in seen:
            continue
        answer = client.get(path, follow_redirects=True)
        seen[path] = [match[0] for match in SHIPPED.finditer(said(answer.text))]
        assert answer.status_code < 500, path
        links = {unescape(link) for link in LINK.findall(answer.text)}
        waiting += sorted(link for link in links if re.match(pattern, link) and not NOT_PAGES.search(link))
    return {path: words for path, words in seen.items() if words}


def test_no_public_page_holds_a_word_of_the_shipped_campaign(housing: Engine) -> None:
    client = create_app(Settings(secret_key="x" * 40, geocoder_url=""), engine=housing).test_client()
    calls = [
        f"/act/TX-20?member={one}&kind={kind}" for one in MEMBERS for kind in ("call", "voicemail", "tally")
    ]
    more = [f"/act/TX-20/{page}?member=C001091" for page in ("letter", "aloud", "offices", "called", "both")]
    paths = [*STARTS, *calls, *more, "/act/TX-20/kit"]
    starts = [prefix + path for prefix in ("", "/es") for path in paths]
    assert found_in(client, starts, "/(?!api/)") == {}


def test_no_organizers_page_does(housing: Engine) -> None:
    client = create_app(Settings(secret_key="x" * 40, geocoder_url=""), engine=housing).test_client()
    admin = sign_in(client, housing, "admin")
    assert found_in(admin, ["/organize/", "/es/organize/"], "(/es)?/organize/") == {}
