"""What one line of a bill's history says about its course: a table of action codes and words. No I/O.

Codes alone mislead (E30000 is on signings and on vetoes, H12100 on reports and on introductions), so a rule
may ask for a code and words.
Sources: Library of Congress, api.congress.gov ``ActionEndpoint`` codes; unitedstates/congress
``bill_info.py`` for the course of a measure by its type.
"""

import re
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import StrEnum, auto


class Signal(StrEnum):
    """An event in the course of a measure."""

    introduced = auto()
    referred = auto()
    ordered_reported = auto()
    reported = auto()
    discharged = auto()
    discharge_petition = auto()
    on_calendar = auto()
    at_desk = auto()
    passed_house = auto()
    passed_senate = auto()
    failed_house = auto()
    failed_senate = auto()
    tabled = auto()
    cloture_failed = auto()
    settled = auto()
    still_differs = auto()
    conference = auto()
    conference_agreed_house = auto()
    conference_agreed_senate = auto()
    presented = auto()
    law = auto()
    vetoed = auto()
    pocket = auto()
    override_house = auto()
    override_senate = auto()
    override_failed = auto()


@dataclass(frozen=True)
class Rule:
    """An action means ``signal`` when it carries one of ``codes`` (any action where none are named), its
    text matches ``pattern`` and does not match ``exclude``."""

    signal: Signal
    codes: frozenset[str]
    pattern: re.Pattern[str]
    exclude: re.Pattern[str]

    def holds(self, text: str, codes: AbstractSet[str]) -> bool:
        if self.codes and self.codes.isdisjoint(codes):
            return False
        return self.pattern.search(text) is not None and self.exclude.search(text) is None


_NOTHING = r"(?!)"


def _rule(signal: Signal, codes: str = "", pattern: str = "", exclude: str = _NOTHING) -> Rule:
    patterns = (re.compile(text, re.IGNORECASE) for text in (pattern, exclude))
    return Rule(signal, frozenset(codes.split()), *patterns)


_OVER_VETO = "objections of the President|over veto"
_OTHER_QUESTION = f"{_OVER_VETO}|Senate amendment|House amendment|conference report|Failed"
_EXCHANGE = (
    r"^(?:Resolving differences -- (?:House|Senate) actions: )?"
    r"(?:On motion (?:that )?the House (?:suspend the rules and )?(?:agree|concur)\b|"
    r"House (?:agreed|concurred)\b|Senate (?:agreed|concurred|receded)\b)"
    r".*\b(?:Senate|House) amendments?\b"
)
_FURTHER_AMENDMENT = r"with (?:an )?amendments?\b"

# Every rule is tried on every action; one action may tell of several events.
RULES = (
    _rule(Signal.introduced, "1000 10000 Intro-H Intro-S 1025 10025"),
    _rule(Signal.introduced, pattern=r"^(?:Introduced|Submitted) in (?:the )?(?:House|Senate)\b"),
    _rule(Signal.referred, "H11100", exclude="^Submitted in House"),
    _rule(
        Signal.referred,
        pattern=r"^(?:Re-?)?referred (?:sequentially |jointly )?to |^(?:Read|Received)\b.*\breferred to ",
    ),
    _rule(Signal.ordered_reported, pattern="Ordered to be reported"),
    _rule(Signal.reported, "5000 14000 H12200"),
    _rule(Signal.reported, "1010 H12100", pattern="reported an original measure"),
    _rule(
        Signal.reported,
        pattern=r"\. (?:Original measure )?Reported (?:to Senate )?by Senator|"
        r"^Reported (?:\(Amended\) )?by the Committee",
    ),
    _rule(Signal.discharged, "5500 H12300 14500", exclude="motion to discharge"),
    _rule(Signal.discharged, pattern=r"^Senate Committee on .+ discharged(?: by|, by)\b"),
    _rule(Signal.discharge_petition, "H17000"),
    _rule(Signal.on_calendar, "H12410 H12420"),
    _rule(Signal.on_calendar, pattern=r"(?:^|\. )Placed on .*Calendar", exclude="under Read the First Time"),
    _rule(Signal.at_desk, "H15000"),
    _rule(Signal.passed_house, "8000", exclude="Failed"),
    _rule(
        Signal.passed_house,
        "H37100 H37300",
        pattern=r"\b(?:Passed|Agreed to) (?:by|without)\b",
        exclude=_OTHER_QUESTION,
    ),
    _rule(Signal.passed_senate, "17000", exclude="Failed"),
    _rule(
        Signal.passed_senate,
        pattern=r"^Passed Senate\b|^Resolution agreed to in Senate\b|"
        r"^(?:Introduced|Received|Submitted) in the Senate\b.*\band (?:passed|agreed to)\b",
        exclude=_OVER_VETO,
    ),
    _rule(Signal.failed_house, "9000"),
    _rule(Signal.failed_house, "H37100 H37300", pattern=r"\bFailed by\b", exclude=_OVER_VETO),
    _rule(Signal.failed_senate, "18000"),
    _rule(Signal.failed_senate, pattern=r"^(?:Failed of passage|Disagreed to) in Senate\b", exclude=_OVER_VETO),
    _rule(Signal.tabled, "H36510", pattern=r"table the (?:measure|resolution)\b.*\bAgreed to\b"),
    _rule(Signal.cloture_failed, pattern=r"^Cloture\b.*\bnot invoked in Senate\b"),
    _rule(Signal.settled, pattern=_EXCHANGE, exclude=rf"{_FURTHER_AMENDMENT}|\bFailed\b|\bRejected\b"),
    _rule(
        Signal.still_differs,
        pattern=rf"(?=.*{_FURTHER_AMENDMENT}){_EXCHANGE}",
        exclude=r"\bFailed\b|\bRejected\b",
    ),
    _rule(
        Signal.conference, pattern=r"\brequests? (?:for )?a conference\b|^Conference (?:held|papers|report)\b"
    ),
    _rule(
        Signal.conference_agreed_house,
        pattern=r"On (?:agreeing to|motion to suspend the rules and agree to) the conference report Agreed to",
    ),
    _rule(Signal.conference_agreed_senate, pattern=r"Senate agreed to (?:the )?conference report"),
    _rule(Signal.presented, "28000 E20000"),
    _rule(Signal.law, "36000 41000 E40000", exclude="vetoed"),
    _rule(Signal.law, "E30000", pattern="^Signed by"),
    _rule(Signal.vetoed, pattern=r"^(?:Pocket )?vetoed by (?:the )?President"),
    _rule(Signal.pocket, pattern=r"^Pocket vetoed"),
    _rule(Signal.override_house, "32000"),
    _rule(Signal.override_senate, "34000"),
    _rule(Signal.override_failed, "33000 35000"),
)


def signals_of(text: str, codes: AbstractSet[str]) -> Iterator[Signal]:
    """Every event that one action tells of, by all rules of the table."""
    for rule in RULES:
        if rule.holds(text, codes):
            yield rule.signal
