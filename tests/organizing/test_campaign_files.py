"""A campaign as one file: what is taken, what is refused with its line, and that nothing changes on the way."""

import base64
import io
import re
import textwrap
from datetime import UTC, datetime
from typing import Any

import pytest
import yaml
from PIL import Image
from sqlalchemy.engine import Engine
from sqlmodel import select

from campaign import db, removal
from campaign.actions import editing
from campaign.congress.models import Bill, Change, Tracking
from campaign.organizing import (
    campaign_export,
    campaign_file,
    campaign_identity,
    campaign_setup,
    readiness,
    texts,
)
from campaign.organizing.campaign_setup import Taken
from campaign.organizing.models import BillGoal
from campaign.outreach import asks, phrases
from campaign.proposals import campaigns, lineage, logos
from campaign.proposals.models import CitedFact, Kinship, Proposal, TextVersion
from campaign.refusals import Refused
from campaign.removal import Removal
from campaign.settings import shipped
from campaign.snapshot import files

NOW = datetime(2026, 6, 20, 15, 0, tzinfo=UTC)
HOMES = textwrap.dedent("""\
    campaign: rural-homes
    title: {en: Homes for rural America, es: Viviendas para el campo}
    summary:
      en: Two bills would cut red tape for rural homes.
      es: Dos proyectos harían más fácil construir en el campo.
    organization:
      name: A coalition
      contact: ask@homes-host.org
      privacy_contact: privacy@homes-host.org
      donate: https://homes-host.org/give
      imprint: {en: Published in Austin., es: Publicado en Austin.}
    accent: "#7a1f3d"
    proposals:
      - slug: streamlining
        name: {en: Streamlining Rural Housing Act, es: Ley de Vivienda Rural}
        effect:
          en: |-
            The bill would let two agencies share their reviews.

            The bill would have both departments accept one review of a site.
          es: |-
            El proyecto permitiría compartir revisiones.

            El proyecto haría que ambos departamentos acepten una sola revisión.
        bills:
          - bill: H.R. 4989 (119th)
            reason: {en: introduced under this name, es: presentado con este nombre}
            goal: 40
            goal_by: 2026-12-01
          - bill: s2423-119
    facts:
      - id: no-review
        proposal: streamlining
        period: 2014
        recorded: 2026-05-01
        text: {en: Reviews took a year., es: Las revisiones tardaron un año.}
        source: {en: A report, es: Un informe}
        url: https://www.gao.gov/x
    texts:
      - text: staff-hello
        en: Office of [member], good morning.
        es: Oficina de [member], buenos días.
    actions:
      - slug: to-the-governor
        kind: letter
        title: {en: Write to the governor, es: Escriba a la gobernadora}
        text: {en: I ask you to build homes., es: Le pido que construya viviendas.}
        points:
          en: |-
            ## cost: What it costs
            A review costs a year.
          es: |-
            ## cost: Cuánto cuesta
            Una revisión cuesta un año.
        goal: 500
        day: 2026-11-02
        offices:
          - title: {en: Office of the Governor, es: Oficina de la gobernadora}
            salutation: {en: Dear Governor, es: Estimada gobernadora}
            address: |-
              1 Main Street
              Austin, TX 78701
    """)


def take(engine: Engine, text: str = HOMES, state: str = "draft") -> Taken:
    with db.writing(engine) as session:
        found = campaign_file.read(text.encode())
        return campaign_setup.take(session, found, by="ana@example.org", now=NOW, state=state)


def test_everything_in_a_file_is_taken(engine: Engine) -> None:
    assert take(engine) == Taken(proposals=1, bills=2, facts=1, texts=2, actions=1)
    with db.reading(engine) as session:
        ((row, state),) = campaigns.campaigns(session)
        assert (row.title_es, state) == ("Viviendas para el campo", "draft")
        assert (row.organization, row.contact, row.imprint_es, row.accent) == (
            "A coalition", "ask@homes-host.org", "Publicado en Austin.", "#7a1f3d")  # fmt: skip
        (proposal,) = campaigns.campaign_proposals(session, "rural-homes")
        assert (proposal.name_en, proposal.summary_en) == ("Streamlining Rural Housing Act", "")
        kin = {row.bill: (row.state, row.reason_es) for row in session.exec(select(Kinship))}
        assert kin == {
            "hr4989-119": ("confirmed", "presentado con este nombre"),
            "s2423-119": ("confirmed", ""),
        }
        assert {row.bill for row in session.exec(select(Tracking))} == kin.keys()
        goal = session.get_one(BillGoal, "hr4989-119")
        assert (goal.target, str(goal.by)) == (40, "2026-12-01")
        fact = session.get_one(CitedFact, "no-review")
        assert (fact.campaign, fact.period, str(fact.recorded), fact.letters) == (
            "rural-homes", "2014", "2026-05-01", True)  # fmt: skip
        (matter,) = asks.campaign_asks(session, now=NOW, campaign="rural-homes").matters
        assert phrases.phrase(matter, "points", "streamlining", "es").startswith("El proyecto permitiría")
        assert phrases.phrase(matter, "staff", "hello", "en") == "Office of [member], good morning."
        (action,) = editing.of_campaign(session, "rural-homes")
        assert (action.state, action.kind, action.goal) == ("draft", "letter", 500)
        assert str(action.day) == "2026-11-02"
        (office,) = editing.targets(session, action)
        assert office.title_es == "Oficina de la gobernadora"
        assert office.address == "1 Main Street\nAustin, TX 78701"


