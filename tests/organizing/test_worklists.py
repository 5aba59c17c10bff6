"""Worklists: each holds the members it should, with the right reason, and nobody else."""

from datetime import UTC, datetime

import pytest
from chambers import END, NOW, add_bill, adopt, counted, id_of, legislator, on, seat_members, term
from fuzzing import cases
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.engine import Engine

from campaign import db
from campaign.congress import ledger, roster
from campaign.congress.bills import BillId
from campaign.congress.models import Bill, Committee
from campaign.congress.observation import PersonRow
from campaign.congress.stage_names import Stage
from campaign.organizing.worklist_entries import ENDED_LISTS, OPEN_LISTS, Entry
from campaign.organizing.worklists import Worklists, all_worklists, merged, worklists
from campaign.refusals import Refused


def lists_of(engine: Engine, bill: str, *, now: datetime = NOW) -> Worklists:
    with db.reading(engine) as session:
        return worklists(session, BillId.of(bill), now=now)


def bioguides(engine: Engine, bill: str, name: str) -> list[str]:
    return lists_of(engine, bill).bioguides(name)


def entries_of(engine: Engine, bill: str, name: str) -> dict[str, Entry]:
    return {entry.person.bioguide: entry for entry in lists_of(engine, bill).entries[name]}


def ids(*shorts: str) -> list[str]:
    return [id_of(short) for short in shorts]


def test_ask_again_names_who_joined_or_led_an_earlier_bill_in_either_chamber(engine: Engine) -> None:
    seat_members(
        engine,
        legislator("A1", term("NY-1", 118), term("NY-1")),
        legislator("A2", term("NY-2", 118), term("NY-2")),
        legislator("A3", term("NY-3", 118), term("NY-3")),
        legislator("A4", term("NY-4", 118), term("NY-4")),
        legislator("A5", term("NY-5", 118), term("NY")),
        legislator("A6", term("MD", 118), term("MD-6")),
        legislator("A7", term("NY-7", 118), term("NY-7")),
    )
    earlier = on("A1", "2023-12-06"), on("A2", "2023-12-06"), on("A5", "2023-12-06")
    gone_then = on("A7", "2023-12-06", withdrawn="2024-05-01")
    add_bill(engine, "hr6618-118", *earlier, gone_then, sponsor="A3", proposal="armas")
    add_bill(engine, "s4647-118", on("A6", "2024-07-09"), proposal="armas")
    add_bill(engine, "hr6736-119", on("A2"), proposal="armas")
    found = entries_of(engine, "hr6736-119", "ask_again")
    assert list(found) == ids("A1", "A3", "A6")
    assert found[id_of("A1")].text.en == "co-sponsored last Congress's H.R. 6618, not on H.R. 6736 yet"
    assert found[id_of("A3")].text.es == "presentó H.R. 6618 del Congreso pasado, aún no copatrocina H.R. 6736"
    twin = "co-sponsored last Congress's S. 4647, the Senate twin, not on H.R. 6736 yet"
    assert found[id_of("A6")].text.en == twin


def test_a_former_representative_is_asked_again_about_the_senate_bill(engine: Engine) -> None:
    seat_members(engine, legislator("A5", term("NY-5", 118), term("NY")))
    add_bill(engine, "hr6618-118", on("A5", "2023-12-06"), proposal="armas")
    add_bill(engine, "s3508-119", proposal="armas")
    assert bioguides(engine, "s3508-119", "ask_again") == ids("A5")


def test_the_newest_earlier_bill_is_the_one_that_is_told(engine: Engine) -> None:
    seat_members(engine, legislator("A1", term("NY-1", 117), term("NY-1", 118), term("NY-1")))
    add_bill(engine, "hr9539-117", on("A1", "2022-12-14"), proposal="armas")
    add_bill(engine, "hr6618-118", on("A1", "2024-02-01"), proposal="armas")
    add_bill(engine, "hr6736-119", proposal="armas")
    entry = entries_of(engine, "hr6736-119", "ask_again")[id_of("A1")]
    assert entry.text.en == "co-sponsored last Congress's H.R. 6618, not on H.R. 6736 yet"


def test_an_unread_earlier_bill_is_told_by_its_congress_and_named_as_partly_known(engine: Engine) -> None:
    seat_members(engine, legislator("A3", term("MD", 118), term("MD")))
    add_bill(engine, "s3508-119", proposal="armas")
    with db.writing(engine) as session:
        session.add(Bill(id="s4647-118", congress=118, type="s", number=4647, sponsor=id_of("A3")))
        session.flush()
        adopt(session, "s4647-118", "armas")
    lists = lists_of(engine, "s3508-119")
    assert lists.entries["ask_again"][0].text.en == "introduced last Congress's S. 4647, not on S. 3508 yet"
    assert [bill.id for bill in lists.partial] == ["s4647-118"]


def test_only_a_confirmed_kinship_makes_somebody_a_former_supporter(engine: Engine) -> None:
    seat_members(engine, legislator("A1", term("NY-1", 118), term("NY-1")))
    add_bill(engine, "hr6618-118", on("A1", "2023-12-06"))
    add_bill(engine, "hr6736-119", proposal="armas")
    assert bioguides(engine, "hr6736-119", "ask_again") == []


def test_the_holder_of_a_departed_cosponsors_seat_is_their_successor(engine: Engine) -> None:
    seat_members(
        engine,
        legislator("A1", term("AZ-7", start="2025-09-23"), last="Grijalva"),
        former=[legislator("B1", term("AZ-7", end="2025-03-13"), last="Grijalva", first="Raúl")],
    )
    add_bill(engine, "hr923-119", on("B1", "2025-02-04", seat="AZ-7"), proposal="cartels")
    entry = entries_of(engine, "hr923-119", "successors")[id_of("A1")]
    assert entry.text.en == "holds AZ-7, the seat of Raúl Grijalva, who co-sponsored H.R. 923"
    assert entry.text.es == "ocupa AZ-7, el escaño de Raúl Grijalva, que copatrocinó H.R. 923"


def test_who_went_to_the_other_chamber_leaves_a_successor_in_this_one(engine: Engine) -> None:
    seat_members(
        engine,
        legislator("A1", term("NJ-3")),
        legislator("B1", term("NJ-3", 118), term("NJ")),
    )
    add_bill(engine, "hr8427-118", on("B1", "2024-05-16", seat="NJ-3"), proposal="cartels")
    add_bill(engine, "hr923-119", proposal="cartels")
    entry = entries_of(engine, "hr923-119", "successors")[id_of("A1")]
    assert "(now in the other chamber)" in entry.text.en
    add_bill(engine, "s367-119", proposal="cartels")
    assert bioguides(engine, "s367-119", "successors") == []


