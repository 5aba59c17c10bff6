"""Headers and bodies: what mail systems obey and what readers see (E18–E27)."""

import email
import re
from collections.abc import Callable
from datetime import date
from email.message import EmailMessage
from email.policy import default
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from fuzzing import cases
from hypothesis import example, given
from hypothesis import settings as speed
from hypothesis import strategies as st
from playwright.sync_api import Browser
from pydantic import SecretStr
from sqlalchemy.engine import Engine
from sqlmodel import select

from campaign import db
from campaign.mailing import dns_checks, senders
from campaign.mailing.addresses import Keys
from campaign.mailing.delivery import single_mails
from campaign.mailing.delivery.sending import deliver
from campaign.mailing.edition import building, news, numbers, render
from campaign.mailing.edition.digest import Group
from campaign.mailing.edition.news import News
from campaign.mailing.edition.render import Renderer
from campaign.mailing.message import (
    BUDGET,
    MARK,
    Picture,
    Sender,
    copy_of,
    https,
    message_id,
    plain,
    return_path,
    returned_number,
    seal,
    sender_of,
)
from campaign.mailing.models import Delivery, Edition, Subscriber
from campaign.refusals import Refused
from campaign.settings import Settings

from mondays import CAMPAIGN, MONDAY  # isort: skip
from smtp_sink import Box  # isort: skip
from week import prepare, see  # isort: skip

Make = Callable[..., Any]
KEYS = Keys(Settings(secret_key=SecretStr("k" * 40)))


def opened(raw: bytes) -> EmailMessage:
    return email.message_from_bytes(raw, policy=default)


def a_sender(**more: str) -> Sender:
    values = {
        "name": "Campaña",
        "address": "news@campaign-host.org",
        "postal": "P.O. Box 123, Austin, TX 78701",
        "base_url": "https://campaign.test-host.org",
        "return_local": "news",
        "return_host": "campaign-host.org",
        "reply_to": "desk@campaign-host.org",
    }
    return Sender(**{**values, **more})


def a_copy(sender: Sender, *, subject: str = "News", text: str = "text", number: int = 7) -> bytes:
    sealed = seal(sender, subject=subject, text=f"{text}\n{MARK}\n", html=f"<p>{MARK}</p>")
    return copy_of(
        sealed, sender, KEYS, to="a@b-host.org", number=number, now=MONDAY, token=KEYS.stop_token("ab" * 16)
    )


# By kind of database: mail is rendered from what was gathered, which no test changes.
_moved: dict[str, News] = {}


@pytest.fixture
def moved(engine: Engine) -> News:
    """A week in which Garza joined and Ruiz left."""
    if engine.dialect.name not in _moved:
        prepare(engine)
        see(engine, joined={"R000001": date(2026, 6, 15)}, read_at=MONDAY.replace(day=16))
        people = {"R000001": date(2026, 6, 15), "G000559": date(2026, 6, 18)}
        for hour in (12, 18):
            see(
                engine,
                joined=people,
                gone={"R000001": date(2026, 6, 19)},
                read_at=MONDAY.replace(day=20, hour=hour),
            )
        _moved[engine.dialect.name] = gathered(engine)
    return _moved[engine.dialect.name]


def gathered(engine: Engine) -> News:
    with db.reading(engine) as session:
        return news.gather(session, CAMPAIGN, since_seq=news.first_seq(session, now=MONDAY), now=MONDAY)


def a_renderer(found: News, settings: Settings, **notes: str) -> Renderer:
    return Renderer(found, sender_of(settings), **notes)


# --- headers ---


def test_e18_the_link_to_stop_is_one_unencoded_line_even_at_300_characters() -> None:
    sender = a_sender(base_url="https://campaign.test-host.org/" + "p" * 240)
    raw = a_copy(sender)
    head = raw.split(b"\r\n\r\n", 1)[0]
    (line,) = [line for line in head.split(b"\r\n") if line.startswith(b"List-Unsubscribe:")]
    assert line == f"List-Unsubscribe: <{sender.base_url}/unsubscribe/{KEYS.stop_token('ab' * 16)}>".encode()
    assert len(line) > 300
    assert not [line for line in head.split(b"\r\n") if line.startswith(b"List-") and b"=?" in line]


