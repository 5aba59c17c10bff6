"""Which committees have a bill, from the lines of its history that refer, report and discharge it. No I/O.

A line names its committees by code, by name in its words, or by both; a line of either kind may lack the codes.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

# "the Committee on the Judiciary, and in addition to the Committees on Ways and Means, and Oversight, for …"
_NAMED = re.compile(
    r"\bCommittees? on (?:the )?(?P<name>.+?)"
    r"(?=,? and in addition|, for (?:a period|consideration)|,? (?:was )?discharged|\. |\.$|$)"
)
_END_OF_NAME = re.compile(r"[.,;]? (?:Ordered|Reported|Original|H\. Rept|S\. Rept).*$", re.IGNORECASE)


@dataclass
class OpenReferral:
    """The committees that have a bill, by code and by name. ``released``: whether any has let go."""

    codes: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)
    released: bool = False
    _all_codes: set[str] = field(default_factory=set)
    _all_names: set[str] = field(default_factory=set)
    _let_go: dict[date, set[str]] = field(default_factory=dict)

    @property
    def is_open(self) -> bool:
        """Whether a committee still has the bill. Of codes and names those decide that named more committees;
        where both named as many, either shows that none is left."""
        coded, named = len(self._all_codes), len(self._all_names)
        return not ((coded >= named and not self.codes) or (named >= coded and not self.names))

    def refer(self, text: str, codes: Iterable[str], day: date) -> None:
        """Add the committees of a line; a subcommittee (``HSFA07``) belongs to one that has the bill.

        Lines of one day come in any order: a committee that let go that day does not have it again.
        """
        found, named = _whole(codes), names_in(text)
        back = self._let_go.get(day, set())
        self.codes |= found - back
        self.names |= named - back
        self._all_codes |= found
        self._all_names |= named

    def release(self, text: str, codes: Iterable[str], day: date) -> None:
        """Take out the committees of a line; a line that names none releases them all."""
        found, named = _whole(codes), names_in(text)
        if not found and not named:
            self.release_all()
        self.codes -= found
        self.names -= named
        self._let_go.setdefault(day, set()).update(found, named)
        self.released = True

    def release_all(self) -> None:
        self.codes.clear()
        self.names.clear()


def _whole(codes: Iterable[str]) -> set[str]:
    return {code for code in codes if len(code) == len("HSFA")}


def names_in(text: str) -> set[str]:
    """Names of committees in a line, in comparable form. Several after one "Committees on" stay together: their
    names hold commas of their own."""
    return {" ".join(_END_OF_NAME.sub("", found["name"]).casefold().split()) for found in _NAMED.finditer(text)}