def test_who_took_another_seat_of_the_same_chamber_has_not_gone(engine: Engine) -> None:
    seat_members(
        engine,
        legislator("A1", term("TX-33")),
        legislator("B1", term("TX-33", 118), term("TX-30")),
    )
    add_bill(engine, "hr8427-118", on("B1", "2024-05-16", seat="TX-33"), proposal="cartels")
    add_bill(engine, "hr923-119", proposal="cartels")
    assert bioguides(engine, "hr923-119", "successors") == []


def test_the_seat_left_is_the_last_one_held_not_the_one_on_the_old_bill(engine: Engine) -> None:
    seat_members(
        engine,
        legislator("A1", term("TX-15")),
        legislator("A2", term("TX-34")),
        former=[legislator("B1", term("TX-15", 117), term("TX-34", 118))],
    )
    add_bill(engine, "hr9539-117", on("B1", "2022-12-14", seat="TX-15"), proposal="armas")
    add_bill(engine, "hr6736-119", proposal="armas")
    assert bioguides(engine, "hr6736-119", "successors") == ids("A2")


def test_a_departed_cosponsor_in_no_list_is_placed_by_the_bills_own_row(engine: Engine) -> None:
    seat_members(engine, legislator("A1", term("VA-11", start="2025-09-10")))
    add_bill(engine, "hr6618-118", on("C1", "2023-12-06", seat="VA-11"), proposal="armas")
    add_bill(engine, "hr6736-119", proposal="armas")
    assert bioguides(engine, "hr6736-119", "successors") == ids("A1")


def test_a_cosponsor_not_listed_yet_is_taken_to_sit(engine: Engine) -> None:
    seat_members(engine, legislator("A1", term("VA-11")))
    add_bill(engine, "hr6736-119", on("C1", "2026-06-10", seat="VA-11"), proposal="armas")
    assert bioguides(engine, "hr6736-119", "successors") == []


def test_a_withdrawn_cosponsor_leaves_no_successor(engine: Engine) -> None:
    seat_members(engine, legislator("A1", term("VA-11")), former=[legislator("B1", term("VA-11", 118))])
    add_bill(engine, "hr6618-118", on("B1", "2023-12-06", withdrawn="2024-01-09"), proposal="armas")
    add_bill(engine, "hr6736-119", proposal="armas")
    assert bioguides(engine, "hr6736-119", "successors") == []


@pytest.mark.parametrize("listed", [True, False], ids=["by class", "by who sat already"])
def test_a_senators_successor_is_not_the_other_senator(engine: Engine, listed: bool) -> None:
    left = legislator("B1", term("NJ", 118, **{"class": 2}))
    seat_members(
        engine,
        legislator("A1", term("NJ", start="2025-01-03", end="2031-01-03", **{"class": 2})),
        legislator("A2", term("NJ", start="2021-01-03", end="2027-01-03", **{"class": 1})),
        former=[left] if listed else [],
    )
    add_bill(engine, "s2926-118", on("B1", "2023-09-26", seat="NJ"), proposal="cartels")
    add_bill(engine, "s367-119", proposal="cartels")
    assert bioguides(engine, "s367-119", "successors") == ids("A1")


def test_who_led_a_bill_in_the_other_chamber_is_asked_again_as_its_leader(engine: Engine) -> None:
    """A senator of the last Congress who sits in the House now, and one who led the House's bill before."""
    seat_members(
        engine,
        legislator("A1", term("MD", 118), term("MD-6")),
        legislator("A2", term("NY-2", 117), term("NY-2")),
    )
    add_bill(engine, "s4647-118", sponsor="A1", proposal="armas")
    add_bill(engine, "hr9539-117", sponsor="A2", proposal="armas")
    add_bill(engine, "hr6736-119", proposal="armas")
    found = entries_of(engine, "hr6736-119", "ask_again")
    assert {one: tuple(entry.text) for one, entry in found.items()} == {
        id_of("A1"): ("introduced last Congress's S. 4647, the Senate twin, not on H.R. 6736 yet",
                      "presentó S. 4647 del Congreso pasado, el proyecto gemelo en el Senado, "
                      "aún no copatrocina H.R. 6736"),
        id_of("A2"): ("introduced H.R. 9539 of the 117th Congress, not on H.R. 6736 yet",
                      "presentó H.R. 9539 del 117.º Congreso, aún no copatrocina H.R. 6736"),
    }  # fmt: skip


@pytest.mark.parametrize("listed", [True, False], ids=["by their terms", "by the bill's sponsor alone"])
def test_a_departed_sponsors_seat_has_a_successor_too(engine: Engine, listed: bool) -> None:
    """Cardin led S. 4647 and left; the other senator of his state sat already."""
    seat_members(
        engine,
        legislator("A1", term("MD", start="2025-01-03", end="2031-01-03", **{"class": 1})),
        legislator("A2", term("MD", start="2017-01-03", end="2029-01-03", **{"class": 3})),
        former=[legislator("B1", term("MD", 118), official_full="Benjamin Cardin")] if listed else [],
    )
    sponsor = PersonRow(bioguide=id_of("B1"), last_name="Cardin", first_name="Benjamin", state="MD")
    add_bill(engine, "s4647-118", sponsor=sponsor, proposal="armas", introduced="2024-07-09")
    add_bill(engine, "s3508-119", proposal="armas")
    found = entries_of(engine, "s3508-119", "successors")
    assert {one: tuple(entry.text) for one, entry in found.items()} == {
        id_of("A1"): ("holds MD, the seat of Benjamin Cardin, who introduced last Congress's S. 4647",
                      "ocupa MD, el escaño de Benjamin Cardin, que presentó S. 4647 del Congreso pasado"),
    }  # fmt: skip


def test_a_sponsor_who_left_this_bills_own_seat_has_a_successor(engine: Engine) -> None:
    seat_members(
        engine,
        legislator("A1", term("AZ-7", start="2025-09-23")),
        former=[legislator("B1", term("AZ-7", end="2025-03-13"))],
    )
    add_bill(engine, "hr923-119", sponsor="B1", proposal="cartels")
    entry = entries_of(engine, "hr923-119", "successors")[id_of("A1")]
    assert entry.text.en == "holds AZ-7, the seat of Lee MemberB1, who introduced H.R. 923"