def test_e19_headers_of_a_list_are_exact_and_the_message_id_survives_a_retry() -> None:
    sender = a_sender()
    raw, again = a_copy(sender), a_copy(sender)
    message = opened(raw)
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message["List-Id"] == "<digest.campaign-host.org>"
    assert message["Message-ID"] == opened(again)["Message-ID"] == message_id(sender, KEYS, 7)
    assert message["Message-ID"].endswith("@campaign-host.org>")
    assert message["Message-ID"] != opened(a_copy(sender, number=8))["Message-ID"]
    assert message["Reply-To"] == "desk@campaign-host.org"
    assert len(message.get_all("From")) == len(message.get_all("Date")) == 1
    assert "Auto-Submitted" not in message


GOLDEN = """\
To: a@b-host.org
Message-ID: <d7-1db6404021d0d2e240cc@campaign-host.org>
Date: Mon, 22 Jun 2026 16:00:00 +0000
List-Unsubscribe: <https://campaign.test-host.org/unsubscribe/q6urq6urq6urq6urq6urq5ofkcSrsfC-TZyBoSRjN7w>
From: =?utf-8?q?Campa=C3=B1a?= <news@campaign-host.org>
Reply-To: desk@campaign-host.org
Subject: =?utf-8?b?U8OtOiAzIG1vcmU=?=
List-Id: <digest.campaign-host.org>
List-Unsubscribe-Post: List-Unsubscribe=One-Click
MIME-Version: 1.0
Content-Type: multipart/alternative; boundary="=_a67714f70a8a57e65a1b2071_0"

--=_a67714f70a8a57e65a1b2071_0
Content-Type: text/plain; charset="utf-8"
Content-Transfer-Encoding: quoted-printable

=C2=A1Hola!
.stop
q6urq6urq6urq6urq6urq5ofkcSrsfC-TZyBoSRjN7w

--=_a67714f70a8a57e65a1b2071_0
Content-Type: multipart/related; boundary="=_a67714f70a8a57e65a1b2071_1"

--=_a67714f70a8a57e65a1b2071_1
Content-Type: text/html; charset="utf-8"
Content-Transfer-Encoding: quoted-printable

<p>=C2=A1Hola! <img src=3D"cid:chart"> =
q6urq6urq6urq6urq6urq5ofkcSrsfC-TZyBoSRjN7w=
</p>

--=_a67714f70a8a57e65a1b2071_1
Content-Type: image/png
Content-Transfer-Encoding: base64
Content-Disposition: inline; filename="chart.png"
Content-ID: <chart>

iVBORwAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA
AAAAAAAAAA==

--=_a67714f70a8a57e65a1b2071_1--

--=_a67714f70a8a57e65a1b2071_0--
"""


def test_e18_e19_e20_a_copy_byte_by_byte() -> None:
    picture = Picture("chart", b"\x89PNG" + bytes(60))
    html = f'<p>¡Hola! <img src="cid:chart"> {MARK}</p>\n'
    sealed = seal(
        a_sender(), subject="Sí: 3 more", text=f"¡Hola!\n.stop\n{MARK}\n", html=html, pictures=(picture,)
    )
    token = KEYS.stop_token("ab" * 16)
    raw = copy_of(sealed, a_sender(), KEYS, to="a@b-host.org", number=7, now=MONDAY, token=token)
    assert raw == GOLDEN.replace("\n", "\r\n").encode()
    parts = [part for part in opened(raw).walk() if not part.is_multipart()]
    assert [part.get_content_type() for part in parts] == ["text/plain", "text/html", "image/png"]
    assert not any(part.defects for part in opened(raw).walk())
    assert parts[0].get_content() == f"¡Hola!\r\n.stop\r\n{token}\r\n"
    assert parts[1].get_content() == html.replace(MARK, token).replace("\n", "\r\n")
    assert parts[2].get_content() == picture.png


@pytest.mark.parametrize("lang", ["en", "es"])
@pytest.mark.parametrize("kind", ["confirm", "already", "manage", "export", "notice"])
def test_e19_letters_are_auto_generated_and_of_no_list(
    engine: Engine, settings: Settings, readers: Make, rules: Make, kind: str, lang: str
) -> None:
    (who,) = readers("a@readers-host.org", language=lang)
    rules(notify_language=lang)
    detail = {"wish": {"language": lang}, "what": "paused", "problem": "550 no", "edition": 1}
    with db.writing(engine) as session:
        sender = senders.of_answers(session, settings, CAMPAIGN)
        mail = single_mails.prepare(session, KEYS, sender, kind, who, detail, now=MONDAY)
    assert mail is not None
    sealed = single_mails.sealed(sender, mail)
    message = opened(copy_of(sealed, sender, KEYS, to="a@b-host.org", number=1, now=MONDAY, token=None))
    assert message["Auto-Submitted"] == "auto-generated"
    assert not [name for name in message if name.startswith("List-")]
    body = message.get_body(("html",))
    assert body is not None
    assert f'<html lang="{lang}"' in body.get_content()
    assert mail.subject == message["Subject"]


