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
    """An action gives ``signal`` when it carries one of ``codes`` (any action where none are named),
    its text matches ``says`` and does not match ``unless``."""

    signal: Signal
    codes: frozenset[str]
    says: re.Pattern[str] | None
    unless: re.Pattern[str] | None

    def holds(self, text: str, codes: AbstractSet[str]) -> bool:
        if self.codes and self.codes.isdisjoint(codes):
            return False
        if self.says is not None and self.says.search(text) is None:
            return False
        return self.unless is None or self.unless.search(text) is None


def _rule(signal: Signal, codes: str = "", says: str = "", unless: str = "") -> Rule:
    return Rule(
        signal,
        frozenset(codes.split()),
        re.compile(says, re.IGNORECASE) if says else None,
        re.compile(unless, re.IGNORECASE) if unless else None,
    )


_OVER_VETO = "objections of the President|over veto"
_OTHER_QUESTION = f"{_OVER_VETO}|Senate amendment|House amendment|conference report|Failed"
_EXCHANGE = (
    r"^(?:Resolving differences -- (?:House|Senate) actions: )?"
    r"(?:On motion (?:that )?the House (?:suspend the rules and )?(?:agree|concur)\b|"
    r"House (?:agreed|concurred)\b|Senate (?:agreed|concurred|receded)\b)"
    r".*\b(?:Senate|House) amendments?\b"
)
_FURTHER_AMENDMENT = r"with (?:an )?amendments?\b"

# Every rule is tried on every action; one action may say several things.
RULES = (
    _rule(Signal.introduced, "1000 10000 Intro-H Intro-S 1025 10025"),
    _rule(Signal.introduced, says=r"^(?:Introduced|Submitted) in (?:the )?(?:House|Senate)\b"),
    _rule(Signal.referred, "H11100", unless="^Submitted in House"),
    _rule(Signal.referred, says=r"^(?:Re-?)?referred to |^(?:Read|Received)\b.*\breferred to "),
    _rule(Signal.ordered_reported, says="Ordered to be reported"),
    _rule(Signal.reported, "5000 14000 H12200"),
    _rule(Signal.reported, "1010 H12100", says="reported an original measure"),
    _rule(
        Signal.reported,
        says=r"\. (?:Original measure )?Reported (?:to Senate )?by Senator|"
        r"^Reported (?:\(Amended\) )?by the Committee",
    ),
    _rule(Signal.discharged, "5500 H12300 14500", unless="motion to discharge"),
    _rule(Signal.discharged, says=r"^Senate Committee on .+ discharged(?: by|, by)\b"),
    _rule(Signal.discharge_petition, "H17000"),
    _rule(Signal.on_calendar, "H12410 H12420"),
    _rule(Signal.on_calendar, says=r"(?:^|\. )Placed on .*Calendar", unless="under Read the First Time"),
    _rule(Signal.at_desk, "H15000"),
    _rule(Signal.passed_house, "8000", unless="Failed"),
    _rule(
        Signal.passed_house,
        "H37100 H37300",
        says=r"\b(?:Passed|Agreed to) (?:by|without)\b",
        unless=_OTHER_QUESTION,
    ),
    _rule(Signal.passed_senate, "17000", unless="Failed"),
    _rule(
        Signal.passed_senate,
        says=r"^Passed Senate\b|^Resolution agreed to in Senate\b|"
        r"^(?:Introduced|Received|Submitted) in the Senate\b.*\band (?:passed|agreed to)\b",
        unless=_OVER_VETO,
    ),
    _rule(Signal.failed_house, "9000"),
    _rule(Signal.failed_house, "H37100 H37300", says=r"\bFailed by\b", unless=_OVER_VETO),
    _rule(Signal.failed_senate, "18000"),
    _rule(Signal.failed_senate, says=r"^(?:Failed of passage|Disagreed to) in Senate\b", unless=_OVER_VETO),
    _rule(Signal.tabled, "H36510", says=r"table the (?:measure|resolution)\b.*\bAgreed to\b"),
    _rule(Signal.cloture_failed, says=r"^Cloture\b.*\bnot invoked in Senate\b"),
    _rule(Signal.settled, says=_EXCHANGE, unless=rf"{_FURTHER_AMENDMENT}|\bFailed\b|\bRejected\b"),
    _rule(Signal.still_differs, says=rf"{_EXCHANGE}.*{_FURTHER_AMENDMENT}", unless=r"\bFailed\b|\bRejected\b"),
    _rule(Signal.conference, says=r"\brequests? (?:for )?a conference\b|^Conference (?:held|papers|report)\b"),
    _rule(
        Signal.conference_agreed_house,
        says=r"On (?:agreeing to|motion to suspend the rules and agree to) the conference report Agreed to",
    ),
    _rule(Signal.conference_agreed_senate, says=r"Senate agreed to (?:the )?conference report"),
    _rule(Signal.presented, "28000 E20000", unless="vetoed"),
    _rule(Signal.law, "36000 41000 E40000", unless="vetoed"),
    _rule(Signal.law, "E30000", says="^Signed by"),
    _rule(Signal.vetoed, "31000 E30000", says="vetoed"),
    _rule(Signal.vetoed, says=r"^(?:Pocket )?vetoed by (?:the )?President"),
    _rule(Signal.pocket, says=r"^Pocket vetoed"),
    _rule(Signal.override_house, "32000"),
    _rule(Signal.override_senate, "34000"),
    _rule(Signal.override_failed, "33000 35000"),
)


def signals_of(text: str, codes: AbstractSet[str]) -> Iterator[Signal]:
    """What one action line says, by all rules of the table."""
    for rule in RULES:
        if rule.holds(text, codes):
            yield rule.signal