@pytest.mark.parametrize(
    ("seat", "congress", "end", "successors"),
    [
        ("NC-2", 118, END[118], []),
        ("NY-3", 118, "2024-02-13", []),
        ("GA-6", 118, END[118], []),
        ("AZ-3", 117, END[117], []),
        ("VA-11", 118, END[118], ["A1"]),
        ("NC-2", 119, "2025-03-13", ["A1"]),
        ("TX-18", 118, "2024-07-19", ["A1"]),
        ("AK-0", 117, END[117], ["A1"]),
    ],
)
def test_a_district_has_a_successor_only_on_the_same_map(
    engine: Engine, seat: str, congress: int, end: str, successors: list[str]
) -> None:
    seat_members(
        engine,
        legislator("A1", term(seat, start="2025-09-10")),
        former=[legislator("B1", term(seat, congress, end=end), official_full="Sam Former")],
    )
    add_bill(engine, f"hr1-{min(congress, 118)}", on("B1", "2022-12-14", seat=seat), proposal="armas")
    add_bill(engine, "hr6736-119", proposal="armas")
    lists = lists_of(engine, "hr6736-119")
    assert lists.bioguides("successors") == ids(*successors)
    assert len(lists.new_maps) == 1 - len(successors)
    if lists.new_maps:
        assert lists.new_maps[0].en.startswith(f"{seat}, the seat of ")
        assert ", who co-sponsored " in lists.new_maps[0].en
        assert lists.new_maps[0].en.endswith(": new map, no successor")
        assert lists.new_maps[0].es.endswith(": mapa nuevo, sin sucesión")


def test_the_new_maps_of_2027_end_succession_that_day(engine: Engine) -> None:
    """The bill of the 120th Congress, with a member of Texas who served until the last day of the 119th."""
    january = datetime(2027, 1, 20, 17, tzinfo=UTC)
    seat_members(
        engine,
        *(legislator(f"A{n}", term(seat, start="2027-01-03", end="2029-01-03"))
          for n, seat in enumerate(("TX-15", "MO-5"), start=1)),
        former=[legislator(f"B{n}", term(seat)) for n, seat in enumerate(("TX-15", "MO-5"), start=1)],
    )  # fmt: skip
    add_bill(engine, "hr6736-119", on("B1"), on("B2"), proposal="armas")
    add_bill(engine, "hr1-120", proposal="armas", introduced="2027-01-10")
    lists = lists_of(engine, "hr1-120", now=january)
    assert lists.bioguides("successors") == ids("A2")
    assert [text.en.split(",")[0] for text in lists.new_maps] == ["TX-15"]


def test_a_district_that_moved_with_its_member_is_not_claimed_from_the_old_bill(engine: Engine) -> None:
    """Grijalva sat for AZ-3 when he joined, and for AZ-7 when he died: who holds AZ-3 is not his successor."""
    seat_members(
        engine,
        legislator("A1", term("AZ-3"), last="Ansari"),
        legislator("A2", term("AZ-7", start="2025-09-23")),
        former=[legislator("B1", term("AZ-3", 117), term("AZ-7", 118), term("AZ-7", end="2025-03-13"))],
    )
    add_bill(engine, "hr9539-117", on("B1", "2022-12-14", seat="AZ-3"), proposal="armas")
    add_bill(engine, "hr6736-119", proposal="armas")
    assert bioguides(engine, "hr6736-119", "successors") == ids("A2")


def test_where_only_a_bill_tells_the_seat_it_is_that_days_and_that_days_map(engine: Engine) -> None:
    """Nobody lists them, so when they left is not known: their seat is known on the day they joined."""
    seat_members(engine, legislator("A1", term("AZ-3")), legislator("A2", term("VA-11")))
    add_bill(engine, "hr9539-117", on("C1", "2022-12-14", seat="AZ-3"), proposal="armas")
    add_bill(engine, "hr6618-118", on("C2", "2023-12-06", seat="VA-11"), proposal="armas")
    add_bill(engine, "hr6736-119", proposal="armas")
    lists = lists_of(engine, "hr6736-119")
    assert lists.bioguides("successors") == ids("A2")
    assert [text.en.split(",")[0] for text in lists.new_maps] == ["AZ-3"]


def test_sister_gap_names_who_is_on_the_campaigns_other_bill_of_this_chamber(engine: Engine) -> None:
    seat_members(
        engine, *(legislator(f"A{n}", term(f"NY-{n}")) for n in range(1, 7)), legislator("A7", term("NY"))
    )
    add_bill(engine, "hr6736-119", on("A1"), sponsor="A2", proposal="armas")
    sister = on("A1"), on("A3"), on("A4", withdrawn="2026-03-01")
    add_bill(engine, "hr923-119", *sister, sponsor="A5", proposal="cartels")
    add_bill(engine, "s367-119", on("A7"), proposal="cartels")
    add_bill(engine, "hr8427-118", on("A6", "2024-05-16"), proposal="cartels")
    add_bill(engine, "hr1-119", on("A6"), proposal="other", campaign="elsewhere")
    found = entries_of(engine, "hr6736-119", "sister_gap")
    assert list(found) == ids("A3", "A5")
    assert found[id_of("A3")].text.en == "co-sponsors H.R. 923 (cartels Act), not on H.R. 6736 yet"
    assert found[id_of("A5")].text.es == "presentó H.R. 923 (Ley cartels), aún no copatrocina H.R. 6736"
    assert bioguides(engine, "hr923-119", "sister_gap") == ids("A2")


def test_committee_not_on_takes_full_committees_of_referral_chair_and_ranking_first(engine: Engine) -> None:
    seat_members(
        engine,
        *(legislator(f"A{n}", term(f"NY-{n}")) for n in range(1, 6)),
        legislator("A6", term("DC-0")),
        committees={
            "HSFA": [
                ("A1", {"rank": 2}),
                ("A2", {"rank": 1, "party": "minority", "title": "Ranking Member"}),
                ("A3", {"rank": 1, "title": "Chair"}),
                ("A4", {"rank": 3}),
                ("A6", {"rank": 9, "party": "minority"}),
            ],
            "HSFA07": [("A5", {"rank": 1, "title": "Chair"})],
            "HSJU": [("A5", {"rank": 1})],
        },
    )
    add_bill(engine, "hr6736-119", on("A4"), proposal="armas", committees=["HSFA", "HSFA07"])
    found = entries_of(engine, "hr6736-119", "committee_not_on")
    assert list(found) == ids("A3", "A2", "A1", "A6")
    assert [found[one].mark for one in ids("A3", "A2", "A1")] == ["chair", "ranking", ""]
    assert found[id_of("A3")].text.en == "chairs the Committee HSFA, which has H.R. 6736"


