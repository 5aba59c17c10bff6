"""Reading a bill from what people type or paste: numbers, spoken names, addresses of public sites. No I/O."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from campaign.congress.bills import FIRST_CONGRESS_YEAR, PUBLIC_NAMES, SHORT_NAMES, TYPES, BillId
from campaign.refusals import Refused

LONGEST_INPUT = 300


@dataclass(frozen=True)
class BillNumber:
    """What somebody typed: a type and a number; a Congress and a title only where they are part of it."""

    type: str
    number: int
    congress: int | None
    title: str = ""

    @property
    def short(self) -> str:
        return f"{SHORT_NAMES[self.type]} {self.number}"

    @property
    def bill_id(self) -> BillId | None:
        return BillId(self.congress, self.type, self.number) if self.congress else None


def parse_bill(text: str) -> BillNumber:
    """Read a bill in any form people use.

    Numbers (``hr6736-119``, ``H.R. 6736``, ``HB 923``, ``119 HR 923``), spoken names in English and Spanish
    (``Senate Joint Resolution 5``, ``proyecto de ley de la Cámara 923``), each with or without a Congress, a
    year and a title behind it; addresses and file names of congress.gov, GovInfo, GovTrack, LegiScan and
    ProPublica. Raises Refused (400) where it is none of these, or a bill of a state or of Puerto Rico.
    """
    typed = _plain(text)
    if (found := _from_address(typed)) or (found := _from_words(typed)):
        return found
    raise _elsewhere(typed) or not_a_bill(text)


def bare_number(text: str) -> int | None:
    """``923`` of ``923`` or ``No. 923``: a number whose chamber nobody said; None for anything else."""
    found = re.fullmatch(r"(?:(?:bill|no|n|num|número|proyecto)\b[. ]*|#)*([1-9]\d{0,5})", _plain(text))
    return int(found[1]) if found else None


def not_a_bill(text: str) -> Refused:
    shown = " ".join(text.split())[:60]
    return Refused(
        f"We couldn’t read “{shown}” as a bill number. Write it like H.R. 1234 or S. 567, or paste its "
        "congress.gov address.",
        f"No pudimos leer «{shown}» como número. Escríbalo como H.R. 1234 o S. 567, o pegue su dirección de "
        "congress.gov.",
    )


_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−﹘﹣－"), "-")
# Controls, zero-width characters, soft hyphens and marks of direction: pasted along, never meant.
_UNSEEN = {"Cc", "Cf"}
_AROUND = "<>[](){}\"'“”«»‘’`*_.,;:!?¡¿ "


def _plain(text: str) -> str:
    """In small letters, with ASCII digits, plain hyphens and single spaces, without what only surrounds it."""
    folded = unicodedata.normalize("NFKC", text[: LONGEST_INPUT * 4]).translate(_DASHES)
    seen = "".join(
        " " if c.isspace() else c for c in folded if c.isspace() or unicodedata.category(c) not in _UNSEEN
    )
    plain = re.sub(r" +", " ", seen).casefold()[:LONGEST_INPUT].strip(_AROUND)
    # A bracket that closes a Congress or a title belongs to it.
    return plain + ")" if plain.count("(") > plain.count(")") else plain


def _number(kind: str | None, number: str, congress: int | None = None, title: str = "") -> BillNumber | None:
    if kind is None or int(number) == 0 or congress == 0:
        return None
    return BillNumber(kind, int(number), congress, title)


def congress_of_year(year: int) -> int:
    """The Congress that sits from 3 January of a year on, until its last day but two."""
    return (year - FIRST_CONGRESS_YEAR) // 2 + 1


# --- addresses -------------------------------------------------------------------------------------

_TYPE = "|".join(sorted(TYPES, key=len, reverse=True))
_PUBLIC_TYPES = {name: kind for kind, name in PUBLIC_NAMES.items()}
# LegiScan writes a House bill as HB and keeps HR for House resolutions (legiscan.com/US).
_LEGISCAN = {
    "hb": "hr", "sb": "s", "hr": "hres", "sr": "sres",
    "hjr": "hjres", "sjr": "sjres", "hcr": "hconres", "scr": "sconres",
}  # fmt: skip
# GovTrack's addresses of before 2012.
_GOVTRACK_OLD = {
    "h": "hr", "s": "s", "hr": "hres", "sr": "sres",
    "hj": "hjres", "sj": "sjres", "hc": "hconres", "sc": "sconres",
}  # fmt: skip
_CONGRESS = r"(?P<congress>[1-9]\d{0,2})"
_DIGITS = r"(?P<number>\d{1,6})"
_ID = rf"{_CONGRESS}(?P<type>{_TYPE}){_DIGITS}"
_TAIL = r"(?:[/?#.].*)?"

Reader = Callable[[dict[str, str]], BillNumber | None]


def _typed(found: dict[str, str]) -> BillNumber | None:
    return _number(found["type"], found["number"], int(found["congress"]))


def _public(found: dict[str, str]) -> BillNumber | None:
    return _number(_PUBLIC_TYPES.get(found["type"]), found["number"], int(found["congress"]))


def _legiscan(found: dict[str, str]) -> BillNumber | None:
    return _number(_LEGISCAN.get(found["type"]), found["number"], congress_of_year(int(found["year"])))


def _govtrack_old(found: dict[str, str]) -> BillNumber | None:
    return _number(_GOVTRACK_OLD.get(found["type"]), found["number"], int(found["congress"]))


# Host, path and who reads the parts. Only these hosts mean a bill; any other address is refused.
_ADDRESSES: tuple[tuple[re.Pattern[str], Reader], ...] = tuple(
    (re.compile(rf"(?:https?://)?(?:www\.)?{pattern}"), reader)
    for pattern, reader in (
        (
            rf"congress\.gov/bill/{_CONGRESS}(?:st|nd|rd|th)-congress/(?P<type>[a-z-]+)/{_DIGITS}{_TAIL}",
            _public,
        ),
        (rf"congress\.gov/bill/{_CONGRESS}/(?P<type>{_TYPE})/{_DIGITS}{_TAIL}", _typed),
        (rf"congress\.gov/{_CONGRESS}/bills/(?P<type>{_TYPE}){_DIGITS}{_TAIL}", _typed),
        (rf"congress\.gov/cgi-lis/bdquery/z\?d{_CONGRESS}:(?P<type>{_TYPE}){_DIGITS}:?.*", _typed),
        (rf"api\.congress\.gov/v3/bill/{_CONGRESS}/(?P<type>{_TYPE})/{_DIGITS}{_TAIL}", _typed),
        (rf"thomas\.loc\.gov/cgi-bin/bdquery/z\?d{_CONGRESS}:(?P<type>{_TYPE}){_DIGITS}:?.*", _typed),
        (rf"hdl\.loc\.gov/loc\.uscongress/legislation\.{_ID}{_TAIL}", _typed),
        (rf"govinfo\.gov/link/bills/{_CONGRESS}/(?P<type>{_TYPE})/{_DIGITS}{_TAIL}", _typed),
        (rf"govinfo\.gov/[^?#]*bill(?:s|status)-{_ID}(?!\d).*", _typed),
        (rf"gpo\.gov/fdsys/[^?#]*bills-{_ID}(?!\d).*", _typed),
        (rf"govtrack\.us/congress/bills/{_CONGRESS}/(?P<type>{_TYPE}){_DIGITS}{_TAIL}", _typed),
        (rf"govtrack\.us/congress/bill\.xpd\?bill=(?P<type>[hs][rjc]?){_CONGRESS}-{_DIGITS}.*", _govtrack_old),
        (rf"legiscan\.com/us/[a-z]+/(?P<type>[hs](?:b|r|jr|cr)){_DIGITS}/(?P<year>\d{{4}}){_TAIL}", _legiscan),
        (rf"projects\.propublica\.org/represent/bills/{_CONGRESS}/(?P<type>{_TYPE}){_DIGITS}{_TAIL}", _typed),
    )
)
# Names of files and identifiers that carry everything.
_IDENTIFIERS = (
    re.compile(rf"(?P<type>{_TYPE}){_DIGITS}-{_CONGRESS}"),
    re.compile(rf"/?{_CONGRESS}/(?P<type>{_TYPE})/{_DIGITS}/?"),
    re.compile(rf"(?:bill(?:s|status)-)?{_ID}(?:[a-z]{{2,4}}\d?)?(?:\.(?:xml|htm|html|pdf|txt|zip))?"),
)


def _from_address(typed: str) -> BillNumber | None:
    for pattern, reader in _ADDRESSES:
        if found := pattern.fullmatch(typed):
            return reader(found.groupdict())
    for pattern in _IDENTIFIERS:
        if found := pattern.fullmatch(typed):
            return _typed(found.groupdict())
    return None


# --- words -----------------------------------------------------------------------------------------

# Without dots, hyphens and spaces between letters. The chamber stands in front in English, behind in Spanish.
_NAMES = {
    "hr": (
        "hr",
        "hb",
        "housebill",
        "houseofrepresentativesbill",
        "usnhousebill",
        "ushr",
        "ushb",
        "ushousebill",
    ),
    "s": ("s", "sb", "senatebill", "uss", "ussb", "ussenatebill"),
    "hjres": ("hjres", "hjr", "housejointresolution", "housejointres", "ushjres"),
    "sjres": ("sjres", "sjr", "senatejointresolution", "senatejointres", "ussjres"),
    "hconres": ("hconres", "hcr", "hconcres", "houseconcurrentresolution", "houseconcurrentres", "ushconres"),
    "sconres": ("sconres", "scr", "sconcres", "senateconcurrentresolution", "senateconcurrentres", "ussconres"),
    "hres": ("hres", "houseresolution", "houseres", "ushres"),
    "sres": ("sres", "sr", "senateresolution", "senateres", "ussres"),
}
_SPANISH_KINDS = {
    "proyectodeley": ("hr", "s"),
    "proyecto": ("hr", "s"),
    "resolucionconjunta": ("hjres", "sjres"),
    "resolucionconcurrente": ("hconres", "sconres"),
    "resolucion": ("hres", "sres"),
}
_SPANISH_CHAMBERS = (
    ("delacamaraderepresentantes", "delacamarabaja", "delacamara"),
    ("delsenado", "delacamaraalta"),
)


def _by_name() -> dict[str, str]:
    names = {name: kind for kind, forms in _NAMES.items() for name in forms}
    for kind, types in _SPANISH_KINDS.items():
        for type, chambers in zip(types, _SPANISH_CHAMBERS, strict=True):
            names |= {f"{kind}{chamber}": type for chamber in chambers}
    # "Proyecto de ley H.R. 923": the kind before a number that says its own.
    names |= {f"{kind}{name}": names[name] for kind in _SPANISH_KINDS for name in _NAMES["hr"] + _NAMES["s"]}
    return names


_TYPES_BY_NAME = _by_name()
# A number and a Congress never touch: "hr99999999" is no bill of the 99th. A Congress without brackets, hyphen
# or ending has three digits, so that "hr 67 36" and "H.R. 6,736" are asked about, not guessed.
_WORDS = r"(?P<name>[a-z][a-z. -]*?)[ .-]*(?:(?<![a-z])(?:no|n\.o|n|num|numero|number)[ .°]*|# ?)?"
_ENDING = r"(?:st|nd|rd|th|\.?[ºo°])"
_NAMED_CONGRESS = (
    rf"(?P<ordinal>\d{{1,3}}){_ENDING}(?: congress| cong\.?| congreso)?"
    r"|(?P<counted>\d{1,3}) (?:congress|cong\.?|congreso)"
    r"|congres(?:s|o) (?:n\.?[ºo°]? ?)?(?P<behind>\d{1,3})"
)
_WHEN = (
    rf"(?:(?:,|-|of the|in the|del|en el) ?)?(?:{_NAMED_CONGRESS})(?: ?[(\[]?\d{{4}}-\d{{2,4}}[)\]]?)?"
    r"|- ?(?P<hyphened>\d{1,3})"
    rf"|\( ?(?P<bracketed>\d{{1,3}})(?:{_ENDING})?(?: congress| congreso)? ?\)"
    r"|(?P<bare>1\d\d)"
    r"|\(?(?:in|of|de|en)? ?(?P<year>20\d\d|19[89]\d)\)?"
)
_IN_FRONT = (
    r"(?:(?:the|el|la) )?(?:(?:bill|measure) )?"
    rf"(?:(?P<first>1\d\d){_ENDING}?(?: congress,?| congreso,?)? )?"
)
_BEHIND = r"(?P<title>(?:: | - |, | \(?)[^\d;/\\<>][^;\\<>]*)?"
_SPOKEN = re.compile(rf"{_IN_FRONT}{_WORDS}{_DIGITS}(?: ?(?:{_WHEN}))?{_BEHIND}")
# "H.R. 923 and S. 367": what follows names a bill of its own.
_ANOTHER = re.compile(r"\b(?:h|s)(?:\.? ?(?:r|b|j|con|res|cr|jr))*\.? ?\d")
_TITLE_FIRST = re.compile(
    r"(?P<title>[^(;,:]+?)(?: \((?P<inner>[^()]*(?:\([^()]*\))?[^()]*)\)|(?:,|:| -) (?P<rest>[^,:]*))"
)


def _from_words(typed: str) -> BillNumber | None:
    spoken = "".join(c for c in unicodedata.normalize("NFD", typed) if unicodedata.category(c) != "Mn")
    if (found := _SPOKEN.fullmatch(spoken)) and (number := _of_words(found)):
        return number
    if (found := _TITLE_FIRST.fullmatch(spoken)) and (
        inner := _SPOKEN.fullmatch(found["inner"] or found["rest"])
    ):
        number = _of_words(inner)
        return number and BillNumber(number.type, number.number, number.congress, found["title"])
    return None


def _of_words(found: re.Match[str]) -> BillNumber | None:
    title = (found["title"] or "").strip(" :,-()")
    if _ANOTHER.search(title):
        return None
    kind = _TYPES_BY_NAME.get(re.sub(r"[. -]", "", found["name"]))
    said = [found[name] for name in ("first", "ordinal", "counted", "behind", "hyphened", "bracketed", "bare")]
    congress = next((int(digits) for digits in said if digits), None)
    if congress is None and found["year"]:
        congress = congress_of_year(int(found["year"]))
    return _number(kind, found["number"], congress, title)


# --- bills of other parliaments --------------------------------------------------------------------

_PUERTO_RICO = re.compile(
    r"[pr]\.? ?(?:c\.? ?)?(?:de la c|del s)\.? ?\d+.*|r\.? ?c\.? ?(?:de la c|del s)\.? ?\d+.*"
)
_STATE_LEGISCAN = re.compile(r"(?:https?://)?(?:www\.)?legiscan\.com/(?!us/)(?P<state>[a-z]{2})/.*")


def _elsewhere(typed: str) -> Refused | None:
    if _PUERTO_RICO.fullmatch(typed):
        return Refused(
            "That is a bill of Puerto Rico's own legislature. We follow bills in the U.S. Congress, "
            "like H.R. 1234 or S. 567.",
            "Esa es una medida de la Asamblea Legislativa de Puerto Rico. Seguimos los proyectos "
            "del Congreso de Estados Unidos, como H.R. 1234 o S. 567.",
        )
    if found := _STATE_LEGISCAN.fullmatch(typed):
        state = found["state"].upper()
        return Refused(
            f"That address is a bill of a state legislature ({state}). We follow bills in the U.S. Congress.",
            f"Esa dirección es de un proyecto de una legislatura estatal ({state}). Seguimos los "
            "proyectos del Congreso de Estados Unidos.",
        )
    return None
