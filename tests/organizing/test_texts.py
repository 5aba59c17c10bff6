"""The campaign's words: drafts, versions, publishing, bringing back; states and copies of campaigns."""

import pytest
from chambers import NOW, add_bill
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.engine import Engine

from campaign import db
from campaign.congress import lineage
from campaign.congress.models import Campaign, Proposal
from campaign.organizing import campaigns, texts, views
from campaign.organizing.models import TextVersion
from campaign.outreach.models import CitedFact
from campaign.refusals import Refused

ANA = "ana@example.org"
WORDS = {"title_en": "Fewer guns", "title_es": "Menos armas", "summary_en": "", "summary_es": ""}
FACT = {
    "text_en": "70% came from here.",
    "text_es": "El 70 % venía de aquí.",
    "source": "GAO-21-322",
    "source_url": "https://www.gao.gov/products/gao-21-322",
    "period": "2014–2018",
    "proposal": "armas",
}


@pytest.fixture
def campaign(engine: Engine) -> Engine:
    add_bill(engine, "hr6736-119", proposal="armas")
    return engine


def draft(engine: Engine, what: str, key: str, given: dict[str, str], seen: int = 0) -> TextVersion:
    with db.writing(engine) as session:
        return texts.draft(session, what, key, given, seen=seen, by=ANA, now=NOW)


def publish(engine: Engine, version: TextVersion) -> None:
    with db.writing(engine) as session:
        texts.publish(session, version.id or 0, by=ANA, now=NOW)


def test_a_draft_is_not_public_until_it_is_published(campaign: Engine) -> None:
    version = draft(campaign, "campaign", "guns", WORDS)
    with db.reading(campaign) as session:
        assert session.get_one(Campaign, "guns").title_en == "guns"
    publish(campaign, version)
    with db.reading(campaign) as session:
        assert session.get_one(Campaign, "guns").title_es == "Menos armas"
        assert texts.shown_now(session, "campaign", "guns") == WORDS


def test_publishing_an_old_version_brings_it_back(campaign: Engine) -> None:
    one = draft(campaign, "campaign", "guns", WORDS)
    two = draft(campaign, "campaign", "guns", {**WORDS, "title_en": "No guns"}, seen=one.id or 0)
    publish(campaign, two)
    publish(campaign, one)
    with db.reading(campaign) as session:
        assert session.get_one(Campaign, "guns").title_en == "Fewer guns"
        assert [row.id for row in texts.versions(session, "campaign", "guns")] == [two.id, one.id]


def test_of_two_writers_both_versions_are_kept(campaign: Engine) -> None:
    one = draft(campaign, "campaign", "guns", WORDS)
    mine = draft(campaign, "campaign", "guns", {**WORDS, "title_en": "Mine"}, seen=one.id or 0)
    with db.reading(campaign) as session:
        assert texts.overtaken(session, "campaign", "guns", one.id or 0).id == mine.id  # type: ignore[union-attr]
    draft(campaign, "campaign", "guns", {**WORDS, "title_en": "Theirs"}, seen=one.id or 0)
    with db.reading(campaign) as session:
        titles = [row.content["title_en"] for row in texts.versions(session, "campaign", "guns")]
    assert titles == ["Theirs", "Mine", "Fewer guns"]


def test_saving_the_same_again_makes_no_version(campaign: Engine) -> None:
    one = draft(campaign, "campaign", "guns", WORDS)
    assert draft(campaign, "campaign", "guns", WORDS, seen=one.id or 0).id == one.id


@pytest.mark.parametrize(
    ("what", "change", "says"),
    [
        ("fact", {"source": " "}, "source"),
        ("fact", {"text_es": ""}, "both languages"),
        ("fact", {"source_url": "javascript:alert(1)"}, "https://"),
        ("fact", {"text_en": "<script>alert(1)</script>"}, "markup"),
        ("fact", {"text_en": "x" * 4001}, "too long"),
        ("campaign", {"title_es": ""}, "both languages"),
        ("campaign", {"summary_en": "<b>bold</b>"}, "markup"),
    ],
)
def test_what_cannot_stand_is_refused_by_field_and_nothing_kept(
    campaign: Engine, what: str, change: dict[str, str], says: str
) -> None:
    with pytest.raises(Refused, match=says) as refused:
        draft(campaign, what, "guns", {**(FACT if what == "fact" else WORDS), **change})
    assert refused.value.es
    with db.reading(campaign) as session:
        assert texts.versions(session, what, "guns") == []


def test_a_figure_reaches_the_public_with_its_source(campaign: Engine) -> None:
    publish(campaign, draft(campaign, "fact", "traced", FACT))
    with db.reading(campaign) as session:
        fact = session.get_one(CitedFact, "traced")
        assert (fact.campaign, fact.proposal, fact.source, fact.recorded) == (
            "guns",
            "armas",
            "GAO-21-322",
            NOW.date(),
        )


def test_a_figure_of_an_unknown_proposal_is_refused_whole(campaign: Engine) -> None:
    version = draft(campaign, "fact", "traced", {**FACT, "proposal": "nothing"})
    with pytest.raises(Refused):
        publish(campaign, version)
    with db.reading(campaign) as session:
        assert session.get(CitedFact, "traced") is None
        assert texts.version(session, version.id or 0).published_at is None


def test_a_proposals_words_are_published_without_moving_it(campaign: Engine) -> None:
    words = {"name_en": "ARMAS Act", "name_es": "Ley ARMAS", "summary_en": "a", "summary_es": "b"}
    publish(campaign, draft(campaign, "proposal", "armas", words))
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
        campaigns.duplicate(session, "guns", "guns-2027", by=ANA, now=NOW)
    with db.reading(campaign) as session:
        assert [state for one, state in campaigns.campaigns(session) if one.slug == "guns-2027"] == ["draft"]
        (proposal,) = lineage.campaign_proposals(session, "guns-2027")
        assert lineage.bills_of(session, proposal.slug) == []
        assert [bill.id for bill, _ in lineage.waiting(session, proposal.slug)] == ["hr6736-119"]
        assert session.get_one(CitedFact, "traced-guns-2027").proposal == proposal.slug


@pytest.mark.parametrize("new", ["guns", "Two Words", "", "<script>"])
def test_a_copy_needs_an_address_of_its_own(campaign: Engine, new: str) -> None:
    with pytest.raises(Refused), db.writing(campaign) as session:
        campaigns.duplicate(session, "guns", new, by=ANA, now=NOW)


def test_a_view_is_its_owners_and_holds_names_and_values_only(campaign: Engine) -> None:
    with db.writing(campaign) as session:
        view = views.save(session, ANA, "lists", " Texas ", "state=TX&list=ask_again&&x")
        views.save(session, ANA, "lists", "Texas", "state=TX")
        assert [(one.name, one.query) for one in views.saved(session, ANA, "lists")] == [("Texas", "state=TX")]
        assert views.saved(session, "bo@example.org", "lists") == []
        with pytest.raises(Refused):
            views.remove(session, "bo@example.org", view.id or 0)
        assert views.remove(session, ANA, view.id or 0) == "lists"
        for page, name in (("elsewhere", "a"), ("lists", ""), ("lists", "x" * 61)):
            with pytest.raises(Refused):
                views.save(session, ANA, page, name, "")