def test_a_committee_that_only_held_a_hearing_is_no_committee_of_referral(engine: Engine) -> None:
    seat_members(engine, legislator("A1", term("NY-1")), committees={"HSFA": [("A1", {})]})
    add_bill(engine, "hr6736-119", committees=["HSJU"])
    assert bioguides(engine, "hr6736-119", "committee_not_on") == []


def test_who_withdrew_and_still_sits_is_listed_until_they_rejoin(engine: Engine) -> None:
    seat_members(engine, *(legislator(f"A{n}", term(f"NY-{n}")) for n in (1, 2)))
    left = on("A1", withdrawn="2026-03-01"), on("A2", withdrawn="2026-03-01"), on("A2", "2026-04-01")
    add_bill(engine, "hr6736-119", *left)
    found = entries_of(engine, "hr6736-119", "withdrew")
    assert list(found) == ids("A1")
    assert found[id_of("A1")].text.en == "withdrew from H.R. 6736 on March 1, 2026"


def test_the_companions_side_is_told_by_state(engine: Engine) -> None:
    seat_members(
        engine,
        legislator("A1", term("MD-1")),
        legislator("A2", term("MD-2")),
        legislator("A3", term("NY-3")),
        legislator("B1", term("MD"), official_full="Pat Senator"),
    )
    add_bill(engine, "hr6736-119", on("A2"), proposal="armas")
    add_bill(engine, "s3508-119", on("B1"), proposal="armas")
    found = entries_of(engine, "hr6736-119", "companion_side")
    assert {one: entry.text.en for one, entry in found.items()} == {
        id_of("A1"): "Pat Senator (MD) supports the companion S. 3508"
    }


def test_vacancies_are_the_chambers_empty_seats(engine: Engine) -> None:
    seat_members(
        engine,
        legislator("A1", term("NY-1")),
        legislator("A2", term("NY")),
        former=[legislator("B1", term("FL-20", end="2026-04-01"))],
    )
    with db.writing(engine) as session:
        roster.ensure_seats(session, ["FL-20"])
    add_bill(engine, "hr6736-119")
    add_bill(engine, "s3508-119")
    assert lists_of(engine, "hr6736-119").vacancies == ("FL-20",)
    assert lists_of(engine, "s3508-119").vacancies == ("NY",)


def test_one_list_of_all_reasons_puts_former_supporters_first(engine: Engine) -> None:
    seat_members(
        engine,
        legislator("A1", term("NY-1"), last="Adams"),
        legislator("A2", term("NY-2", 118), term("NY-2"), last="Zed"),
        committees={"HSFA": [("A1", {}), ("A2", {})]},
    )
    add_bill(engine, "hr6618-118", on("A2", "2023-12-06"), proposal="armas")
    add_bill(engine, "hr6736-119", proposal="armas", committees=["HSFA"])
    ranked = lists_of(engine, "hr6736-119").by_member()
    assert [(person.last, [entry.list for entry in reasons]) for person, reasons in ranked] == [
        ("Zed", ["ask_again", "committee_not_on"]),
        ("Adams", ["committee_not_on"]),
    ]


def test_of_equal_reasons_more_of_them_come_first_then_names(engine: Engine) -> None:
    seat_members(
        engine,
        legislator("A1", term("NY-1"), last="Young"),
        legislator("A2", term("NY-2"), last="Zed"),
        legislator("A3", term("NY-3"), last="Adams"),
        legislator("A4", term("NY-4"), last="Young"),
        committees={"HSFA": [("A1", {}), ("A2", {}), ("A4", {})], "HSJU": [("A3", {"title": "Chair"})]},
    )
    add_bill(engine, "hr923-119", on("A2"), on("A3"), proposal="cartels")
    add_bill(engine, "hr6736-119", proposal="armas", committees=["HSFA"])
    ranked = lists_of(engine, "hr6736-119").by_member()
    assert [(person.bioguide, [entry.list for entry in entries]) for person, entries in ranked] == [
        (id_of("A2"), ["sister_gap", "committee_not_on"]),
        (id_of("A3"), ["sister_gap"]),
        (id_of("A1"), ["committee_not_on"]),
        (id_of("A4"), ["committee_not_on"]),
    ]


def test_over_several_bills_each_member_stands_once_by_their_strongest_reason(engine: Engine) -> None:
    """A2 led nothing but was on both last ones; A1 only sits on the committee of one bill."""
    seat_members(
        engine,
        legislator("A1", term("NY-1"), last="Adams"),
        legislator("A2", term("NY-2", 118), term("NY-2"), last="Zed"),
        legislator("A3", term("NY-3", 118), term("NY-3"), last="Young"),
        committees={"HSFA": [("A1", {}), ("A3", {})]},
    )
    add_bill(engine, "hr6618-118", on("A2", "2023-12-06"), proposal="armas")
    add_bill(engine, "hr6736-119", proposal="armas", committees=["HSFA"])
    add_bill(engine, "hr7000-118", on("A2", "2023-12-06"), on("A3", "2023-12-06"), proposal="cartels")
    add_bill(engine, "hr923-119", proposal="cartels")
    with db.reading(engine) as session:
        bills = [BillId.of("hr923-119"), BillId.of("hr6736-119")]
        found = merged(all_worklists(session, bills, now=NOW).values())
    assert [
        (person.last, {bill: [entry.list for entry in entries] for bill, entries in by_bill.items()})
        for person, by_bill in found
    ] == [
        ("Young", {"hr923-119": ["ask_again"], "hr6736-119": ["committee_not_on"]}),
        ("Zed", {"hr923-119": ["ask_again"], "hr6736-119": ["ask_again"]}),
        ("Adams", {"hr6736-119": ["committee_not_on"]}),
    ]


def test_who_no_longer_sits_is_not_asked_first(engine: Engine) -> None:
    seat_members(engine, legislator("A1", term("NY-1", 118)), former=[legislator("B1", term("NY-2", 118))])
    add_bill(engine, "hr6618-118", on("A1", "2023-12-06"), on("B1", "2023-12-06"), proposal="armas")
    with db.reading(engine) as session:
        lists = all_worklists(session, [BillId.of("hr6618-118")], now=NOW)
        assert lists["hr6618-118"].by_member()
        assert merged(lists.values()) == []


