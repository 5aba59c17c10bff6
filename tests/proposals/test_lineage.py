"""Lineage on the first campaign's own bills: titles, sponsors and dates as the public record has them."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlmodel import Session

from campaign import db
from campaign.congress.bills import BillId
from campaign.congress.models import Bill, Cosponsorship, Member, Related
from campaign.proposals import lineage, lookup, suggestions
from campaign.proposals.suggestions import Suggestion
from campaign.refusals import Refused

NOW = datetime(2026, 6, 20, 15, 0, tzinfo=UTC)
# A year on: the 120th Congress sits and every number above has died.
NEXT = datetime(2027, 6, 20, 15, 0, tzinfo=UTC)

ARMAS = (
    "To require the transfer of regulatory control of certain munitions exports from the Department of "
    "Commerce to the Department of State, and for other purposes."
)
CARTELS = (
    "To prohibit the importation, sale, manufacture, transfer, or possession of .50 caliber rifles, and for "
    "other purposes."
)
CASTRO, MURPHY, CARDIN, DURBIN = "C001091", "M001169", "C000141", "D000563"


def senate(official: str) -> str:
    return "A bill t" + official[1:]


# id, title, official title, sponsor, introduced, policy area. Without an official title: known by name only.
BILLS = [
    ("hr9539-117", "ARMAS Act of 2022", None, CASTRO, date(2022, 12, 14), None),
    ("hr6618-118", "ARMAS Act of 2023", ARMAS, CASTRO, date(2023, 12, 6), None),
    ("s4647-118", "ARMAS Act of 2024", None, CARDIN, None, None),
    ("hr6736-119", "ARMAS Act of 2025", ARMAS, CASTRO, date(2025, 12, 16), "International Affairs"),
    ("s3508-119", "ARMAS Act of 2025", senate(ARMAS), MURPHY, date(2025, 12, 16), "International Affairs"),
    ("s2926-118", "Stop Arming Cartels Act of 2023", CARTELS, DURBIN, date(2023, 9, 26), None),
    ("hr8427-118", "Stop Arming Cartels Act of 2024", CARTELS, CASTRO, date(2024, 5, 16), None),
    ("hr923-119", "Stop Arming Cartels Act of 2025", CARTELS, CASTRO, date(2025, 2, 4), "Crime"),
    ("s367-119", "Stop Arming Cartels Act of 2025", senate(CARTELS), DURBIN, date(2025, 2, 3), "Crime"),
    (
        "hr6618-119",
        "Wildfire Aerial Response Safety Act",
        "To require the Administrator of the Federal Aviation Administration to conduct a study on drone "
        "incursions on wildfire suppression, and for other purposes.",
        "B001326",
        date(2025, 12, 11),
        "Transportation and Public Works",
    ),
    (
        "hr8427-119",
        "Congressional Pension Integrity Act of 2026",
        "To amend chapter 83 of title 5, United States Code, to prohibit pay of annuity or retired pay to a "
        "Member of Congress convicted of a criminal offense committed during congressional service, and for "
        "other purposes.",
        "S001230",
        date(2026, 4, 21),
        "Congress",
    ),
    (
        "s2926-119",
        "New York-New Jersey Watershed Protection Act",
        "A bill to establish the New York-New Jersey Watershed Restoration Program, and for other purposes.",
        "B001288",
        date(2025, 9, 29),
        "Environmental Protection",
    ),
]
HOUSE_LINE = ("hr9539-117", "hr6618-118", "hr6736-119")


def put(
    session: Session,
    id: str,
    title: str,
    official: str | None = None,
    sponsor: str | None = None,
    introduced: date | None = None,
    policy: str | None = None,
    over: bool = False,
) -> None:
    bill = BillId.of(id)
    session.add(
        Bill(
            id=id,
            congress=bill.congress,
            type=bill.type,
            number=bill.number,
            title=title,
            official_title=official,
            sponsor=sponsor,
            introduced=introduced,
            policy_area=policy,
            stage="in_committee" if official else "",
            over=over,
            observed_at=NOW if official else None,
        )
    )
    session.flush()


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    """The campaign's bills and proposals, of which nobody has confirmed anything yet."""
    with db.writing(engine) as session:
        for row in BILLS:
            put(session, *row)
        lineage.add_campaign(session, "iron-river", title_en="Iron River", title_es="Río de hierro")
        for place, (slug, name) in enumerate(
            (("armas-act", "ARMAS Act"), ("stop-arming-cartels-act", "Stop Arming Cartels Act"))
        ):
            lineage.add_proposal(
                session, slug, campaign="iron-river", name_en=name, name_es=name, position=place
            )
        yield session