def test_exported_taken_and_exported_again_it_is_equal(engine: Engine) -> None:
    take(engine)
    with db.writing(engine) as session:
        once = campaign_file.write(campaign_export.written(session, "rural-homes"))
        removal.remove(session, "rural-homes")
    take(engine, once.decode())
    with db.reading(engine) as session:
        assert campaign_file.write(campaign_export.written(session, "rural-homes")) == once


def test_what_the_forms_took_is_exported_and_taken_again(engine: Engine) -> None:
    """Addresses with a blank, and slugs that copies made longer."""
    take(engine)
    address, copy = "https://homes-host.org/our report.pdf", "copy-of-" + "rural-homes-" * 6 + "2027"
    with db.writing(engine) as session:
        row = campaigns.campaign(session, "rural-homes")
        given = {"organization": "A coalition", "donate_url": address}
        campaign_identity.identify(session, "rural-homes", given)
        fact = {"text": "a", "source": "b"}
        fields = {f"{name}_{lang}": text for name, text in fact.items() for lang in ("en", "es")}
        fields = texts.clean("fact", {**fields, "source_url": address}, row.offered)
        session.get_one(CitedFact, "no-review").source_url = fields["source_url"]
        campaign_setup.duplicate(session, "rural-homes", copy, by="x", now=NOW)
        once = campaign_file.write(campaign_export.written(session, copy))
        assert once.decode().count(address) == 2
        removal.remove(session, copy)
    take(engine, once.decode())
    with db.reading(engine) as session:
        assert campaign_file.write(campaign_export.written(session, copy)) == once


def test_a_slug_that_no_file_could_have_is_refused_in_words(engine: Engine) -> None:
    with db.writing(engine) as session, pytest.raises(Refused, match="shorter"):
        campaign_setup.add_empty(session, "a" * 201, by="x", now=NOW)
    with pytest.raises(Refused, match="longer than 200 characters"):
        campaign_file.read(HOMES.replace("rural-homes", "a" * 201, 1).encode())


def in_one(lang: str) -> str:
    """The campaign of ``HOMES``, written in one language."""

    def kept(part: Any) -> Any:
        if isinstance(part, dict):
            return {key: kept(value) for key, value in part.items() if key not in {"en", "es"} - {lang}}
        return [kept(each) for each in part] if isinstance(part, list) else part

    found = {"languages": [lang], **kept(yaml.safe_load(HOMES))}
    return yaml.dump(found, allow_unicode=True)


def logo_in_base64() -> str:
    """A photograph that is larger than a logo is kept."""
    out = io.BytesIO()
    picture = Image.linear_gradient("L").resize((1000, 300))
    picture.save(out, "JPEG", comment=b"taken at home")
    return base64.b64encode(out.getvalue()).decode()


@pytest.mark.parametrize("lang", ["en", "es"])
def test_in_one_language_it_is_exported_as_it_was_taken(engine: Engine, lang: str) -> None:
    assert take(engine, in_one(lang)) == Taken(proposals=1, bills=2, facts=1, texts=2, actions=1)
    with db.writing(engine) as session:
        once = campaign_file.write(campaign_export.written(session, "rural-homes"))
        assert once.startswith(f"campaign: rural-homes\nlanguages:\n- {lang}\ntitle:\n  {lang}: ".encode())
        assert set(re.findall(r"\b(en|es):", once.decode())) == {lang}
        row = campaigns.campaign(session, "rural-homes")
        assert row.title_en == row.title_es != ""
        assert row.imprint_en == row.imprint_es != ""
        removal.remove(session, "rural-homes")
    take(engine, once.decode())
    with db.reading(engine) as session:
        assert campaign_file.write(campaign_export.written(session, "rural-homes")) == once