def test_every_reason_is_there_in_both_languages(engine: Engine) -> None:
    """One member a list, with the words of each."""
    seat_members(
        engine,
        legislator("A1", term("NY-1", 118), term("NY-1")),
        legislator("A2", term("NY-2")),
        legislator("A3", term("NJ-3")),
        legislator("A4", term("NY-4")),
        legislator("A5", term("MD-5")),
        legislator("A6", term("NJ"), official_full="Pat Senator"),
        former=[legislator("B1", term("MD-5", 118), official_full="Sam Former")],
    )
    add_bill(engine, "hr6618-118", on("A1", "2023-12-06"), on("B1", "2024-01-09"), proposal="armas")
    add_bill(engine, "s3508-119", on("A6"), proposal="armas")
    add_bill(engine, "hr923-119", on("A4"), proposal="cartels")
    add_bill(engine, "hr6736-119", on("A2", withdrawn="2026-03-01"), proposal="armas")
    lists = lists_of(engine, "hr6736-119")
    assert {
        name: (entry.person.bioguide, entry.reason("en"), entry.reason("es"))
        for name, entries in lists.entries.items()
        for entry in entries
    } == {
        "ask_again": (id_of("A1"), "co-sponsored last Congress's H.R. 6618, not on H.R. 6736 yet",
                      "copatrocinó H.R. 6618 del Congreso pasado, aún no copatrocina H.R. 6736"),
        "withdrew": (id_of("A2"), "withdrew from H.R. 6736 on March 1, 2026",
                     "retiró su firma de H.R. 6736 el 1 de marzo de 2026"),
        "successors": (id_of("A5"),
                       "holds MD-5, the seat of Sam Former, who co-sponsored last Congress's H.R. 6618",
                       "ocupa MD-5, el escaño de Sam Former, que copatrocinó H.R. 6618 del Congreso pasado"),
        "sister_gap": (id_of("A4"), "co-sponsors H.R. 923 (cartels Act), not on H.R. 6736 yet",
                       "copatrocina H.R. 923 (Ley cartels), aún no copatrocina H.R. 6736"),
        "companion_side": (id_of("A3"), "Pat Senator (NJ) supports the companion S. 3508",
                           "Pat Senator (NJ) apoya el proyecto de la otra cámara, S. 3508"),
    }  # fmt: skip


def test_who_rejoined_an_earlier_bill_is_asked_again(engine: Engine) -> None:
    seat_members(engine, *(legislator(f"A{n}", term(f"NY-{n}", 118), term(f"NY-{n}")) for n in (1, 2)))
    rows = (
        on("A1", "2024-02-01"),
        on("A1", "2023-12-06"),
        on("A2", "2023-12-06", withdrawn="2023-12-20"),
        on("A2", "2024-02-01"),
    )
    add_bill(engine, "hr6618-118", *rows, proposal="armas")
    add_bill(engine, "hr6736-119", proposal="armas")
    assert bioguides(engine, "hr6736-119", "ask_again") == ids("A1", "A2")


def test_who_left_twice_is_listed_by_the_last_day_and_who_left_congress_not_at_all(engine: Engine) -> None:
    seat_members(engine, legislator("A1", term("NY-1")), former=[legislator("B1", term("NY-2", 118))])
    rows = (
        on("A1", "2026-01-10", withdrawn="2026-03-01"),
        on("A1", "2026-02-10", withdrawn="2026-02-20"),
        on("B1", "2026-01-10", withdrawn="2026-02-20"),
    )
    add_bill(engine, "hr6736-119", *rows)
    found = entries_of(engine, "hr6736-119", "withdrew")
    assert {one: entry.text.en for one, entry in found.items()} == {
        id_of("A1"): "withdrew from H.R. 6736 on March 1, 2026"
    }


def test_a_seat_that_two_cosponsors_left_has_one_successor_by_the_newest_bill(engine: Engine) -> None:
    seat_members(
        engine,
        legislator("A1", term("VA-11", start="2025-09-10")),
        former=[
            legislator("B1", term("VA-11", 118, start="2024-03-01"), official_full="Sam Former"),
            legislator(
                "B2", term("VA-11", 117), term("VA-11", 118, end="2024-02-01"), official_full="Kim Before"
            ),
        ],
    )
    add_bill(engine, "hr9539-117", on("B2", "2022-12-14"), proposal="armas")
    add_bill(engine, "hr6736-119", proposal="armas")
    assert bioguides(engine, "hr6736-119", "successors") == ids("A1")
    add_bill(engine, "hr6618-118", on("B1", "2024-04-09"), proposal="armas")
    found = [entry.text.en for entry in lists_of(engine, "hr6736-119").entries["successors"]]
    assert found == ["holds VA-11, the seat of Sam Former, who co-sponsored last Congress's H.R. 6618"]


def test_a_successor_who_is_on_the_bill_is_not_listed(engine: Engine) -> None:
    seat_members(
        engine,
        *(legislator(f"A{n}", term(f"VA-{n}")) for n in (1, 2, 3)),
        former=[legislator(f"B{n}", term(f"VA-{n}", 118)) for n in (1, 2, 3)],
    )
    left = [on(f"B{n}", "2023-12-06") for n in (1, 2, 3)]
    add_bill(engine, "hr6618-118", *left, proposal="armas")
    add_bill(engine, "hr6736-119", on("A1"), sponsor="A2", proposal="armas")
    assert bioguides(engine, "hr6736-119", "successors") == ids("A3")


def test_of_a_cosponsor_whose_seat_nobody_knows_there_is_no_successor(engine: Engine) -> None:
    """Nor is there one of a co-sponsor of the Senate's bill: the list is about seats of one chamber."""
    seat_members(engine, legislator("A1", term("VA-11")), former=[legislator("B1", term("VA", 118))])
    add_bill(engine, "hr6618-118", on("C1", "2023-12-06"), proposal="armas")
    add_bill(engine, "s4647-118", on("B1", "2023-12-06", seat="VA"), proposal="armas")
    add_bill(engine, "hr6736-119", proposal="armas")
    assert bioguides(engine, "hr6736-119", "successors") == []


@pytest.mark.parametrize(
    ("terms", "successors"),
    [
        ([term("NJ", start="2023-09-26", end="2029-01-03", **{"class": 2})], []),
        ([term("NJ", start="2023-09-27", end="2029-01-03", **{"class": 2})], ["A1"]),
        ([term("NJ", start="2017-01-03", end="2023-09-26", **{"class": 2}),
          term("NJ", start="2025-01-03", end="2031-01-03", **{"class": 2})], ["A1"]),
        ([term("NJ", start="2017-01-03", end="2023-09-27", **{"class": 2}),
          term("NJ", start="2025-01-03", end="2031-01-03", **{"class": 2})], []),
        ([term("NJ-3", 118), term("NJ", **{"class": 2})], ["A1"]),
    ],
    ids=["began that day", "began the day after", "ended that day", "ended the day after", "sat in the House"],
)  # fmt: skip
def test_without_a_class_who_sat_when_the_cosponsor_joined_is_no_successor(
    engine: Engine, terms: list[dict], successors: list[str]
) -> None:
    """The co-sponsor of 26 September 2023 is in no list of members, so their class is not known."""
    seat_members(engine, legislator("A1", *terms))
    add_bill(engine, "s2926-118", on("C1", "2023-09-26", seat="NJ"), proposal="cartels")
    add_bill(engine, "s367-119", proposal="cartels")
    assert bioguides(engine, "s367-119", "successors") == ids(*successors)


