"""ZIP codes and states as people type them."""

import pytest

from campaign.districts.typed_places import TypedPlace, TypedZip, read_place, read_zip
from campaign.refusals import Refused

ZIPS = {
    "78205": TypedZip("78205"),
    " 78205 ": TypedZip("78205"),
    "78205-1234": TypedZip("78205"),
    "782051234": TypedZip("78205"),
    "78205 1234": TypedZip("78205"),
    "78205\u20111234": TypedZip("78205"),
    "78205–1234": TypedZip("78205"),
    "78205.": TypedZip("78205"),
    "\ufeff78205": TypedZip("78205"),
    "７８２０５": TypedZip("78205"),
    "７８２０５－１２３４": TypedZip("78205"),
    "2138": TypedZip("02138", completed=True),
    "2138-1234": TypedZip("02138", completed=True),
    "21381234": TypedZip("02138", completed=True),
    "TX 78205": TypedZip("78205", state="TX"),
    "TX78205": TypedZip("78205", state="TX"),
    "tx-78205": TypedZip("78205", state="TX"),
    "78205 TX": TypedZip("78205", state="TX"),
    "Texas, 78205-1234": TypedZip("78205", state="TX"),
    "San Antonio, TX 78205, USA": TypedZip("78205", state="TX"),
    "Nueva York 10001": TypedZip("10001", state="NY"),
    "D.C. 20001": TypedZip("20001", state="DC"),
    "Washington 20001": TypedZip("20001"),
    "West Virginia 25301": TypedZip("25301", state="WV"),
    "ZIP: 78205": TypedZip("78205"),
    "Código postal 78205": TypedZip("78205"),
    "C.P. 78205": TypedZip("78205"),
    "APO AE 09012": TypedZip("09012"),
    "FPO, AP 96601-1234": TypedZip("96601"),
}


@pytest.mark.parametrize("text", ZIPS)
def test_every_form_of_a_zip_code_is_read(text: str) -> None:
    assert read_zip(text) == ZIPS[text]


@pytest.mark.parametrize(
    "text",
    ["", "0", "123", "782051", "78205-12", "78205-", "-78205", "7820A", "abcde", "٧٨٢٠٥", "78205;DROP", "TX-20",
     "hello 78205", "TX 78205 FL", "100 Main St, TX 78205", "78205 78206", ",78205", "7" * 5000],
)  # fmt: skip
def test_what_holds_no_zip_code_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(Refused) as refused:
        read_zip(text)
    assert "like 78205" in refused.value.en
    assert "por ejemplo 78205" in refused.value.es


ADDRESSES = {
    "1 Main St, San Antonio TX 78205": TypedPlace("78205", "TX"),
    "1 Main St San Antonio TX78205-1234": TypedPlace("78205", "TX"),
    "HC 1 Box 1234, Utuado PR 00641": TypedPlace("00641", "PR"),
    "1 A St, Hot Springs, Arkansas 71901 USA": TypedPlace("71901", "AR"),
    "1600 Pennsylvania Ave NW, Washington, D.C.": TypedPlace("", "DC"),
    "1600 Pennsylvania Ave, Washington 20500": TypedPlace("20500", ""),
    "1 A St, Charleston, West Virginia": TypedPlace("", "WV"),
    "Calle Sol 5, San Juan, Puerto Rico": TypedPlace("", "PR"),
    "12 Oak Ct, Hartford, CT": TypedPlace("", "CT"),
    "12 Oak Ct": TypedPlace(),
    "1 Main St, Columbus": TypedPlace(),
    "PO Box 12345, Austin, TX": TypedPlace("", "TX"),
    "PO Box 12345": TypedPlace(),
    "Apartado 12345": TypedPlace(),
}


@pytest.mark.parametrize("address", ADDRESSES)
def test_the_end_of_an_address_names_its_state_and_zip_code(address: str) -> None:
    assert read_place(address) == ADDRESSES[address]
