"""What people type for a member: names, seats, states, in any case and with or without accents."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from campaign.congress.members import Person
from campaign.organizing.member_filter import matcher

SOMEBODY = Person(
    bioguide="X000001", name="", first="", last="", party="D", state="", district=None, chamber="house",
    seat=None, office="representative",
    standing="sitting", gender="F", senate_class=None, url="", contact_form="",
)  # fmt: skip
SEATS = {
    "Sylvia R. Garcia": "TX-29",
    "Jesús G. “Chuy” García": "IL-4",
    "Alexandria Ocasio-Cortez": "NY-14",
    "Al Green": "TX-9",
    "Terri A. Sewell": "AL-7",
    "Virginia Foxx": "NC-5",
    "Gerald E. Connolly": "VA-11",
    "Nicholas J. Begich": "AK-0",
    "Melanie A. Stansbury": "NM-1",
    "Ted Cruz": "TX",
}


def people() -> Iterator[Person]:
    for name, seat in SEATS.items():
        yield replace(SOMEBODY, name=name, seat=seat, state=seat[:2])


@pytest.mark.parametrize(
    ("text", "seats"),
    [
        ("", list(SEATS.values())),
        ("tx", ["TX-29", "TX-9", "TX"]),
        ("Texas", ["TX-29", "TX-9", "TX"]),
        (" nuevo mexico ", ["NM-1"]),
        ("Nuevo México", ["NM-1"]),
        ("garcía", ["TX-29", "IL-4"]),
        ("GARCIA", ["TX-29", "IL-4"]),
        ("chuy", ["IL-4"]),
        ("cortez", ["NY-14"]),
        ("ocasio-cor", ["NY-14"]),
        ("green al", ["TX-9"]),
        ("al", ["AL-7"]),
        ("virginia", ["NC-5", "VA-11"]),
        ("va", ["VA-11"]),
        ("tx 29", ["TX-29"]),
        ("tx09", ["TX-9"]),
        ("AK-AL", ["AK-0"]),
        ("ak-1", ["AK-0"]),
        ("NM-1", ["NM-1"]),
        ("XX-1", []),
        ("Nobody", []),
        ("…", []),
    ],
)
def test_a_typed_word_means_these_members(text: str, seats: list[str]) -> None:
    is_meant = matcher(text)
    assert [person.seat for person in people() if is_meant(person)] == seats