def test_a_former_member_is_followed_in_the_chamber_of_the_bill(engine: Engine) -> None:
    """They went from the House to the Senate and then out of Congress: the House bill is about NJ-3."""
    seat_members(
        engine,
        legislator("A1", term("NJ-3")),
        legislator("A2", term("NJ", **{"class": 1})),
        former=[
            legislator(
                "B1",
                term("NJ-5", start="2019-01-03", end="2021-01-03"),
                term("NJ-3", 118, end="2024-12-08"),
                term("NJ", 118, start="2024-12-08"),
            )
        ],
    )
    add_bill(engine, "hr6618-118", on("B1", "2023-12-06", seat="NJ-5"), proposal="armas")
    add_bill(engine, "hr6736-119", proposal="armas")
    add_bill(engine, "s3508-119", proposal="armas")
    assert bioguides(engine, "hr6736-119", "successors") == ids("A1")
    assert bioguides(engine, "s3508-119", "successors") == []


@pytest.mark.parametrize(
    ("title", "mark", "en", "es"),
    [
        ("Chair", "chair", "chairs", "preside el"),
        ("Ranking Member", "ranking", "is the ranking member of", "encabeza la minoría del"),
        ("Vice Chair", "vice_chair", "is vice chair of", "ocupa la vicepresidencia del"),
        ("", "", "sits on", "está en el"),
    ],
)
def test_a_seat_on_a_committee_is_named_by_its_role(
    engine: Engine, title: str, mark: str, en: str, es: str
) -> None:
    seat_members(engine, legislator("A1", term("NY-1")), committees={"HSFA": [("A1", {"title": title})]})
    with db.writing(engine) as session:
        session.get_one(Committee, "HSFA").name = "House Committee on Foreign Affairs"
    add_bill(engine, "hr6736-119", committees=["HSFA"])
    entry = entries_of(engine, "hr6736-119", "committee_not_on")[id_of("A1")]
    assert entry.text.en == f"{en} the House Committee on Foreign Affairs, which has H.R. 6736"
    assert entry.text.es == f"{es} Comité de Asuntos Exteriores de la Cámara, que tiene H.R. 6736"
    assert entry.mark == mark


def test_of_two_committees_the_weightier_seat_counts(engine: Engine) -> None:
    """Sorted by role, then majority before minority, then rank, then committee."""
    seat_members(
        engine,
        *(legislator(f"A{n}", term(f"NY-{n}")) for n in range(1, 8)),
        former=[legislator("B1", term("NY-9", 118))],
        committees={
            "HSFA": [
                ("A1", {"rank": 4}),
                ("A2", {"rank": 2, "party": "minority"}),
                ("A3", {"rank": 3, "title": "Vice Chair"}),
                ("A4", {"rank": 1, "title": "Chair"}),
                ("A5", {"rank": None}),
                ("A6", {"rank": 1}),
                ("B1", {"rank": 2}),
            ],
            "HSJU": [
                ("A1", {"rank": 9, "party": "minority", "title": "Ranking Member"}),
                ("A2", {"rank": 3}),
                ("A4", {"rank": 7}),
                ("A5", {"rank": None}),
                ("A7", {"rank": None}),
            ],
        },
    )
    add_bill(engine, "hr6736-119", committees=["HSFA", "HSJU"])
    found = entries_of(engine, "hr6736-119", "committee_not_on")
    assert [(one, entry.text.en.split(",")[0]) for one, entry in found.items()] == [
        (id_of("A4"), "chairs the Committee HSFA"),
        (id_of("A1"), "is the ranking member of the Committee HSJU"),
        (id_of("A3"), "is vice chair of the Committee HSFA"),
        (id_of("A5"), "sits on the Committee HSFA"),
        (id_of("A7"), "sits on the Committee HSJU"),
        (id_of("A6"), "sits on the Committee HSFA"),
        (id_of("A2"), "sits on the Committee HSJU"),
    ]


def test_a_senator_hears_how_many_representatives_support_the_companion(engine: Engine) -> None:
    seat_members(
        engine,
        legislator("A1", term("NY")),
        legislator("A2", term("MD")),
        legislator("B1", term("NY-1"), official_full="Lee House"),
        legislator("B2", term("NY-2")),
        legislator("B3", term("MD-3"), official_full="Kim House"),
        legislator("B4", term("VA")),
        former=[legislator("B5", term("NY-5", 118))],
    )
    add_bill(engine, "s3508-119", proposal="armas")
    rows = on("B1"), on("B4"), on("B5"), on("C1", seat="NY-7"), on("B3", withdrawn="2026-02-01"), on("B3")
    add_bill(engine, "hr6736-119", *rows, sponsor="B2", proposal="armas")
    add_bill(engine, "hr6618-118", on("B3", "2023-12-06"), proposal="armas")
    found = entries_of(engine, "s3508-119", "companion_side")
    assert {one: (entry.text.en, entry.text.es) for one, entry in found.items()} == {
        id_of("A1"): ("2 of the state's representatives (NY) support the companion H.R. 6736",
                      "2 representantes del estado (NY) apoyan el proyecto de la otra cámara, H.R. 6736"),
        id_of("A2"): ("Kim House (MD) supports the companion H.R. 6736",
                      "Kim House (MD) apoya el proyecto de la otra cámara, H.R. 6736"),
    }  # fmt: skip


def test_a_representative_hears_the_names_of_both_senators(engine: Engine) -> None:
    seat_members(
        engine,
        legislator("A1", term("NY-1")),
        legislator("B1", term("NY"), official_full="Pat First"),
        legislator("B2", term("NY", **{"class": 3}), official_full="Sam Second"),
    )
    add_bill(engine, "hr6736-119", proposal="armas")
    add_bill(engine, "s3508-119", on("B1"), sponsor="B2", proposal="armas")
    entry = entries_of(engine, "hr6736-119", "companion_side")[id_of("A1")]
    assert entry.text.en == "Pat First and Sam Second (NY) support the companion S. 3508"
    assert entry.text.es == "Pat First y Sam Second (NY) apoyan el proyecto de la otra cámara, S. 3508"


