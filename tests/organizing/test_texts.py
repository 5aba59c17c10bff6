"""Texts of a campaign: drafts, versions, publishing an old one again; states and copies of campaigns."""

from datetime import timedelta

import pytest
from chambers import NOW, add_bill, legislator, seat_members, term
from filled import filled_by
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.engine import Engine
from sqlmodel import select

from campaign import db
from campaign.accounts import users
from campaign.organizing import campaign_setup, saved_views, texts
from campaign.outreach import wordings
from campaign.proposals import campaigns, lineage
from campaign.proposals.models import Campaign, CitedFact, Proposal, TextVersion
from campaign.refusals import Refused

ANA = "ana@example.org"
WORDS = {"title_en": "Fewer guns", "title_es": "Menos armas", "summary_en": "", "summary_es": ""}
PROPOSAL = {"name_en": "ARMAS Act", "name_es": "Ley ARMAS", "summary_en": "a", "summary_es": "b"}
FACT = {
    "text_en": "70% came from here.",
    "text_es": "El 70% venía de aquí.",
    "source_en": "GAO-21-322 of 2021",
    "source_es": "GAO-21-322 de 2021",
    "source_url": "https://www.gao.gov/products/gao-21-322",
    "period": "2014–2018",
    "proposal": "armas",
    "letters": "yes",
}


def begin(engine: Engine) -> None:
    add_bill(engine, "hr6736-119", proposal="armas")


@pytest.fixture
def campaign(engine: Engine) -> Engine:
    return filled_by(begin, engine)


def draft(engine: Engine, kind: str, key: str, given: dict[str, str], seen: int = 0) -> TextVersion:
    with db.writing(engine) as session:
        return texts.draft(session, "guns", kind, key, given, seen=seen, by=ANA, now=NOW)


def publish(engine: Engine, version: TextVersion) -> None:
    with db.writing(engine) as session:
        texts.publish(session, "guns", version.id or 0, by=ANA, now=NOW)


def test_a_draft_is_not_public_until_it_is_published(campaign: Engine) -> None:
    version = draft(campaign, "campaign", "guns", WORDS)
    with db.reading(campaign) as session:
        assert session.get_one(Campaign, "guns").title_en == "guns"
    publish(campaign, version)
    with db.reading(campaign) as session:
        assert session.get_one(Campaign, "guns").title_es == "Menos armas"
        assert texts.shown_now(session, "guns", "campaign", "guns") == WORDS


def test_publishing_an_old_version_brings_it_back(campaign: Engine) -> None:
    one = draft(campaign, "campaign", "guns", WORDS)
    two = draft(campaign, "campaign", "guns", {**WORDS, "title_en": "No guns"}, seen=one.id or 0)
    publish(campaign, two)
    publish(campaign, one)
    with db.reading(campaign) as session:
        assert session.get_one(Campaign, "guns").title_en == "Fewer guns"
        assert [row.id for row in texts.versions(session, "guns", "campaign", "guns")] == [two.id, one.id]


def test_of_two_writers_both_versions_are_kept(campaign: Engine) -> None:
    one = draft(campaign, "campaign", "guns", WORDS)
    mine = draft(campaign, "campaign", "guns", {**WORDS, "title_en": "Mine"}, seen=one.id or 0)
    with db.reading(campaign) as session:
        assert texts.overtaken(session, "guns", "campaign", "guns", one.id or 0).id == mine.id  # type: ignore[union-attr]
    draft(campaign, "campaign", "guns", {**WORDS, "title_en": "Theirs"}, seen=one.id or 0)
    with db.reading(campaign) as session:
        titles = [row.content["title_en"] for row in texts.versions(session, "guns", "campaign", "guns")]
    assert titles == ["Theirs", "Mine", "Fewer guns"]


def test_saving_the_same_again_makes_no_version(campaign: Engine) -> None:
    one = draft(campaign, "campaign", "guns", WORDS)
    assert draft(campaign, "campaign", "guns", WORDS, seen=one.id or 0).id == one.id