def test_e20_the_return_path_is_signed_short_and_ours_alone() -> None:
    long = a_sender(return_local="a-very-long-local-part-of-an-organization-with-a-long-name")
    for sender in (a_sender(), long):
        for number in (1, 10**12):
            path = return_path(sender, KEYS, number)
            assert len(path.rpartition("@")[0]) <= 64
            assert returned_number(KEYS, path) == returned_number(KEYS, path.upper()) == number
    forged = return_path(a_sender(), KEYS, 5).replace("d5-", "d6-")
    assert returned_number(KEYS, forged) is None
    other = Keys(Settings(secret_key=SecretStr("o" * 40)))
    assert returned_number(other, return_path(a_sender(), KEYS, 5)) is None


def test_e20_the_envelope_carries_it(readers: Make, published: Make, outbox: Make, box: Box) -> None:
    readers("a@readers-host.org")
    published()
    deliver(outbox())
    ((sender, _, raw),) = box.messages
    assert returned_number(KEYS, sender) == 1
    assert opened(raw)["From"].addresses[0].domain == sender.rpartition("@")[2]


# --- bodies ---


def test_e21_text_comes_first_and_has_every_link(moved: News, settings: Settings) -> None:
    renderer = a_renderer(moved, settings)
    for group in (Group("en", "TX-28"), Group("es", "TX"), Group("es")):
        _, sealed = renderer.mail(group)
        raw = copy_of(
            sealed, renderer.sender, KEYS, to="a@b.org", number=1, now=MONDAY, token=KEYS.stop_token("ab" * 16)
        )
        message = opened(raw)
        assert message.get_content_type() == "multipart/alternative"
        assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "multipart/related"]
        text, html = bodies(message)
        for link in set(re.findall(r'href="([^"]+)"', html)):
            assert link in text, link
        page = "/es/unsubscribe" if group.language == "es" else ".org/unsubscribe"
        assert f"{page}/{KEYS.stop_token('ab' * 16)}" in text
        assert MARK not in text + html
        assert "<" not in text.replace("<b>", "")


def bodies(message: EmailMessage) -> tuple[str, str]:
    found = [message.get_body((kind,)) for kind in ("plain", "html")]
    return tuple(part.get_content() for part in found if part is not None)  # type: ignore[return-value]


def test_e22_a_mail_stays_under_100_kb_and_a_note_that_breaks_it_is_refused(
    moved: News, settings: Settings
) -> None:
    _, sealed = a_renderer(moved, settings).mail(Group("en", "TX-28"))
    assert len(sealed.head) + len(sealed.body) < 40_000 < BUDGET
    heavy = a_renderer(moved, settings, note_en="word " * 15_000, note_es="x")
    with pytest.raises(Refused, match="kB"):
        heavy.mail(Group("en", "TX-28"))


def test_e23_preheader_language_title_and_roles(moved: News, settings: Settings) -> None:
    renderer = a_renderer(moved, settings)
    for group in (Group("en", "TX-28"), Group("es", "TX-28")):
        page = renderer.page(group)
        html = render.filled("digest.html", page=page, sender=renderer.sender, picture=None, mark=MARK)
        assert 0 < len(page.preheader) <= 140
        assert page.preheader != page.subject
        assert page.preheader in html
        assert f'<html lang="{group.language}"' in html
        assert f"<title>{page.subject}</title>" in html
        tables = re.findall(r"<table[^>]*>", html)
        assert [one for one in tables if "figures" not in one and 'role="presentation"' not in one] == []


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("lang", ["en", "es"])
def test_e23_e24_axe_finds_nothing_in_either_scheme(
    sqlite_engine: Engine, settings: Settings, chromium: Browser, lang: str, scheme: str
) -> None:
    prepare(sqlite_engine)
    see(sqlite_engine, joined={"G000559": date(2026, 6, 18)}, read_at=MONDAY.replace(day=20))
    renderer = a_renderer(gathered(sqlite_engine), settings, note_en="Hello.", note_es="Hola.")
    html = render.filled(
        "digest.html", page=renderer.page(Group(lang, "TX-28")), sender=renderer.sender, picture=None, mark=MARK
    )
    context = chromium.new_context(color_scheme=scheme, viewport={"width": 360, "height": 740})
    shown = context.new_page()
    shown.set_content(html)
    found = Axe().run(shown).response["violations"]
    assert [(one["id"], [node["html"][:80] for node in one["nodes"]]) for one in found] == []
    assert shown.evaluate("document.documentElement.scrollWidth") <= 360
    context.close()