def confirm(session: Session, *bills: str, slug: str = "armas-act") -> None:
    for bill in bills:
        lineage.confirm(session, slug, bill, by="ana@example.org", now=NOW)


def only(suggestions: list[Suggestion], bill: str) -> Suggestion:
    [found] = [each for each in suggestions if each.bill == bill]
    return found


# --- what is typed ---


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("H.R. 6736", "hr6736-119"),
        ("S 367 (119th)", "s367-119"),
        ("S. 3508", "s3508-119"),
        ("118/hr/8427", "hr8427-118"),
        ("https://www.congress.gov/bill/119th-congress/house-bill/8427", "hr8427-119"),
        ("hr6618-118", "hr6618-118"),
        ("hr9539", "hr9539-117"),
    ],
)
def test_a_bill_is_found_by_every_form_people_use(session: Session, typed: str, meant: str) -> None:
    assert str(lookup.resolve(session, typed)) == meant


def test_a_number_of_several_congresses_is_never_guessed(session: Session) -> None:
    with pytest.raises(Refused) as refusal:
        lookup.resolve(session, "H.R. 8427")
    assert refusal.value.status == 409
    for text in (refusal.value.en, refusal.value.es):
        assert "H.R. 8427 (118th): Stop Arming Cartels Act of 2024" in text
        assert "H.R. 8427 (119th): Congressional Pension Integrity Act of 2026" in text


@pytest.mark.parametrize(
    ("typed", "status"),
    [("H.R. 1", 404), ("hr6736-118", 404), ("", 400), ("Act of 2025", 400), ("la ley", 400)],
)
def test_what_is_not_held_is_refused_in_both_languages(session: Session, typed: str, status: int) -> None:
    with pytest.raises(Refused) as refusal:
        lookup.resolve(session, typed)
    assert refusal.value.status == status
    assert refusal.value.en != refusal.value.es


def test_a_dead_number_leads_to_its_living_successor(session: Session) -> None:
    confirm(session, "hr8427-118", "s367-119", "hr923-119", slug="stop-arming-cartels-act")
    pension, cartels = lookup.search(session, "H.R. 8427", now=NOW)
    assert (str(pension.bill_id), pension.living, pension.successor) == ("hr8427-119", True, None)
    assert (str(cartels.bill_id), cartels.living) == ("hr8427-118", False)
    assert str(cartels.successor) == "hr923-119"
    assert cartels.proposal == "stop-arming-cartels-act"


def test_after_the_congress_ended_no_number_is_called_living(session: Session) -> None:
    confirm(session, "hr8427-118", "hr923-119", slug="stop-arming-cartels-act")
    for candidate in lookup.search(session, "H.R. 8427", now=NEXT):
        assert not candidate.living
        assert candidate.successor is None


# --- the ARMAS Act: another sponsor, another year, another chamber ---


def test_cardins_bill_known_by_name_only_is_suggested_for_the_proposal(session: Session) -> None:
    confirm(session, *HOUSE_LINE)
    found = only(suggestions.suggest(session, "s4647-118"), "s4647-118")
    assert (found.proposal, found.other, found.kind) == ("armas-act", "hr6618-118", "companion")
    assert found.rule == "line"
    assert "H.R. 6618 (118th)" in found.reason_en
    assert "have not been read" in found.reason_en
    assert "H.R. 6618 (118th)" in found.reason_es
    assert found.reason_es != found.reason_en


def test_the_proposals_living_bill_finds_cardins_too(session: Session) -> None:
    confirm(session, *HOUSE_LINE, "s3508-119")
    found = only(suggestions.suggest(session, "s3508-119"), "s4647-118")
    assert found.proposal == "armas-act"
    assert found.score >= suggestions.WORTH_SUGGESTING


def test_companions_that_the_researchers_did_not_link_are_suggested(session: Session) -> None:
    found = only(suggestions.suggest(session, "hr6736-119"), "s3508-119")
    assert (found.kind, found.rule, found.proposal) == ("companion", "sister_both_titles", None)
    assert found.score >= 0.9


def test_a_suggestion_is_no_lineage_until_a_person_confirms_it(session: Session) -> None:
    confirm(session, *HOUSE_LINE, "s3508-119")
    assert suggestions.save_suggestions(session, suggestions.suggest(session, "s3508-119")) == 1
    assert lineage.proposal_of(session, "s4647-118") is None
    assert "s4647-118" not in {bill.id for bill, _ in lineage.bills_of(session, "armas-act")}
    [(bill, waiting)] = lineage.waiting(session, "armas-act")
    assert (bill.id, waiting.state) == ("s4647-118", "suggested")

    lineage.confirm(session, "armas-act", "s4647-118", by="ana@example.org", now=NOW)
    home = lineage.proposal_of(session, "s4647-118")
    assert home is not None
    assert home.slug == "armas-act"
    assert "s4647-118" in {bill.id for bill in lineage.family(session, "s3508-119")}
    assert lineage.waiting(session) == []
    kept = {b.id: k for b, k in lineage.bills_of(session, "armas-act")}["s4647-118"]
    assert (kept.decided_by, kept.decided_at, kept.rule) == ("ana@example.org", NOW, waiting.rule)


