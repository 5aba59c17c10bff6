"""Offices by table: every fault by its line, and what is written is read again."""

import pytest

from campaign.actions.models import Target
from campaign.organizing import target_lists
from campaign.refusals import Refused

BOTH = ["en", "es"]
HEAD = "title_en,title_es,salutation_en,salutation_es,name,phone,contact_form\n"
GOOD = "President,Presidenta,Dear President,Estimada presidenta,,,\n"


def faults(text: str, languages: list[str] = BOTH) -> list[tuple[int, str]]:
    return [(fault.line, fault.en) for fault in target_lists.read(text.encode(), languages)[1]]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (",Presidenta,Dear,Estimada,,,\n", "title_en is empty"),
        ("A,B,Dear,  ,,,\n", "salutation_es is empty"),
        (GOOD, "the same office as line 2"),
        ("A,B,C,D,,call me,\n", "“call me” is no phone number"),
        ("A,B,C,D,,,javascript:alert(1)\n", "“javascript:alert(1)” is no web address; it starts with https://"),
        (f"A,B,C,D,{'x' * 301},,\n", "name is longer than 300 characters"),
    ],
)
def test_each_fault_is_told_with_its_line(line: str, said: str) -> None:
    assert faults(HEAD + GOOD + "\n" + line) == [(4, said)]


def test_all_faults_are_told_at_once() -> None:
    assert [line for line, _ in faults(HEAD + ",B,C,D,,,\n" + GOOD + "A,B,,,,,\n")] == [2, 4, 4]


@pytest.mark.parametrize(
    "text",
    ["", "name\nAna\n", HEAD.replace("name", "nombre") + GOOD, HEAD + "A,B\n", HEAD + '"A,B,C,D,,,\n', "\0\0"],
)
def test_what_is_no_such_table_is_refused(text: str) -> None:
    with pytest.raises(Refused):
        target_lists.read(text.encode(), BOTH)


def test_what_is_written_is_read_again() -> None:
    office = Target(
        action=0,
        position=0,
        title_en="=Office of the President",
        title_es="Oficina de la Presidencia",
        name="Ana Ruiz",
        salutation_en="Dear President",
        salutation_es="Estimada presidenta",
        address="1 Main Street\nAustin, TX 78701",
        phone="210-555-0100",
        contact_form="https://office.example.org/write",
    )
    (read,), none = target_lists.read(target_lists.write([office]), BOTH)
    assert none == []
    assert read.model_dump() == office.model_dump()


def test_in_one_language_the_other_columns_can_be_left_out() -> None:
    (read,), none = target_lists.read(b"title_es;salutation_es\nPresidenta;Estimada presidenta\n", ["es"])
    assert (read.title_en, read.salutation_en, none) == ("Presidenta", "Estimada presidenta", [])