def contrast(one: str, two: str) -> float:
    light = sorted((_luminance(one), _luminance(two)))
    return (light[1] + 0.05) / (light[0] + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def inverted(colour: str) -> str:
    return "#" + "".join(f"{255 - int(colour[place : place + 2], 16):02x}" for place in (1, 3, 5))


PAIRS = [
    ("#211d18", "#faf7f1"), ("#5d554b", "#faf7f1"), ("#0b5563", "#faf7f1"), ("#211d18", "#e3eff0"),
    ("#5d554b", "#e3eff0"), ("#ffffff", "#0b5563"), ("#ede7dc", "#171512"), ("#b5ab9c", "#171512"),
    ("#7ccbd6", "#171512"), ("#ede7dc", "#17343a"), ("#b5ab9c", "#17343a"), ("#08272d", "#7ccbd6"),
]  # fmt: skip


@pytest.mark.parametrize(("ink", "ground"), PAIRS)
def test_e24_contrast_holds_in_both_schemes_and_inverted(ink: str, ground: str) -> None:
    assert contrast(ink, ground) >= 4.5
    assert contrast(inverted(ink), inverted(ground)) >= 4.5


def test_e24_dark_mode_survives_inlining(moved: News, settings: Settings) -> None:
    renderer = a_renderer(moved, settings)
    html = render.filled(
        "digest.html", page=renderer.page(Group("en")), sender=renderer.sender, picture=None, mark=MARK
    )
    assert '<meta name="color-scheme" content="light dark">' in html
    assert "@media (prefers-color-scheme: dark)" in html
    assert re.search(r'<a class="button" style="[^"]*background-color', html) or re.search(
        r"<a[^>]*style=\"[^\"]*background-color", html
    )
    used = set(re.findall(r"#[0-9a-f]{6}", html))
    assert used <= {colour for pair in PAIRS for colour in pair} | {"#dcd5c8", "#b7791f", "#3d3730"}


@pytest.mark.parametrize(
    "missing",
    [
        {"mail_from": ""},
        {"mail_from": "News <news@example.org>"},
        {"postal_address": ""},
        {"postal_address": "x"},
    ],
)
def test_e25_nothing_is_sent_without_a_sender_and_a_postal_address(
    engine: Engine, settings: Settings, missing: dict[str, str]
) -> None:
    bare = settings.model_copy(update=missing)
    with pytest.raises(Refused, match="CAMPAIGN_"):
        sender_of(bare)
    with pytest.raises(Refused):
        building.build(engine, bare, CAMPAIGN, now=MONDAY)
    with db.reading(engine) as session:
        assert session.exec(select(Edition)).all() == []


def test_e25_address_and_reason_stand_in_every_list_mail(moved: News, settings: Settings) -> None:
    renderer = a_renderer(moved, settings)
    for lang, why in (("en", "because you signed up"), ("es", "porque se suscribió")):
        _, sealed = renderer.mail(Group(lang, "TX-28"))
        for body in bodies(opened(sealed.head + sealed.body)):
            assert settings.postal_address in body
            assert why in body


def test_e26_nothing_is_fetched_and_links_go_where_they_say(moved: News, settings: Settings) -> None:
    renderer = a_renderer(moved, settings)
    _, sealed = renderer.mail(Group("en", "TX-28"))
    _, html = bodies(opened(sealed.head + sealed.body))
    sources = re.findall(r'(?:src|background|srcset)="([^"]+)"', html) + re.findall(r"url\(([^)]+)\)", html)
    assert sources == ["cid:chart"]
    assert "<link" not in html
    assert "<script" not in html
    for target, shown in re.findall(r'<a [^>]*href="([^"]+)"[^>]*>([^<]+)</a>', html):
        assert target.startswith(settings.base_url)
        assert "://" not in shown or shown == target


BIDI = "\u202e\u2066\u200f"
NASTY = st.text(st.characters(codec="utf-8"), max_size=300) | st.sampled_from(
    [
        "a\r\nBcc: x@y.org",
        "a\nSubject: two",
        "=?utf-8?q?=0D=0ABcc:_x@y.org?=",
        f"News{BIDI}gro",
        "x" * 10_000,
        "\0\x1b",
    ]
)


@speed(max_examples=cases(150))
@given(NASTY, NASTY)
@example("a\r\n\r\n<script>", "b\u2028c")
def test_e27_text_of_people_adds_no_header_and_no_part(subject: str, name: str) -> None:
    sender = a_sender(name=plain(name, 60))
    raw = a_copy(sender, subject=subject)
    message = opened(raw)
    names = [
        "To", "Message-ID", "Date", "List-Unsubscribe", "From", "Reply-To", "Subject", "List-Id",
        "List-Unsubscribe-Post", "MIME-Version", "Content-Type",
    ]  # fmt: skip
    assert list(message.keys()) == names
    assert len(list(message.walk())) == 3
    assert len(str(message["Subject"])) <= 150
    assert not set(BIDI) & set(str(message["Subject"]) + str(message["From"]))
    assert [address.addr_spec for address in message["From"].addresses] == [sender.address]


def test_e27_a_line_break_in_an_address_is_an_error_and_not_a_header() -> None:
    sealed = seal(a_sender(), subject="x", text=MARK, html=MARK)
    with pytest.raises(ValueError, match="line break"):
        copy_of(sealed, a_sender(), KEYS, to="a@b.org\r\nBcc: c@d.org", number=1, now=MONDAY, token="t" * 43)


def test_e27_names_from_the_record_are_escaped(engine: Engine, settings: Settings) -> None:
    prepare(engine)
    see(engine, joined={"N000001": date(2026, 6, 18)}, read_at=MONDAY.replace(day=20))
    renderer = a_renderer(gathered(engine), settings, note_en="<img src=x onerror=alert(1)>", note_es="x")
    _, sealed = renderer.mail(Group("en", "CA-34"))
    _, html = bodies(opened(sealed.head + sealed.body))
    assert "Núñez &lt;b&gt;" in html
    assert "<img src=x" not in html


def test_lines_of_a_body_are_as_long_as_the_rules_allow(moved: News, settings: Settings) -> None:
    _, sealed = a_renderer(moved, settings).mail(Group("es", "TX-28"))
    assert max(len(line) for line in sealed.body.split(b"\r\n")) <= 78
    assert sealed.body.count(MARK.encode()) >= 2


def test_a_base_address_without_tls_is_known_as_such(settings: Settings) -> None:
    assert https(settings)
    assert not https(settings.model_copy(update={"base_url": "http://127.0.0.1:5000"}))


def test_the_press_draws_a_chart_once(moved: News, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[object] = []
    whole = numbers.picture
    monkeypatch.setattr(numbers, "picture", lambda *given: drawn.append(given) or whole(*given))
    renderer = a_renderer(moved, settings)
    for seat in ("TX-20", "TX-28", "CA-34"):
        renderer.mail(Group("en", seat))
    assert len(drawn) == 1


def test_an_erased_reader_leaves_no_letter(engine: Engine, settings: Settings) -> None:
    with db.writing(engine) as session:
        assert session.exec(select(Subscriber)).all() == []
        session.add(Delivery(kind="confirm", due=MONDAY, detail={"wish": {}}))
        sender, wish = senders.of_answers(session, settings), {"wish": {}}
        assert single_mails.prepare(session, KEYS, sender, "confirm", None, wish, now=MONDAY) is None


ZONES = {
    "campaign-host.org": ["v=spf1 include:relay.org -all", "other=1"],
    "_dmarc.campaign-host.org": ["v=DMARC1; p=none"],
}


@pytest.mark.parametrize(
    ("zones", "told"),
    [
        (ZONES, {("SPF", "good"), ("DMARC", "good")}),
        ({**ZONES, "_dmarc.campaign-host.org": []}, {("SPF", "good"), ("DMARC", "error")}),
        ({**ZONES, "campaign-host.org": []}, {("SPF", "error"), ("DMARC", "good")}),
        ({}, {("SPF and DMARC", "note")}),
    ],
)
def test_e20_the_doctor_says_what_it_sees_and_what_it_cannot(
    settings: Settings, zones: dict[str, list[str]], told: set[tuple[str, str]]
) -> None:
    real = settings.model_copy(update={"smtp_url": SecretStr("smtp://relay.org:587?starttls=1")})
    found = {(about, level) for level, about, _ in dns_checks.examine(real, ask=zones.get)}
    assert told <= found
    assert ("DKIM", "note") in found
    assert ("returned mail", "warning") in found


def test_e20_a_return_path_in_another_domain_is_warned_of(settings: Settings) -> None:
    apart = {"smtp_url": SecretStr("smtp://relay.org"), "return_path": "bounces@elsewhere-host.com"}
    found = dns_checks.examine(settings.model_copy(update=apart), ask=ZONES.get)
    assert ("warning", "CAMPAIGN_RETURN_PATH") in {(level, about) for level, about, _ in found}
