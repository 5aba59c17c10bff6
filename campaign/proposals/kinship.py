"""How likely two bills carry the same idea, by a table of rules. No I/O, and no decision: a person confirms.

Scores follow a count of pairs that the Congressional Research Service calls identical or related: it links 88
of 100 pairs across the chambers with equal display and official titles, and 8 of 100 with an equal title of one
or two words and different official titles (docs/data.md, "What a new bill continues").
"""

from collections.abc import Callable
from dataclasses import dataclass

from campaign.congress.bills import BillId
from campaign.congress.models import Bill
from campaign.congress.titles import names_an_idea, words

# The number of words from which an equal title is unlikely to be a coincidence.
LONG_TITLE = 3
LONG_OFFICIAL = 8
# From these scores on a suggestion is likely right, and good enough to tell organizers of it.
HIGH, GOOD = 0.85, 0.7


@dataclass(frozen=True)
class Pair:
    """Two bills, the one of the earlier Congress first, and what is known between them.

    ``identical``: the Congressional Research Service calls them so. ``took_over``: the newer bill's sponsor
    was a co-sponsor of the older bill. ``sponsor_left``: the older bill's sponsor has left Congress.
    ``series``: one of the two shares both its titles with another bill of its own chamber and Congress, so that
    they do not single it out.
    """

    older: Bill
    newer: Bill
    identical: bool = False
    took_over: bool = False
    sponsor_left: bool = False
    series: bool = False

    @property
    def same_congress(self) -> bool:
        return self.older.congress == self.newer.congress

    @property
    def same_chamber(self) -> bool:
        return BillId.of(self.older.id).chamber == BillId.of(self.newer.id).chamber

    @property
    def companions(self) -> bool:
        """Whether they are of one Congress and of different chambers."""
        return self.same_congress and not self.same_chamber

    @property
    def same_sponsor(self) -> bool:
        return self.older.sponsor is not None and self.older.sponsor == self.newer.sponsor

    @property
    def same_title(self) -> bool:
        return self.older.title_key != "" and self.older.title_key == self.newer.title_key

    @property
    def same_long_title(self) -> bool:
        return self.same_title and words(self.older.title_key) >= LONG_TITLE

    @property
    def same_official(self) -> bool:
        return self.older.official_key != "" and self.older.official_key == self.newer.official_key

    @property
    def same_long_official(self) -> bool:
        return self.same_official and words(self.older.official_key) >= LONG_OFFICIAL

    @property
    def untitled(self) -> bool:
        """Whether one of them has no short title (yet): its title is the official one."""
        return any(bill.title_key == bill.official_key != "" for bill in (self.older, self.newer))

    @property
    def unread(self) -> bool:
        """Whether the official title of one of them is not known, so that only short titles can be compared."""
        return not (self.older.official_key and self.newer.official_key)

    @property
    def same_policy(self) -> bool:
        return self.older.policy_area is not None and self.older.policy_area == self.newer.policy_area

    @property
    def comparable(self) -> bool:
        """Whether equal titles mean anything: none of the titles is procedural."""
        return all(names_an_idea(bill.title, bill.official_title) for bill in (self.older, self.newer))


@dataclass(frozen=True)
class KinRule:
    """A reason why two bills may carry one idea; ``{other}`` in its texts stands for the other bill."""

    name: str
    score: float
    holds: Callable[[Pair], bool]
    en: str
    es: str