def test_both_languages_are_not_named(engine: Engine) -> None:
    take(engine, HOMES.replace("title:", "languages: [es, en]\ntitle:", 1))
    with db.reading(engine) as session:
        assert b"languages" not in campaign_file.write(campaign_export.written(session, "rural-homes"))


def test_a_file_carries_the_logo(engine: Engine) -> None:
    take(engine, HOMES.replace("proposals:", f"logo: {logo_in_base64()}\nproposals:", 1))
    with db.writing(engine) as session:
        row = campaigns.campaign(session, "rural-homes")
        assert (len(row.logo), row.logo_width, row.logo_height) == (16, 480, 144)
        assert b"at home" not in (logos.png(session, "rural-homes") or b"")
        once = campaign_file.write(campaign_export.written(session, "rural-homes"))
        assert b"\nlogo: |-\n  iVBORw0KGgo" in once
        assert max(map(len, once.splitlines())) <= 110
        campaign_setup.duplicate(session, "rural-homes", "copy", by="x", now=NOW)
        assert campaigns.campaign(session, "copy").logo == row.logo
        for slug in ("copy", "rural-homes"):
            removal.remove(session, slug)
    take(engine, once.decode())
    with db.reading(engine) as session:
        assert campaign_file.write(campaign_export.written(session, "rural-homes")) == once


def test_the_example_is_the_file_that_would_be_exported(loaded_engine: Engine) -> None:
    with db.reading(loaded_engine) as session:
        written = campaign_file.write(campaign_export.written(session, "us-guns-abroad"))
    assert written == (shipped("fixtures") / files.EXAMPLE).read_bytes()


FAULTS = [
    ("campaign: rural-homes", "campaign: Rural Homes", "Line 1: “campaign” cannot be “Rural Homes”"),
    ("title:", "titel:", "Line 2: “titel” is not known here"),
    (", es: Viviendas para el campo}", "}", "line 2: “es” is missing"),
    ("    es: Oficina de [member], buenos días.\n", "", "line 40: “es” is missing"),
    ("es: Viviendas para el campo}", "es: ' '}", "line 2: “es” is empty"),
    ("H.R. 4989 (119th)", "H.R. 4989", "line 26: “H.R. 4989” says no Congress"),
    ("H.R. 4989 (119th)", "the housing bill", "line 26: We couldn’t read “the housing bill” as a bill number"),
    ("s2423-119", "hr4989-119", "Line 30: “hr4989-119” stands twice"),
    ("goal: 40", "goal: many", "line 28: “goal” cannot be “many”"),
    ('accent: "#7a1f3d"', "accent: red", "line 12: “accent” cannot be “red”"),
    ("contact: ask@homes-host.org", "contact: nobody", "line 8: “contact” cannot be “nobody”"),
    ("donate: https://", "donate: ftp://", "line 10: “donate” cannot be"),
    ("recorded: 2026-05-01", "recorded: May", "line 35: “recorded” cannot be “May”"),
    ("    source: {en: A report, es: Un informe}\n", "", "line 32: “source” is missing"),
    ("proposal: streamlining", "proposal: other", "Line 33: there is no proposal “other”"),
    ("url: https://", "url: javascript:", "line 38: “url” cannot be"),
    ("text: staff-hello", "text: staff hello", "line 40: “text” cannot be"),
    ("  - text: staff-hello", "  - text: staff-hello\n    text: x", "Line 41: “text” stands twice"),
    ("texts:", "texts: [", "Line 40: "),
    ("kind: letter", "kind: strike", "line 45: “kind” cannot be “strike”"),
    ("goal: 500", "goal: 0", "line 55: “goal” cannot be “0”"),
    ("title:", "languages: [en]\ntitle:", "line 3: “es” is no language of this campaign"),
    ("title:", "languages: [fr]\ntitle:", "line 2: “languages” cannot be “fr”"),
    ("title:", "languages: []\ntitle:", "line 2: “languages” cannot be “[]”"),
    ("title:", "languages: en\ntitle:", "line 2: “languages” cannot be “en”"),
    ("proposals:", "logo: not a picture\nproposals:", "line 13: “logo” cannot be “not a picture”"),
    (
        "proposals:",
        f"logo: {base64.b64encode(b'<svg/>').decode()}\nproposals:",
        "line 13: The logo is no picture",
    ),
    (
        "proposals:",
        f"logo: {base64.b64encode(bytes(300_001)).decode()}\nproposals:",
        "line 13: The logo is larger",
    ),
]