@pytest.mark.parametrize(
    ("kind", "change", "says"),
    [
        ("fact", {"source_en": " "}, "source"),
        ("fact", {"source_es": ""}, "both languages"),
        ("fact", {"text_es": ""}, "both languages"),
        ("fact", {"source_url": "javascript:alert(1)"}, "https://"),
        ("fact", {"text_en": "<script>alert(1)</script>"}, "markup"),
        ("fact", {"text_en": "x" * 4001}, "too long"),
        ("campaign", {"title_es": ""}, "both languages"),
        ("campaign", {"summary_en": "<b>bold</b>"}, "markup"),
    ],
)
def test_what_cannot_stand_is_refused_by_field_and_nothing_kept(
    campaign: Engine, kind: str, change: dict[str, str], says: str
) -> None:
    with pytest.raises(Refused, match=says) as refused:
        draft(campaign, kind, "guns", {**(FACT if kind == "fact" else WORDS), **change})
    assert refused.value.es
    with db.reading(campaign) as session:
        assert texts.versions(session, "guns", kind, "guns") == []


def test_a_figure_reaches_the_public_with_its_source(campaign: Engine) -> None:
    publish(campaign, draft(campaign, "fact", "traced", FACT))
    with db.reading(campaign) as session:
        fact = session.get_one(CitedFact, "traced")
        assert (fact.campaign, fact.proposal, fact.letters, fact.recorded) == (
            "guns",
            "armas",
            True,
            NOW.date(),
        )
        assert (fact.source_en, fact.source_es) == ("GAO-21-322 of 2021", "GAO-21-322 de 2021")
        assert texts.shown_now(session, "guns", "fact", "traced") == FACT


def test_a_figure_can_be_kept_out_of_letters_and_for_all_proposals(campaign: Engine) -> None:
    publish(campaign, draft(campaign, "fact", "old", {**FACT, "letters": "no", "proposal": ""}))
    with db.reading(campaign) as session:
        fact = session.get_one(CitedFact, "old")
        assert (fact.letters, fact.proposal) == (False, None)
        assert texts.shown_now(session, "guns", "fact", "old")["letters"] == "no"


def test_a_version_with_one_source_can_still_be_published(campaign: Engine) -> None:
    """Versions are only added: those of 0.1.0 have no source in Spanish and nothing about letters."""
    old = {key: value for key, value in FACT.items() if key not in ("source_en", "source_es", "letters")}
    row = TextVersion(
        campaign="guns", kind="fact", key="traced", content={**old, "source": "GAO-21-322"}, by=ANA, at=NOW
    )
    with db.writing(campaign) as session:
        session.add(row)
        session.flush()
        texts.publish(session, "guns", row.id or 0, by=ANA, now=NOW)
        fact = session.get_one(CitedFact, "traced")
        assert (fact.source_en, fact.source_es, fact.letters) == ("GAO-21-322", "GAO-21-322", True)


def test_a_new_figure_belongs_to_the_campaign_that_wrote_it(campaign: Engine) -> None:
    add_bill(campaign, "hr4989-119", proposal="housing", campaign="aid")
    publish(campaign, draft(campaign, "fact", "traced", FACT))
    publish(campaign, draft(campaign, "fact", "general", {**FACT, "proposal": ""}))
    with pytest.raises(Refused, match="another campaign"):
        publish(campaign, draft(campaign, "fact", "theirs", {**FACT, "proposal": "housing"}))
    with db.reading(campaign) as session:
        assert {fact.id: fact.campaign for fact in session.exec(select(CitedFact))} == {
            "traced": "guns",
            "general": "guns",
        }


@pytest.mark.parametrize("kind", ["proposal", "campaign", "fact"])
def test_a_campaign_does_not_see_or_change_the_texts_of_another(campaign: Engine, kind: str) -> None:
    add_bill(campaign, "hr4989-119", proposal="housing", campaign="aid")
    with db.writing(campaign) as session:
        session.add(CitedFact(id="theirs", campaign="aid", recorded=NOW.date(), **{
            name: FACT[name] for name in ("text_en", "text_es", "source_en", "source_es")}))  # fmt: skip
    key = {"proposal": "housing", "campaign": "aid", "fact": "theirs"}[kind]
    with db.reading(campaign) as session, pytest.raises(Refused) as refused:
        texts.shown_now(session, "guns", kind, key)
    assert refused.value.status == 404
    given = {"proposal": PROPOSAL, "campaign": WORDS, "fact": {**FACT, "proposal": ""}}[kind]
    with pytest.raises(Refused) as refused:
        draft(campaign, kind, key, given)
    assert refused.value.status == 404


