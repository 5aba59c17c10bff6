"""What a campaign holds, as its file has it: each part with its fields, and what each may be. No database."""

import base64
import textwrap
from collections.abc import Callable
from datetime import date
from typing import Annotated, Final, Literal, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationInfo,
    model_validator,
)
from pydantic_core import PydanticCustomError

from campaign.congress.bill_input import parse_bill
from campaign.outreach import ask_kinds
from campaign.proposals import campaigns, logos
from campaign.refusals import Refused

LONGEST: Final = 4000
# Characters of a line of the logo.
LINE: Final = 76
BOTH: Final = ("en", "es")
# The group of each text of a proposal in the editor, by its name in the file.
OF_PROPOSALS: Final = {"effect": "points", "points": "choices"}

Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=LONGEST)]
Filled = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST)]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=campaigns.LONGEST_SLUG)]
# As the forms take it: what they took must be exported.
Address = Annotated[str, StringConstraints(pattern=r"^(https?://.*)?$", max_length=LONGEST)]
Mail = Annotated[str, StringConstraints(pattern=r"^([^@\s<>]+@[^@\s<>]+\.[^@\s<>]+)?$", max_length=254)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


Spoken = TypeVar("Spoken", "Words", "TextEntry")


def _in_offered_languages(part: Spoken, info: ValidationInfo) -> Spoken:
    """A text of a file, which has exactly the languages that its campaign offers."""
    if not info.context:
        return part
    offered: tuple[str, ...] = info.context["languages"]
    for lang in BOTH:
        if lang in offered and not getattr(part, lang):
            raise PydanticCustomError("missing", "missing", {"name": lang})
        if lang not in offered and getattr(part, lang):
            raise PydanticCustomError("not_offered", "not offered", {"name": lang})
    return part


class Words(_Part):
    """A text in the languages that the campaign offers."""

    en: Filled = ""
    es: Filled = ""

    _check = model_validator(mode="after")(_in_offered_languages)

    def of(self, lang: str) -> str:
        """The text in a language, or in the only one it is written in."""
        return str(getattr(self, lang)) or self.en or self.es


def _bill(text: str) -> str:
    """The id of a bill in any form of its number, with its Congress. Raises ValueError around a Refused."""
    try:
        number = parse_bill(text)
        if number.bill_id is None:
            raise Refused(
                f"“{text}” says no Congress; write it like hr1234-119.",
                f"«{text}» no dice el Congreso; escríbalo como hr1234-119.",
            )
    except Refused as refused:
        raise ValueError(refused) from None
    return str(number.bill_id)


def _ask(text: str) -> str:
    """A kind of ask by its name in keys of texts. Raises ValueError around a Refused."""
    if text not in ask_kinds.BY_TEXTS:
        raise ValueError(ask_kinds.no_kind(text))
    return text


def _image(read: Callable[[bytes], bytes]) -> Callable[[str], str]:
    """A check of a picture in base64, which is read and written again as ``logo_text`` does. It raises
    ValueError around a Refused."""

    def checked(text: str) -> str:
        if not text:
            return ""
        try:
            return logo_text(read(base64.b64decode("".join(text.split()), validate=True)))
        except Refused as refused:
            raise ValueError(refused) from None

    return checked


def logo_text(png: bytes) -> str:
    """A picture as a file has it."""
    return textwrap.fill(base64.b64encode(png).decode(), LINE)


def _in_order(languages: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(lang for lang in BOTH if lang in languages)


class BillEntry(_Part):
    """A bill of a proposal, why it belongs to it, and how many members the campaign wants on it by when."""

    bill: Annotated[str, AfterValidator(_bill)]
    reason: Words | None = None
    goal: Annotated[int, Field(gt=0)] | None = None
    goal_by: date | None = None


class ProposalEntry(_Part):
    """A proposal. ``effect`` is what it does: a spoken sentence and a written paragraph; ``points`` are what a
    letter's writer chooses from."""

    slug: Slug
    name: Words
    summary: Words | None = None
    effect: Words | None = None
    points: Words | None = None
    bills: tuple[BillEntry, ...] = ()


class FactEntry(_Part):
    """A figure and who found it; without ``proposal`` it fits the whole campaign."""

    id: Slug
    proposal: Slug | None = None
    period: Text = ""
    recorded: date
    letters: bool = True
    text: Words
    source: Words
    url: Address = ""


class TextEntry(_Part):
    """A script, a letter or a shared text that replaces the one which ships, by its key in the editor."""

    text: Annotated[str, StringConstraints(pattern=r"^[a-z_]+-[a-z0-9_-]+$")]
    en: Filled = ""
    es: Filled = ""

    _check = model_validator(mode="after")(_in_offered_languages)


class OfficeEntry(_Part):
    """An office that an action is addressed to, and how a letter to it begins."""

    title: Words
    name: Text = ""
    salutation: Words
    address: Text = ""
    phone: Text = ""
    contact_form: Address = ""


class ActionEntry(_Part):
    """A petition, sign-on, pledge or letter. It is taken as a draft; who took part is in no file."""

    slug: Slug
    kind: Literal["petition", "signon", "pledge", "letter"]
    title: Words
    text: Words
    points: Words | None = None
    goal: Annotated[int, Field(gt=0)] | None = None
    day: date | None = None
    offices: tuple[OfficeEntry, ...] = ()


class Organization(_Part):
    """Who runs the campaign: mail addresses for questions, the postal address under its mail, an address where
    one can give, an imprint."""

    name: Filled
    contact: Mail = ""
    privacy_contact: Mail = ""
    postal: Text = ""
    donate: Address = ""
    imprint: Words | None = None


class CampaignFile(_Part):
    campaign: Slug
    languages: Annotated[tuple[Literal["en", "es"], ...], Field(min_length=1), AfterValidator(_in_order)] = BOTH
    title: Words
    summary: Words | None = None
    organization: Organization | None = None
    # A color, #rrggbb.
    accent: Annotated[str, StringConstraints(pattern=r"^(#[0-9a-f]{6})?$")] = ""
    # A PNG or JPEG in base64; it is written as a PNG.
    logo: Annotated[str, AfterValidator(_image(logos.read))] = ""
    # The picture of its first page, as a PNG, JPEG or WebP in base64, and what it shows, in words.
    picture: Annotated[str, AfterValidator(_image(logos.read_picture))] = ""
    picture_alt: Words | None = None
    # The kinds of asks that readers begin with, before the others in the program's order.
    ask_first: tuple[Annotated[str, AfterValidator(_ask)], ...] = ()
    proposals: tuple[ProposalEntry, ...] = ()
    facts: tuple[FactEntry, ...] = ()
    texts: tuple[TextEntry, ...] = ()
    actions: tuple[ActionEntry, ...] = ()

    @property
    def bills(self) -> list[str]:
        return [entry.bill for proposal in self.proposals for entry in proposal.bills]