def test_saving_twice_adds_nothing_and_a_rejection_stays(session: Session) -> None:
    confirm(session, *HOUSE_LINE, "s3508-119")
    suggestions.save_suggestions(session, suggestions.suggest(session, "s3508-119"))
    assert suggestions.save_suggestions(session, suggestions.suggest(session, "s3508-119")) == 0
    lineage.reject(session, "armas-act", "s4647-118", by="ana@example.org", now=NOW)
    assert suggestions.suggest(session, "s3508-119") == []
    assert [each for each in suggestions.suggest(session, "s4647-118") if each.proposal] == []
    assert suggestions.save_suggestions(session, suggestions.suggest(session, "hr6736-119")) == 0
    assert lineage.waiting(session) == []


def test_the_whole_family_in_reading_order(session: Session) -> None:
    confirm(session, "s4647-118", "s3508-119", *HOUSE_LINE)
    assert [bill.id for bill, _ in lineage.bills_of(session, "armas-act")] == [
        "hr6736-119",
        "s3508-119",
        "hr6618-118",
        "s4647-118",
        "hr9539-117",
    ]
    companion = lineage.companion(session, "hr6736-119")
    assert companion is not None
    assert companion.id == "s3508-119"
    heir = lineage.successor(session, "s4647-118", NOW)
    assert heir is not None
    assert heir.id == "s3508-119"
    assert lineage.successor(session, "hr6736-119", NOW) is None
    assert lineage.companion(session, "hr8427-119") is None


def test_the_same_number_of_another_congress_is_not_kin(session: Session) -> None:
    confirm(session, "hr6618-118")
    assert suggestions.suggest(session, "hr6618-119") == []


# --- the other rules, each on a real pair ---


def test_the_researchers_word_counts_within_a_congress_only(session: Session) -> None:
    session.add(Related(bill="hr923-119", other="s367-119", identical=True))
    session.add(Related(bill="hr923-119", other="hr6618-118", identical=True))
    session.flush()
    found = suggestions.suggest(session, "s367-119")
    assert only(found, "hr923-119").rule == "crs_identical"
    assert "hr6618-118" not in {each.bill for each in suggestions.suggest(session, "hr923-119")}


def test_same_sponsor_and_official_title_over_two_congresses(session: Session) -> None:
    found = only(suggestions.suggest(session, "hr923-119"), "hr8427-118")
    assert (found.rule, found.kind) == ("sponsor_official", "predecessor")


def test_a_former_cosponsor_took_over(session: Session) -> None:
    put(session, "s4700-118", "Other words", senate(ARMAS), CARDIN, date(2024, 7, 10))
    assert only(suggestions.suggest(session, "s3508-119"), "s4700-118").rule == "official"
    session.add(Cosponsorship(bill="s4700-118", bioguide=MURPHY, joined=date(2024, 7, 10)))
    session.flush()
    found = only(suggestions.suggest(session, "s3508-119"), "s4700-118")
    assert found.rule == "took_over"
    assert "former co-sponsor" in found.reason_en


def test_a_sponsor_who_left_makes_an_equal_official_title_likelier(session: Session) -> None:
    put(session, "s4700-118", "Other words", senate(ARMAS), CARDIN, date(2024, 7, 10))
    session.add(Member(bioguide=CARDIN, first="Benjamin", last="Cardin", standing="departed"))
    session.flush()
    assert only(suggestions.suggest(session, "s3508-119"), "s4700-118").rule == "sponsor_left"


def test_a_short_title_alone_is_not_worth_a_suggestion(session: Session) -> None:
    put(session, "hr100-119", "FAIR Act", "To provide for fair elections in the several States.", "A000001")
    put(session, "hr200-118", "FAIR Act of 2023", "To reform how the Government seizes things.", "B000002")
    assert suggestions.suggest(session, "hr100-119") == []
    [weak] = suggestions.suggest(session, "hr100-119", least=0.1)
    assert weak.rule == "short_title"


@pytest.mark.parametrize(
    "title",
    [
        "Reserved for the Speaker.",
        "Electing Members to certain standing committees of the House of Representatives.",
        "Expressing support for the designation of May as a month of something.",
        "Providing for congressional disapproval under chapter 8 of title 5 of a rule.",
        "A joint resolution providing for congressional disapproval under chapter 8 of title 5 of a rule.",
    ],
)
def test_titles_that_name_no_idea_make_no_kin(session: Session, title: str) -> None:
    put(session, "hres9001-119", title, title, CASTRO)
    put(session, "hres9002-118", title, title, CASTRO)
    assert suggestions.suggest(session, "hres9001-119", least=0) == []


