"""Bills as people type and paste them."""

import pytest

from campaign.congress.bill_input import bare_number, parse_bill
from campaign.congress.bills import TYPES, BillId
from campaign.refusals import Refused


@pytest.mark.parametrize(
    ("typed", "type", "number", "congress"),
    [
        ("hr6736-119", "hr", 6736, 119),
        ("H.R. 6736", "hr", 6736, None),
        ("h r 6736", "hr", 6736, None),
        ("HR6736.", "hr", 6736, None),
        ("H.R.6736(119th)", "hr", 6736, 119),
        ("S 367 (119th)", "s", 367, 119),
        ("S. 367 119", "s", 367, 119),
        ("HR 6736, 119th", "hr", 6736, 119),
        ("hr 6736 – 119", "hr", 6736, 119),
        ("S. J. Res. 98, 119th Congress", "sjres", 98, 119),
        ("H. Con. Res. 68 (119th Congress)", "hconres", 68, 119),
        ("H.Res.713-119", "hres", 713, 119),
        ("119/hr/6736", "hr", 6736, 119),
        ("/119/HR/6736/", "hr", 6736, 119),
        ("https://www.congress.gov/bill/119th-congress/house-bill/6736", "hr", 6736, 119),
        ("https://www.congress.gov/bill/119th-congress/house-bill/6736/cosponsors?q=1", "hr", 6736, 119),
        ("congress.gov/bill/121st-congress/senate-concurrent-resolution/5", "sconres", 5, 121),
        ("https://www.govtrack.us/congress/bills/119/s367", "s", 367, 119),
        ("  hr6736-119\n", "hr", 6736, 119),
        # The other ways of writing a House or a Senate bill.
        ("HB 923", "hr", 923, None),
        ("SB 367", "s", 367, None),
        ("House Bill 923", "hr", 923, None),
        ("House Bill No. 923", "hr", 923, None),
        ("Senate Bill #367", "s", 367, None),
        ("Bill H.R. 923", "hr", 923, None),
        ("U.S. S. 367", "s", 367, None),
        ("H.R. No. 923", "hr", 923, None),
        ("HR-923", "hr", 923, None),
        ("HCR 5", "hconres", 5, None),
        ("SCR 5", "sconres", 5, None),
        ("HJR 5", "hjres", 5, None),
        ("SJR 5", "sjres", 5, None),
        ("SR 12", "sres", 12, None),
        ("Senate Resolution 12", "sres", 12, None),
        ("House Resolution 12", "hres", 12, None),
        ("House Joint Resolution No. 5", "hjres", 5, None),
        ("Senate Concurrent Resolution 5", "sconres", 5, None),
        # Spanish.
        ("Proyecto de ley de la Cámara 923", "hr", 923, None),
        ("Proyecto de Ley de la Cámara de Representantes núm. 923", "hr", 923, None),
        ("proyecto de ley del Senado N.º 367", "s", 367, None),
        ("proyecto de ley H.R. 923", "hr", 923, None),
        ("el proyecto S. 367", "s", 367, None),
        ("Resolución conjunta del Senado 5", "sjres", 5, None),
        ("Resolución de la Cámara 12", "hres", 12, None),
        # With a Congress, in front, behind, by its years.
        ("119hr923", "hr", 923, 119),
        ("119 HR 923", "hr", 923, 119),
        ("119th Congress, H.R. 923", "hr", 923, 119),
        ("H.R.923 - 119th Congress (2025-2026)", "hr", 923, 119),
        ("H.R. 923 of the 119th Congress", "hr", 923, 119),
        ("H.R. 923 del 119.º Congreso", "hr", 923, 119),
        ("H.R. 923 del Congreso 119", "hr", 923, 119),
        ("H.R. 6618 in 2023", "hr", 6618, 118),
        ("H.R. 6618 (2024)", "hr", 6618, 118),
        ("H.R. 6618 de 2023", "hr", 6618, 118),
        # Marks, spaces and characters that come along when text is pasted.
        ("H.R.\u00a0923", "hr", 923, None),
        ("H.R.\u202f923", "hr", 923, None),
        ("h\u200br923\u200b", "hr", 923, None),
        ("hr\u2011923", "hr", 923, None),
        ("hr923\u2212119", "hr", 923, 119),
        ("HR９２３", "hr", 923, None),
        ("“H.R. 923”", "hr", 923, None),
        ("¿H.R. 923?", "hr", 923, None),
        # Names of files and identifiers.
        ("BILLSTATUS-119hr923.xml", "hr", 923, 119),
        ("BILLS-119hr923ih", "hr", 923, 119),
        ("BILLS-119s367is.pdf", "s", 367, 119),
        # Addresses.
        ("<https://www.congress.gov/bill/119th-congress/house-bill/923>", "hr", 923, 119),
        ("https://www.congress.gov/bill/119th-congress/house-bill/923/text?format=txt#x", "hr", 923, 119),
        ("https://www.congress.gov/bill/119/hr/923", "hr", 923, 119),
        ("https://www.congress.gov/119/bills/hr923/BILLS-119hr923ih.pdf", "hr", 923, 119),
        ("https://api.congress.gov/v3/bill/119/hr/923?format=json", "hr", 923, 119),
        ("https://hdl.loc.gov/loc.uscongress/legislation.119hr923", "hr", 923, 119),
        ("http://thomas.loc.gov/cgi-bin/bdquery/z?d113:HR00923:", "hr", 923, 113),
        ("https://www.govinfo.gov/link/bills/119/hr/923", "hr", 923, 119),
        ("https://www.govinfo.gov/app/details/BILLS-119hr923ih", "hr", 923, 119),
        ("https://www.govinfo.gov/content/pkg/BILLS-119hr923ih/pdf/BILLS-119hr923ih.pdf", "hr", 923, 119),
        ("https://www.govinfo.gov/bulkdata/BILLSTATUS/119/hr/BILLSTATUS-119hr923.xml", "hr", 923, 119),
        ("https://www.govtrack.us/congress/bills/119/hr923/text", "hr", 923, 119),
        ("https://www.govtrack.us/congress/bill.xpd?bill=hr112-923", "hres", 923, 112),
        ("https://www.govtrack.us/congress/bill.xpd?bill=h112-923", "hr", 923, 112),
        ("https://projects.propublica.org/represent/bills/115/hr923", "hr", 923, 115),
        # LegiScan keeps HR for resolutions and HB for bills.
        ("https://legiscan.com/US/bill/SB367/2025", "s", 367, 119),
        ("https://legiscan.com/US/bill/HB923/2026", "hr", 923, 119),
        ("https://legiscan.com/US/text/HR923/2025", "hres", 923, 119),
        ("https://legiscan.com/US/votes/HJR5/2023", "hjres", 5, 118),
    ],
)
def test_forms_people_use(typed: str, type: str, number: int, congress: int | None) -> None:
    found = parse_bill(typed)
    assert (found.type, found.number, found.congress) == (type, number, congress)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "   ",
        "6736",
        "hr",
        "hr0",
        "hr0-119",
        "hr6736-0",
        "AB 12",
        "HF 923",
        "ARMAS Act",
        "hr 67 36",
        "H.R. 6,736",
        "hr99999999",
        "S.367,119",
        "119/hr/6736/../../etc",
        "https://evil.example/bill/119th-congress/house-bill/6736",
        "hr6736-119; drop table bill",
        "9" * 5000,
        "H.R. 923 and S. 367",
        "https://www.congress.gov/amendment/119th-congress/house-amendment/923",
        "https://www.congress.gov.evil.example/bill/119th-congress/house-bill/923",
        "https://legiscan.com/US/bill/AB923/2025",
    ],
)
def test_what_is_no_bill_is_refused_and_never_guessed(typed: str) -> None:
    with pytest.raises(Refused) as refusal:
        parse_bill(typed)
    assert refusal.value.status == 400
    assert refusal.value.text("es") != refusal.value.text("en")
    assert len(refusal.value.en) < 300


