"""The logo: sent in the organization's form, shown on public pages, kept by browsers, taken away again."""

import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from copies import copy_of
from flask.testing import FlaskClient
from organizer_client import post, sign_in, token
from PIL import Image
from sqlalchemy.engine import Engine
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from campaign import db, removal
from campaign.organizing import campaign_export, campaign_setup
from campaign.proposals import campaigns, logos

SLUG = "us-guns-abroad"
FORM = f"/organize/campaigns/{SLUG}/organization"


@pytest.fixture
def snapshot_engine(small_congress: Engine, tmp_path: Path) -> Iterator[Engine]:
    with copy_of(small_congress, tmp_path) as engine:
        yield engine


@pytest.fixture
def staff(client: FlaskClient, snapshot_engine: Engine) -> FlaskClient:
    return sign_in(client, snapshot_engine, "organizer")


def picture(kind: str = "PNG", size: tuple[int, int] = (300, 101)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, (120, 30, 60)).save(out, kind)
    return out.getvalue()


def send(
    staff: FlaskClient, raw: bytes, name: str = "logo.png", field: str = "logo", **form: str
) -> TestResponse:
    given = {"organization": "Homes & Co", "postal_address": "1 Main Street", **form}
    data = {"csrf_token": token(staff, FORM), **given, field: FileStorage(io.BytesIO(raw), name)}
    boundary, body = encode_multipart(data)
    return staff.post(FORM, data=body, content_type=f"multipart/form-data; boundary={boundary}")


def shown(client: FlaskClient, path: str = "/") -> re.Match[str] | None:
    return re.search(
        r'<img class="logo" src="([^"]+)" alt="([^"]+)" width="(\d+)" height="(\d+)">', client.get(path).text
    )


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_a_logo_is_shown_with_its_size_and_kept_by_browsers(staff: FlaskClient, kind: str) -> None:
    assert shown(staff) is None
    assert send(staff, picture(kind)).status_code == 303
    found = shown(staff, "/es/find")
    assert found is not None
    address, *rest = found.groups()
    assert re.fullmatch(r"/logo/[0-9a-f]{16}\.png", address)
    assert rest == ["Homes &amp; Co", "150", "51"]
    answer = staff.get(address)
    assert answer.mimetype == "image/png"
    assert "immutable" in answer.headers["Cache-Control"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert Image.open(io.BytesIO(answer.data)).size == (300, 101)
    assert f'src="/c/{SLUG}{address}"' in staff.get(FORM).text


def test_a_new_logo_has_a_new_address(staff: FlaskClient) -> None:
    send(staff, picture())
    before = shown(staff)
    send(staff, picture(size=(200, 80)))
    after = shown(staff)
    assert before
    assert after
    assert before[1] != after[1]
    assert staff.get(before[1]).status_code == 404


def test_what_the_form_says_of_it_otherwise_leaves_it(staff: FlaskClient) -> None:
    send(staff, picture())
    kept = shown(staff)
    assert post(staff, FORM, FORM, organization="Homes").status_code == 303
    now = shown(staff)
    assert kept
    assert now
    assert now[1] == kept[1]


def test_it_is_taken_away(staff: FlaskClient, snapshot_engine: Engine) -> None:
    send(staff, picture())
    assert post(staff, FORM, FORM, organization="Homes", remove_logo="1").status_code == 303
    assert shown(staff) is None
    with db.reading(snapshot_engine) as session:
        assert logos.png(session, SLUG) is None


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


@pytest.mark.parametrize(
    ("raw", "name", "said"),
    [
        (SVG, "logo.svg", "Save it as PNG or JPEG"),
        (SVG, "logo.png", "Save it as PNG or JPEG"),
        (picture("GIF"), "logo.gif", "Save it as PNG or JPEG"),
        (b"<script>alert(1)</script>", "logo.jpg", "Save it as PNG or JPEG"),
        (bytes(20_000_000), "logo.png", "larger than 300 kB"),
        (picture(size=(2001, 5)), "logo.png", "2001 by 5 pixels"),
    ],
)
def test_what_is_no_logo_is_refused_and_what_was_typed_stays(
    staff: FlaskClient, snapshot_engine: Engine, raw: bytes, name: str, said: str
) -> None:
    answer = send(staff, raw, name, accent="#0b5563")
    assert answer.status_code == 400
    assert said in answer.text
    assert 'value="1 Main Street"' in answer.text
    assert 'value="#0b5563"' in answer.text
    with db.reading(snapshot_engine) as session:
        row = campaigns.campaign(session, SLUG)
        assert (row.logo, row.organization, row.accent) == ("", "", "")


def test_it_goes_with_its_campaign(staff: FlaskClient, snapshot_engine: Engine) -> None:
    send(staff, picture())
    with db.writing(snapshot_engine) as session:
        removal.remove(session, SLUG)
        assert logos.png(session, SLUG) is None


def test_a_picture_stands_on_the_first_page_with_its_words(staff: FlaskClient, snapshot_engine: Engine) -> None:
    words = {"picture_alt_en": "People at a river", "picture_alt_es": "Personas junto a un río"}
    refused = send(staff, picture("JPEG"), field="picture", picture_alt_en="People at a river")
    assert refused.status_code == 400
    assert "Say in words what the picture shows." in refused.text
    assert send(staff, picture("JPEG", (2080, 1000)), field="picture", **words).status_code == 303
    for path, alt in (("/", "People at a river"), ("/es/", "Personas junto a un río")):
        found = re.search(
            rf'src="(/picture/\w+\.webp)" alt="{alt}" width="520" height="250"', staff.get(path).text
        )
        assert found
        answer = staff.get(found[1])
        assert answer.mimetype == "image/webp"
        assert "immutable" in answer.headers["Cache-Control"]
    assert staff.get("/picture/0.webp").status_code == 404
    with db.writing(snapshot_engine) as session:
        once = campaign_export.written(session, SLUG)
        assert (once.picture_alt and once.picture_alt.es) == "Personas junto a un río"
        campaign_setup.duplicate(session, SLUG, "copy", by="x", now=db.utcnow())
        copy, ours = (campaigns.campaign(session, slug) for slug in ("copy", SLUG))
        assert (copy.picture, copy.picture_alt_es) == (ours.picture, ours.picture_alt_es) != ("", "")
    assert post(staff, FORM, FORM, organization="Homes", remove_picture="1").status_code == 303
    assert "/picture/" not in staff.get("/").text.split("<main")[1]