def test_a_companion_whose_sponsor_is_not_known_has_its_cosponsors(engine: Engine) -> None:
    seat_members(engine, legislator("A1", term("NY-1")), legislator("B1", term("NY")))
    add_bill(engine, "hr6736-119", proposal="armas")
    add_bill(engine, "s3508-119", on("B1"), proposal="armas")
    with db.writing(engine) as session:
        session.get_one(Bill, "s3508-119").sponsor = None
    assert bioguides(engine, "hr6736-119", "companion_side") == ids("A1")


def test_the_first_of_two_sister_bills_is_named_and_who_leads_it_leads_it(engine: Engine) -> None:
    seat_members(engine, *(legislator(f"A{n}", term(f"NY-{n}")) for n in (1, 2)))
    add_bill(engine, "hr6736-119", proposal="armas")
    add_bill(engine, "hr923-119", on("A1"), sponsor="A2", proposal="cartels")
    add_bill(engine, "hr924-119", on("A1"), on("A2"), proposal="dealers")
    found = entries_of(engine, "hr6736-119", "sister_gap")
    assert [entry.text.en for entry in found.values()] == [
        "co-sponsors H.R. 923 (cartels Act), not on H.R. 6736 yet",
        "introduced H.R. 923 (cartels Act), not on H.R. 6736 yet",
    ]


def test_an_earlier_bill_is_partly_known_until_its_list_was_read_whole(engine: Engine) -> None:
    seat_members(engine, legislator("A1", term("NY-1")))
    for bill in ("hr9-117", "hr8-117", "hr7-118"):
        add_bill(engine, bill, proposal="armas")
    add_bill(engine, "hr6736-119", proposal="armas")
    with db.writing(engine) as session:
        session.get_one(Bill, "hr9-117").partial = "co-sponsors as introduced only"
        session.get_one(Bill, "hr8-117").observed_at = None
        session.get_one(Bill, "hr6736-119").partial = "co-sponsors as introduced only"
    assert {bill.id for bill in lists_of(engine, "hr6736-119").partial} == {"hr9-117", "hr8-117"}


def test_the_lists_of_several_bills_are_those_of_each_alone(engine: Engine) -> None:
    seat_members(
        engine,
        legislator("A1", term("NY-1", 118), term("NY-1")),
        legislator("A2", term("NY-2")),
        legislator("A3", term("NY")),
        committees={"HSFA": [("A2", {})], "SSFR": [("A3", {})]},
    )
    add_bill(engine, "hr6618-118", on("A1", "2023-12-06"), proposal="armas")
    bills = [
        add_bill(engine, "hr6736-119", proposal="armas", committees=["HSFA"]),
        add_bill(engine, "s3508-119", proposal="armas", committees=["SSFR"]),
        add_bill(engine, "hr923-119", on("A2"), proposal="cartels"),
        add_bill(engine, "hr1-119", on("A2")),
    ]
    with db.reading(engine) as session:
        together = all_worklists(session, bills, now=NOW)
        alone = {str(bill): worklists(session, bill, now=NOW) for bill in bills}
    assert list(together) == [str(bill) for bill in bills]
    assert together == alone
    assert together["hr6736-119"].bioguides("sister_gap") == ids("A2")
    assert together["hr1-119"].bioguides("sister_gap") == []


@pytest.mark.parametrize(
    ("bill", "now", "names"),
    [
        ("hr6618-118", NOW, ENDED_LISTS),
        ("hr6736-119", NOW, OPEN_LISTS),
        ("hr6736-119", datetime(2027, 1, 3, 16, 59, tzinfo=UTC), OPEN_LISTS),
        ("hr6736-119", datetime(2027, 1, 3, 17, 0, tzinfo=UTC), ENDED_LISTS),
    ],
    ids=["an earlier Congress", "the sitting one", "before noon of 3 January 2027", "at noon"],
)
def test_a_bill_that_has_ended_has_lists_of_its_own(
    sqlite_engine: Engine, bill: str, now: datetime, names: tuple[str, ...]
) -> None:
    add_bill(sqlite_engine, "hr6618-118")
    add_bill(sqlite_engine, "hr6736-119")
    assert tuple(lists_of(sqlite_engine, bill, now=now).entries) == names


def test_of_a_bill_before_the_last_congress_it_is_told_only_who_was_on_it_and_who_has_gone(
    engine: Engine,
) -> None:
    seat_members(
        engine,
        legislator("A1", term("NY-1", 117), term("NY-1", 118), term("NY-1")),
        legislator("A2", term("NY-2")),
        former=[legislator("B2", term("NY-2", 117))],
    )
    add_bill(engine, "hr6618-117", on("B2"), sponsor="A1")
    lists = lists_of(engine, "hr6618-117")
    assert {name: lists.bioguides(name) for name in ENDED_LISTS} == {
        "was_on": ids("A1"),
        "successors": [],
        "new_members": [],
        "not_listed_yet": [],
        "gone": ids("B2"),
    }


def test_an_ended_bill_that_became_law_has_no_lists(sqlite_engine: Engine) -> None:
    seat_members(sqlite_engine, legislator("A1", term("NY-1", 118), term("NY-1")))
    add_bill(sqlite_engine, "hr6618-118", on("A1"))
    with db.writing(sqlite_engine) as session:
        session.get_one(Bill, "hr6618-118").stage = Stage.law
    assert lists_of(sqlite_engine, "hr6618-118").entries == {}


def test_an_unknown_bill_has_no_lists(sqlite_engine: Engine) -> None:
    with pytest.raises(Refused) as refused:
        lists_of(sqlite_engine, "hr1-119")
    assert refused.value.status == 404