@pytest.mark.parametrize(("old", "new", "said"), FAULTS)
def test_a_fault_is_named_with_its_line_and_nothing_is_taken(old: str, new: str, said: str) -> None:
    assert old in HOMES
    with pytest.raises(Refused) as refused:
        campaign_file.read(HOMES.replace(old, new, 1).encode())
    assert refused.value.en.startswith("Nothing was taken. ")
    assert said.lower() in refused.value.en.lower()
    assert refused.value.es.startswith("No se tomó nada. ")


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"- a list",
        b"just words",
        b"\xff\xfe\x00",
        b"a: &x [*x]",
        b"\x00",
        b"[" * 5000,
        b"a: 1\n" + b"#" * 1_000_001,
    ],
)
def test_what_is_no_campaign_is_refused(raw: bytes) -> None:
    with pytest.raises(Refused):
        campaign_file.read(raw)


def test_all_faults_are_told_at_once() -> None:
    text = HOMES.replace("goal: 40", "goal: many").replace("recorded: 2026-05-01", "recorded: May")
    with pytest.raises(Refused, match=r"line 28: .*; line 35: "):
        campaign_file.read(text.encode())


TAKEN = [
    ("campaign: rural-homes", "campaign: guns-2027", "“streamlining”, “no-review”"),
    ("slug: streamlining", "slug: other", "“rural-homes”"),
    ("text: staff-hello", "text: staff-nobody", "“rural-homes”"),
]


@pytest.mark.parametrize(("old", "new", "said"), TAKEN)
def test_what_is_in_use_is_refused_whole(engine: Engine, old: str, new: str, said: str) -> None:
    take(engine)
    with pytest.raises(Refused, match=said) as refused:
        take(
            engine,
            HOMES.replace(old, new).replace(
                "proposal: streamlining", f"proposal: {'other' if 'other' in new else 'streamlining'}"
            ),
        )
    assert refused.value.status == 409
    with db.reading(engine) as session:
        assert len(campaigns.campaigns(session)) == 1


def test_a_bill_of_another_proposal_is_refused(engine: Engine) -> None:
    take(engine)
    other = HOMES.replace("rural-homes", "homes-2").replace("streamlining", "s-2").replace("no-review", "n-2")
    with pytest.raises(Refused, match="already belongs to"):
        take(engine, other)


def test_an_unknown_text_is_refused(engine: Engine) -> None:
    with pytest.raises(Refused, match="There is no text “staff-nobody”"):
        take(engine, HOMES.replace("staff-hello", "staff-nobody"))


def test_removing_takes_all_that_people_wrote_and_keeps_what_congress_did(loaded_engine: Engine) -> None:
    take(loaded_engine)
    with db.writing(loaded_engine) as session:
        changes = session.exec(select(Change.seq)).all()
        told = removal.of(session, "us-guns-abroad")
        assert removal.remove(session, "us-guns-abroad") == told == Removal(2, 9, 8, 6, 0, 0, 0, 0, 0)
    with db.reading(loaded_engine) as session:
        assert [row.slug for row, _ in campaigns.campaigns(session)] == ["rural-homes"]
        for table in (Proposal, TextVersion, CitedFact):
            assert {row.campaign for row in session.exec(select(table))} == {"rural-homes"}
        assert session.get(Bill, "hr6736-119") is not None
        assert session.exec(select(Change.seq)).all() == changes
        assert lineage.proposal_of(session, "hr6736-119") is None


def test_what_is_missing_is_told_until_it_is_there(engine: Engine) -> None:
    with db.writing(engine) as session:
        campaign_setup.add_empty(session, "rural-homes", by="ana@example.org", now=NOW)
        told = [each.words.en for each in readiness.missing(session, "rural-homes", now=NOW)]
        assert told == ["The campaign has no summary.", "It does not say who runs it.", "It has no proposal."]
        removal.remove(session, "rural-homes")
    take(engine)
    with db.reading(engine) as session:
        name = "Streamlining Rural Housing Act"
        found = readiness.missing(session, "rural-homes", now=NOW)
        assert [(each.words.en, each.kind, each.key) for each in found] == [
            (f"{name}: a summary is missing.", "proposal", "streamlining"),
            (f"{name}: letters have no points to choose from.", "wording", "choices-streamlining"),
        ]


def test_the_example_lacks_only_who_runs_it(snapshot_engine: Engine) -> None:
    with db.reading(snapshot_engine) as session:
        (found,) = readiness.missing(session, "us-guns-abroad", now=NOW)
    assert found.words.en == "It does not say who runs it."