CRS_IDENTICAL = KinRule(
    "crs_identical",
    0.95,
    lambda pair: pair.identical and pair.same_congress,
    "Congress's researchers call it identical to {other}.",
    "Los investigadores del Congreso lo consideran idéntico a {other}.",
)
# Several bills of a proposal have the title, one of them in the other chamber of the same Congress. It
# compares a bill with a proposal, so ``judge`` applies it only with ``line``. Official titles that are known
# say more: an acronym alone is no reason.
LINE = KinRule(
    "line",
    0.6,
    lambda pair: pair.companions and pair.same_title and pair.unread,
    "It has the title of {other}, the other chamber's bill of the same Congress, and of other bills of "
    "this proposal.",
    "Tiene el mismo título que {other}, el proyecto de la otra cámara en el mismo Congreso, y que otros "
    "proyectos de esta propuesta.",
)
# Strongest first; the first one that holds is the reason given.
RULES = (
    CRS_IDENTICAL,
    KinRule(
        "sister_both_titles",
        0.9,
        # Of a series (rules, war powers, yearly funding) any two have the titles in common.
        lambda pair: pair.companions and pair.same_title and pair.same_official and not pair.series,
        "Same title and same official title as {other}, in the other chamber of the same Congress.",
        "Mismo título y mismo título oficial que {other}, en la otra cámara del mismo Congreso.",
    ),
    KinRule(
        "sponsor_official",
        0.9,
        # Within one Congress it is a redraft or the next of a series; whoever brings a bill back has waited.
        lambda pair: not pair.same_congress and pair.same_sponsor and pair.same_official,
        "Same sponsor and same official title as {other}.",
        "Mismo patrocinador y mismo título oficial que {other}.",
    ),
    KinRule(
        "sponsor_title",
        0.85,
        lambda pair: not pair.same_congress and pair.same_sponsor and pair.same_long_title,
        "Same sponsor and same title as {other}.",
        "Mismo patrocinador y mismo título que {other}.",
    ),
    KinRule(
        "sister_untitled",
        0.8,
        # Without a short title there is none that could differ.
        lambda pair: pair.companions and pair.same_long_official and pair.untitled and not pair.series,
        "Same official title as {other}, in the other chamber of the same Congress; one of the two has no "
        "short title yet.",
        "Mismo título oficial que {other}, en la otra cámara del mismo Congreso; uno de los dos aún no tiene "
        "título corto.",
    ),
    KinRule(
        "took_over",
        0.75,
        lambda pair: pair.same_long_official and pair.took_over,
        "Same official title as {other}; a former co-sponsor took it over.",
        "Mismo título oficial que {other}; lo retomó alguien que antes era copatrocinador.",
    ),
    KinRule(
        "redraft",
        0.7,
        lambda pair: pair.same_sponsor and pair.same_official,
        "Same sponsor and same official title as {other}, of the same Congress: a new draft, or another of a "
        "series.",
        "Mismo patrocinador y mismo título oficial que {other}, del mismo Congreso: una nueva versión u otro "
        "de una serie.",
    ),
    KinRule(
        "both_titles",
        0.7,
        lambda pair: pair.same_title and pair.same_long_official and not pair.series,
        "Same title and same official title as {other}, with another sponsor.",
        "Mismo título y mismo título oficial que {other}, con otro patrocinador.",
    ),
    KinRule(
        "sponsor_left",
        0.7,
        lambda pair: pair.same_long_official and pair.sponsor_left,
        "Same official title as {other}, whose sponsor has left Congress.",
        "Mismo título oficial que {other}, cuyo patrocinador ya no está en el Congreso.",
    ),
    KinRule(
        "sponsor_short_title",
        0.7,
        # Members use an acronym again for the same idea; within one Congress they use it for others, too.
        lambda pair: not pair.same_congress and pair.same_sponsor and pair.same_title,
        "Same sponsor and same short title as {other}.",
        "Mismo patrocinador y mismo título corto que {other}.",
    ),
    LINE,
    KinRule(
        "official",
        0.5,
        lambda pair: pair.same_long_official,
        "Same official title as {other}, with another sponsor.",
        "Mismo título oficial que {other}, con otro patrocinador.",
    ),
    KinRule(
        "sister_title",
        0.5,
        lambda pair: pair.companions and pair.same_long_title,
        "Same title as {other}, in the other chamber of the same Congress.",
        "Mismo título que {other}, en la otra cámara del mismo Congreso.",
    ),
    KinRule(
        "title_policy",
        0.45,
        lambda pair: pair.same_long_title and pair.same_policy and pair.same_chamber,
        "Same title, chamber and policy area as {other}, with another sponsor.",
        "Mismo título, cámara y tema que {other}, con otro patrocinador.",
    ),
    KinRule(
        "title_sponsor_left",
        0.45,
        lambda pair: pair.same_long_title and pair.sponsor_left,
        "Same title as {other}, whose sponsor has left Congress.",
        "Mismo título que {other}, cuyo patrocinador ya no está en el Congreso.",
    ),
    KinRule(
        "title_took_over",
        0.4,
        lambda pair: pair.same_long_title and pair.took_over,
        "Same title as {other}; a former co-sponsor took it over.",
        "Mismo título que {other}; lo retomó alguien que antes era copatrocinador.",
    ),
    KinRule(
        "title",
        0.4,
        lambda pair: pair.same_long_title,
        "Same title as {other}, with another sponsor.",
        "Mismo título que {other}, con otro patrocinador.",
    ),
    KinRule(
        "short_title",
        0.2,
        lambda pair: pair.same_title,
        "Only the short title is that of {other}; short titles are often shared by chance.",
        "Solo coincide el título corto con {other}; los títulos cortos coinciden a menudo por casualidad.",
    ),
)


def judge(pair: Pair, *, line: bool = False) -> KinRule | None:
    """The strongest rule that holds for a pair; ``line``: several bills of the proposal have the title."""
    if not pair.comparable:
        return CRS_IDENTICAL if CRS_IDENTICAL.holds(pair) else None
    for rule in RULES:
        if rule.holds(pair) and (line or rule is not LINE):
            return rule
    return None