def test_a_figure_of_an_unknown_proposal_is_refused_whole(campaign: Engine) -> None:
    version = draft(campaign, "fact", "traced", {**FACT, "proposal": "nothing"})
    with pytest.raises(Refused):
        publish(campaign, version)
    with db.reading(campaign) as session:
        assert session.get(CitedFact, "traced") is None
        assert texts.version(session, "guns", version.id or 0).published_at is None


def test_a_proposals_words_are_published_without_moving_it(campaign: Engine) -> None:
    publish(campaign, draft(campaign, "proposal", "armas", PROPOSAL))
    with db.reading(campaign) as session:
        row = session.get_one(Proposal, "armas")
        assert (row.name_en, row.campaign) == ("ARMAS Act", "guns")


TEXT = st.lists(st.sampled_from(["uno", "dos", "tres", "cuatro", "cinco"]), max_size=8).map(" ".join)


@given(old=TEXT, new=TEXT)
def test_a_difference_holds_both_texts(old: str, new: str) -> None:
    pieces = texts.difference(old, new)
    assert " ".join(p.text for p in pieces if p.kind != "new") == old
    assert " ".join(p.text for p in pieces if p.kind != "gone") == new


def test_a_campaign_is_live_until_somebody_says_otherwise(campaign: Engine) -> None:
    with db.writing(campaign) as session:
        assert [(one.slug, state) for one, state in campaigns.campaigns(session)] == [("guns", "live")]
        campaigns.set_state(session, "guns", "won", by=ANA, now=NOW)
        assert campaigns.campaigns(session)[0][1] == "won"
        with pytest.raises(Refused):
            campaigns.set_state(session, "guns", "lost", by=ANA, now=NOW)


def test_a_copy_is_a_draft_whose_bills_wait_to_be_confirmed(campaign: Engine) -> None:
    publish(campaign, draft(campaign, "fact", "traced", FACT))
    with db.writing(campaign) as session:
        campaign_setup.duplicate(session, "guns", "guns-2027", by=ANA, now=NOW)
    with db.reading(campaign) as session:
        assert [state for one, state in campaigns.campaigns(session) if one.slug == "guns-2027"] == ["draft"]
        (proposal,) = campaigns.campaign_proposals(session, "guns-2027")
        assert lineage.bills_of(session, proposal.slug) == []
        assert [bill.id for bill, _ in lineage.waiting(session, proposal.slug)] == ["hr6736-119"]
        assert session.get_one(CitedFact, "traced-guns-2027").proposal == proposal.slug


@pytest.mark.parametrize("new", ["guns", "Two Words", "", "<script>"])
def test_a_copy_needs_an_address_of_its_own(campaign: Engine, new: str) -> None:
    with pytest.raises(Refused), db.writing(campaign) as session:
        campaign_setup.duplicate(session, "guns", new, by=ANA, now=NOW)


def test_a_view_is_its_owners_and_holds_names_and_values_only(campaign: Engine) -> None:
    with db.writing(campaign) as session:
        view = saved_views.save(session, ANA, "lists", " Texas ", "state=TX&list=ask_again&&x")
        saved_views.save(session, ANA, "lists", "Texas", "state=TX")
        assert [(one.name, one.query) for one in saved_views.views_of(session, ANA, "lists")] == [
            ("Texas", "state=TX")
        ]
        assert saved_views.views_of(session, "bo@example.org", "lists") == []
        with pytest.raises(Refused):
            saved_views.remove(session, "bo@example.org", view.id or 0)
        assert saved_views.remove(session, ANA, view.id or 0) == "lists"
        for page, name in (("elsewhere", "a"), ("lists", ""), ("lists", "x" * 61)):
            with pytest.raises(Refused):
                saved_views.save(session, ANA, page, name, "")