def test_private_relief_is_kin_only_for_the_same_person(session: Session) -> None:
    put(session, "hr7194-119", "For the relief of Rebecca Trimble.", "For the relief of Rebecca Trimble.", "B1")
    put(session, "hr680-118", "For the relief of Rebecca Trimble.", "For the relief of Rebecca Trimble.", "B1")
    put(session, "hr681-118", "For the relief of Another Person.", "For the relief of Another Person.", "B1")
    assert [each.bill for each in suggestions.suggest(session, "hr7194-119")] == ["hr680-118"]


def test_one_bill_may_have_several_successors(session: Session) -> None:
    put(session, "hr9000-119", "ARMAS Act of 2026", ARMAS, CASTRO, date(2026, 6, 1))
    found = {each.bill: each.kind for each in suggestions.suggest(session, "hr6618-118")}
    assert found["hr6736-119"] == found["hr9000-119"] == "successor"
    assert {each.bill: each.kind for each in suggestions.suggest(session, "hr6736-119")}[
        "hr9000-119"
    ] == "redraft"


def test_a_new_title_makes_new_kin(session: Session) -> None:
    put(session, "hr9000-119", "Reserved for the Speaker.")
    assert suggestions.suggest(session, "hr9000-119") == []
    bill = session.get_one(Bill, "hr9000-119")
    bill.title, bill.official_title, bill.sponsor = "The ARMAS Act of 2026", ARMAS, CASTRO
    session.flush()
    assert only(suggestions.suggest(session, "hr9000-119"), "hr6736-119").rule == "sponsor_official"


def test_a_suggestion_reads_few_rows_of_a_large_table(session: Session) -> None:
    confirm(session, *HOUSE_LINE)
    for number in range(1, 300):
        put(
            session,
            f"hr{10000 + number}-119",
            f"Other idea {number} Act",
            f"To do the thing of number {number}.",
        )
    session.expunge_all()
    asked: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        asked.append(statement)

    engine = session.get_bind()
    sa.event.listen(engine, "before_cursor_execute", note)
    assert suggestions.suggest(session, "hr6736-119")
    sa.event.remove(engine, "before_cursor_execute", note)
    assert len([one for one in asked if one.startswith("SELECT")]) <= 8
    assert sum(1 for each in session.identity_map.values() if isinstance(each, Bill)) < 20


# --- deciding and upkeep ---


def test_a_bill_belongs_to_one_proposal(session: Session) -> None:
    confirm(session, "hr923-119", slug="stop-arming-cartels-act")
    with pytest.raises(Refused) as refusal:
        confirm(session, "hr923-119")
    assert refusal.value.status == 409
    lineage.reject(session, "stop-arming-cartels-act", "hr923-119", by="ana@example.org", now=NOW)
    confirm(session, "hr923-119")
    home = lineage.proposal_of(session, "hr923-119")
    assert home is not None
    assert home.slug == "armas-act"


@pytest.mark.parametrize(("slug", "bill"), [("no-such", "hr923-119"), ("armas-act", "hr1-119")])
def test_nothing_unknown_is_confirmed(session: Session, slug: str, bill: str) -> None:
    with pytest.raises(Refused) as refusal:
        lineage.confirm(session, slug, bill, by="ana@example.org", now=NOW)
    assert refusal.value.status == 404


def test_proposals_stand_in_the_organizers_order_and_can_be_rewritten(session: Session) -> None:
    lineage.add_proposal(
        session, "armas-act", campaign="iron-river", name_en="ARMAS", name_es="Ley ARMAS", position=5
    )
    assert [(p.slug, p.name_es) for p in lineage.campaign_proposals(session, "iron-river")] == [
        ("stop-arming-cartels-act", "Stop Arming Cartels Act"),
        ("armas-act", "Ley ARMAS"),
    ]
    assert lineage.campaign_proposals(session, "elsewhere") == []
    for slug in ("", "Armas Act", "../etc", "-a"):
        with pytest.raises(Refused):
            lineage.add_proposal(session, slug, campaign="iron-river", name_en="x", name_es="x")
    with pytest.raises(Refused):
        lineage.add_proposal(session, "x", campaign="elsewhere", name_en="x", name_es="x")


def test_a_bill_whose_course_is_over_is_no_longer_living(session: Session) -> None:
    put(session, "hr9000-119", "Some Act", "To do it at last.", CASTRO, over=True)
    [one] = lookup.search(session, "hr9000", now=NOW)
    assert not one.living