@pytest.mark.parametrize("type", TYPES)
def test_every_way_a_bill_is_written_reads_back(type: str) -> None:
    bill = BillId(119, type, 42)
    assert BillId.of(str(bill)) == bill
    for written in (str(bill), bill.named, bill.public_address):
        found = parse_bill(written)
        assert BillId(found.congress or 0, found.type, found.number) == bill


@pytest.mark.parametrize(
    ("typed", "title"),
    [
        ("H.R. 923: Stop Arming Cartels Act of 2025", "stop arming cartels act of 2025"),
        ("H.R.923 - Stop Arming Cartels Act of 2025", "stop arming cartels act of 2025"),
        ("H.R. 923, the Stop Arming Cartels Act", "the stop arming cartels act"),
        ("Stop Arming Cartels Act (H.R. 923)", "stop arming cartels act"),
        ("the Stop Arming Cartels Act, H.R. 923", "the stop arming cartels act"),
        ("Stop Arming Cartels Act (H.R. 923, 119th)", "stop arming cartels act"),
        ("S.367 - 119th Congress (2025-2026): Stop Arming Cartels Act", "stop arming cartels act"),
    ],
)
def test_a_title_beside_the_number_is_read_with_it(typed: str, title: str) -> None:
    found = parse_bill(typed)
    assert (found.number in (923, 367), found.title) == (True, title)


@pytest.mark.parametrize("typed", ["P. de la C. 923", "P. del S. 367", "R. C. de la C. 12", "R. del S. 5"])
def test_a_bill_of_puerto_ricos_own_legislature_is_named_as_such(typed: str) -> None:
    with pytest.raises(Refused, match="Puerto Rico's own legislature"):
        parse_bill(typed)


def test_a_bill_of_a_state_is_named_as_such() -> None:
    with pytest.raises(Refused, match=r"state legislature \(CA\)"):
        parse_bill("https://legiscan.com/CA/bill/AB12/2025")


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("923", 923),
        ("#923", 923),
        ("No. 923", 923),
        ("bill 923", 923),
        ("hr923", None),
        ("0", None),
        ("", None),
    ],
)
def test_a_number_alone_says_no_chamber(typed: str, number: int | None) -> None:
    assert bare_number(typed) == number