def test_after_the_end_organizers_see_who_sits_who_has_gone_who_follows_and_who_is_new(engine: Engine) -> None:
    """A1 led it, A2 was on it, A3 moved to the Senate; B1 to B3 left, two of them with their seat on a new map;
    B9 is on the old list, and no list of the new Congress has them."""
    again = {"end": "2029-01-03"}
    new = {"start": "2027-01-03", "end": "2029-01-03"}
    seat_members(
        engine,
        legislator("A1", term("NY-1", **again)),
        legislator("A2", term("NY-2", **again)),
        legislator("A3", term("NY-3"), term("NY", **new)),
        legislator("A4", term("NY-3", **new)),
        legislator("A5", term("TX-15", **new)),
        legislator("A6", term("MO-5", **new)),
        legislator("A7", term("NY-4", **again)),
        legislator("B9", term("NY-9")),
        former=[legislator(f"B{n}", term(seat)) for n, seat in enumerate(("TX-15", "MO-5", "NY-8"), start=1)],
    )
    rows = [on(short) for short in ("A2", "A3", "B1", "B2", "B9")]
    add_bill(engine, "hr6736-119", *rows, on("B3", withdrawn="2026-03-01"), sponsor="A1", proposal="armas")
    lists = lists_of(engine, "hr6736-119", now=datetime(2027, 1, 20, 17, tzinfo=UTC))
    assert {name: lists.bioguides(name) for name in ENDED_LISTS} == {
        "was_on": ids("A1", "A2", "A3"),
        "successors": ids("A4", "A6"),
        "new_members": ids("A4", "A5", "A6"),
        "not_listed_yet": ids("B9"),
        "gone": ids("B1", "B2"),
    }
    texts = {entry.person.bioguide: entry.text for entry in lists.entries["was_on"]}
    assert texts[id_of("A1")].en == "introduced last Congress's H.R. 6736"
    assert texts[id_of("A3")].en == "co-sponsored last Congress's H.R. 6736 (now in the Senate)"
    assert texts[id_of("A3")].es == "copatrocinó H.R. 6736 del Congreso pasado (ahora en el Senado)"
    assert lists.entries["new_members"][0].text.es == "está en el Congreso desde el 3 de enero de 2027"
    assert [text.en for text in lists.new_maps] == [
        "TX-15, the seat of Lee MemberB1, who co-sponsored last Congress's H.R. 6736: new map, no successor"
    ]
    first, reasons = lists.by_member()[0]
    assert (first.bioguide, reasons[0].list) == (id_of("A1"), "was_on")


def test_after_the_end_who_returns_is_not_new_and_who_changed_seats_is_new_since_their_first_day(
    engine: Engine,
) -> None:
    new, later = {"start": "2027-01-03", "end": "2029-01-03"}, {"start": "2027-05-01", "end": "2029-01-03"}
    seat_members(
        engine,
        legislator("A1", term("NY-1", 118), term("NY-1", **new)),
        legislator("A2", term("NY-2", **{**new, "end": "2027-05-01"}), term("NY-3", **later)),
        legislator("A3", term("NY"), term("NY-4", **new)),
    )
    add_bill(engine, "hr6736-119")
    add_bill(engine, "s3508-119", on("A3"))
    now = datetime(2027, 6, 20, 17, tzinfo=UTC)
    [entry] = lists_of(engine, "hr6736-119", now=now).entries["new_members"]
    assert (entry.person.bioguide, entry.text.en) == (id_of("A2"), "new in Congress since January 3, 2027")
    [entry] = lists_of(engine, "s3508-119", now=now).entries["was_on"]
    assert entry.text.en == "co-sponsored last Congress's S. 3508 (now in the House)"
    assert entry.text.es == "copatrocinó S. 3508 del Congreso pasado (ahora en la Cámara)"


def test_who_left_a_redrawn_district_is_told_once_by_the_newest_bill(engine: Engine) -> None:
    seat_members(
        engine,
        legislator("A5", term("TX-15", start="2027-01-03", end="2029-01-03")),
        former=[legislator("B1", term("TX-15", 118), term("TX-15"))],
    )
    add_bill(engine, "hr6618-118", on("B1"), proposal="armas")
    add_bill(engine, "hr6736-119", on("B1"), proposal="armas")
    lists = lists_of(engine, "hr6736-119", now=datetime(2027, 1, 20, 17, tzinfo=UTC))
    assert [text.en for text in lists.new_maps if "MemberB1" in text.en] == [
        "TX-15, the seat of Lee MemberB1, who co-sponsored last Congress's H.R. 6736: new map, no successor"
    ]


def test_lists_ask_the_same_few_questions_however_large_the_campaign_is(engine: Engine) -> None:
    seat_members(engine, *(legislator(f"A{n}", term(f"NY-{n}", 118), term(f"NY-{n}")) for n in range(1, 27)))
    add_bill(engine, "hr6736-119", proposal="armas")
    with counted(engine) as small:
        lists_of(engine, "hr6736-119")
        few = small()
    for number in range(1, 20):
        rows = [on(f"A{n}", "2023-12-06") for n in range(1, number)]
        add_bill(engine, f"hr{number}-118", *rows, on("C1", "2023-12-06", seat="NY-3"), proposal="armas")
        add_bill(engine, f"hr{number + 100}-119", *rows, proposal=f"sister{number}")
    with counted(engine) as large:
        assert lists_of(engine, "hr6736-119").entries["ask_again"]
        assert large() == few <= 11


NUMBERS = st.integers(1, 9)
ROW = st.builds(
    lambda n, gone: on(f"A{n}", "2026-01-10", withdrawn="2026-02-10" if gone else None), NUMBERS, st.booleans()
)
ROWS = st.lists(ROW, max_size=9, unique_by=lambda row: row.bioguide)


@settings(max_examples=cases(20))
@given(here=ROWS, sister=ROWS, earlier=ROWS, sponsor=NUMBERS)
def test_no_list_ever_holds_who_is_on_leads_or_sits_elsewhere(
    sqlite_engine: Engine, here: list, sister: list, earlier: list, sponsor: int
) -> None:
    with sqlite_engine.execution_options(writes=True).begin() as connection:
        for table in ("kinship", "proposal", "campaign", "referral", "cosponsorship", "action", "rawreply"):
            connection.exec_driver_sql(f"DELETE FROM {table}")  # noqa: S608 -- names of our own tables
    seats = ["NY-1", "NY-2", "NY-3", "NY", "NJ-1", "NJ-2", "NJ", "DC-0", "PR-0"]
    seat_members(
        sqlite_engine,
        *(legislator(f"A{n}", term(seat, 118), term(seat)) for n, seat in enumerate(seats, start=1)),
        committees={"HSFA": [(f"A{n}", {}) for n in range(1, 10)]},
    )
    add_bill(sqlite_engine, "hr6618-118", *earlier, proposal="armas")
    add_bill(sqlite_engine, "hr6736-119", *here, sponsor=f"A{sponsor}", proposal="armas", committees=["HSFA"])
    add_bill(sqlite_engine, "hr923-119", *sister, proposal="cartels")
    found = lists_of(sqlite_engine, "hr6736-119")
    with db.reading(sqlite_engine) as session:
        record = ledger.current(session, "hr6736-119", now=NOW)
    assert tuple(found.entries) == OPEN_LISTS
    for name in OPEN_LISTS:
        assert not set(found.bioguides(name)) & (record.active | {record.sponsor})
        assert all(entry.person.chamber == "house" for entry in found.entries[name])
