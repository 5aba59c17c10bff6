"""What is handed over: everybody who counts, names only with consent, no e-mail address anywhere."""

import csv
import io
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pypdf
import pytest

from campaign.actions.models import CampaignAction, Signature, Target
from campaign.organizing import delivery_packs
from campaign.organizing.delivery_packs import Pack

NOW = datetime(2026, 6, 20, 15, 0, tzinfo=UTC)
TODAY = date(2026, 6, 20)
ZONE = ZoneInfo("America/New_York")


def pack(kind: str, rows: list[Signature]) -> Pack:
    action = CampaignAction(
        campaign="x",
        slug="x",
        kind=kind,
        title_en="Clean water",
        title_es="Agua limpia",
        text_en="We ask.\n\nFor water.",
        text_es="Pedimos.\n\nAgua.",
    )
    president = Target(
        action=1,
        position=0,
        title_en="President",
        title_es="Presidenta",
        salutation_en="Dear",
        salutation_es="Estimada",
        address="1 Main Street",
    )
    return Pack(action, [president], rows)


def row(name: str, *, show: bool = True, organization: str = "") -> Signature:
    return Signature(
        action=1,
        key=name,
        email=f"{name}@example.org",
        name=name,
        town="Austin",
        role="Director",
        organization=organization,
        show_name=show,
        asked_at=NOW,
        confirmed_at=NOW,
    )


def text_of(raw: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(raw)).pages).split())


def test_the_table_names_those_who_agreed_and_counts_the_others() -> None:
    raw = delivery_packs.csv(pack("petition", [row("=Ana"), row("Bo", show=False)]), ZONE)
    first, second = csv.DictReader(io.StringIO(raw.decode("utf-8-sig")))
    assert (first["number"], first["name"], first["town"], first["confirmed"]) == (
        "1", "'=Ana", "Austin", "2026-06-20")  # fmt: skip
    assert (second["name"], second["role"], second["town"]) == ("", "", "")
    assert b"@" not in raw


def test_who_confirmed_in_the_evening_did_so_on_the_organizations_day() -> None:
    late = row("Ana")
    late.confirmed_at = datetime(2026, 6, 20, 1, 30, tzinfo=UTC)
    raw = delivery_packs.csv(pack("petition", [late]), ZONE)
    assert raw.decode().split()[-1].endswith(",2026-06-19")


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("en", ["Clean water", "Signatures: 2", "June 20, 2026", "President 1 Main Street", "For water.",
                "1. Ana, Austin", "and 1 more who did not agree"]),
        ("es", ["Agua limpia", "Firmas: 2", "20 de junio de 2026", "Presidenta", "1. Ana, Austin",
                "y 1 más que no autorizaron"]),
    ],
)  # fmt: skip
def test_the_pdf_says_the_same(lang: str, said: list[str]) -> None:
    text = text_of(delivery_packs.pdf(pack("petition", [row("Ana"), row("Bo", show=False)]), lang, today=TODAY))
    assert [words for words in said if words not in text] == []
    assert "Bo," not in text
    assert "@" not in text


def test_a_hundred_organizations_stand_on_one_letter() -> None:
    rows = [row(f"P{place}", show=place == 7, organization=f"Group {place}") for place in range(100)]
    # No font has it: one name does not stop the rest.
    rows[50].role, rows[50].organization = "", "Group 50, \U00012000"
    text = text_of(delivery_packs.pdf(pack("signon", rows), "en", today=TODAY))
    assert "Organizations: 100" in text
    assert [place for place in range(100) if f"{place + 1}. Group {place}," not in text] == []
    assert "51. Group 50, ?, Austin" in text
    assert "8. Group 7, P7, Director, Austin" in text
    assert "P8" not in text