# --- wordings --------------------------------------------------------------------------------------


def test_a_wording_starts_as_the_shipped_one(campaign: Engine) -> None:
    with db.reading(campaign) as session:
        shown = texts.shown_now(session, "guns", "wording", "committee_chair-call")
    assert shown["text_en"] == wordings.wording("committee_chair", "call", "en").strip()


@pytest.mark.parametrize("key", ["cosponsor-fax", "nobody-call", "cosponsor", "", "../x-call"])
def test_a_wording_that_does_not_exist_is_not_found(campaign: Engine, key: str) -> None:
    with db.reading(campaign) as session, pytest.raises(Refused) as refused:
        texts.shown_now(session, "guns", "wording", key)
    assert refused.value.status == 404


@pytest.mark.parametrize(
    ("english", "says"),
    [
        ("Hello.\nI am [password].", r"English: Unknown fields: \[password\] \(line 2\)"),
        ("Hello [your name].", r"\[your name\] \(line 1\)"),
        ("Hello [member", r"\[member \(line 1\)"),
        ("<script>alert(1)</script> [bill]", "markup"),
        ("You have [earlier] behind you.", "Tried on Lee MemberA1.*'earlier'"),
    ],
)
def test_a_wording_that_fails_somebody_is_refused_and_not_kept(
    campaign: Engine, english: str, says: str
) -> None:
    seat_members(campaign, legislator("A1", term("TX-20")))
    given = {"text_en": english, "text_es": "Le pido que copatrocine [bill]."}
    with pytest.raises(Refused, match=says):
        draft(campaign, "wording", "cosponsor-call", given)
    with db.reading(campaign) as session:
        assert texts.versions(session, "guns", "wording", "cosponsor-call") == []


def test_a_letter_keeps_its_paragraphs(campaign: Engine) -> None:
    shipped = {f"text_{lang}": wordings.wording("thank", "letter", lang) for lang in ("en", "es")}
    assert draft(campaign, "wording", "thank-letter", shipped).id
    with pytest.raises(Refused, match="9 paragraphs"):
        draft(campaign, "wording", "thank-letter", {**shipped, "text_en": "Thanks.\n\n[your_address]"})


def test_a_published_wording_is_said_until_an_older_one_is_brought_back(campaign: Engine) -> None:
    seat_members(campaign, legislator("A1", term("TX-20")))

    def said() -> str:
        with db.reading(campaign) as session:
            return wordings.script_for(session, "hr6736-119", "A000001", "tally", "en", now=NOW).text

    shipped = said()
    one = draft(campaign, "wording", "cosponsor-tally", {"text_en": "One: [bill].", "text_es": "Uno: [bill]."})
    assert said() == shipped
    publish(campaign, one)
    assert said() == "One: H.R. 6736."
    two = draft(campaign, "wording", "cosponsor-tally", {"text_en": "Two.", "text_es": "Dos."}, one.id or 0)
    with db.writing(campaign) as session:
        texts.publish(session, "guns", two.id or 0, by=ANA, now=NOW + timedelta(seconds=1))
    assert said() == "Two."
    with db.writing(campaign) as session:
        texts.publish(session, "guns", one.id or 0, by=ANA, now=NOW + timedelta(seconds=2))
    assert said() == "One: H.R. 6736."


def test_each_campaigns_news_is_seen_for_itself_and_never_less(engine: Engine) -> None:
    with db.writing(engine) as session:
        ana = users.add(session, ANA, "viewer", now=NOW)[0]
        bo = users.add(session, "bo@example.org", "viewer", now=NOW)[0]
        ana.seen_seq = 3
        for upto, seen in ((7, 7), (5, 7), (9, 9)):
            saved_views.mark_seen(session, ana, "homes", upto)
            assert saved_views.seen(session, ana, "homes") == seen
        assert saved_views.seen(session, ana, "guns") == 3
        assert saved_views.seen(session, bo, "homes") == 0
        saved_views.mark_seen(session, ana, "guns", 2)
        assert saved_views.seen(session, ana, "guns") == 3
