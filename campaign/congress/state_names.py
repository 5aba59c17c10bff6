"""Names of states and territories as they are read in each language."""

import unicodedata

ENGLISH = {
    "AL": "Alabama", "AK": "Alaska", "AS": "American Samoa", "AZ": "Arizona", "AR": "Arkansas",
    "CA": "California", "CO": "Colorado", "CT": "Connecticut", "DE": "Delaware",
    "DC": "District of Columbia", "FL": "Florida", "GA": "Georgia", "GU": "Guam", "HI": "Hawaii",
    "ID": "Idaho", "IL": "Illinois", "IN": "Indiana", "IA": "Iowa", "KS": "Kansas", "KY": "Kentucky",
    "LA": "Louisiana", "ME": "Maine", "MD": "Maryland", "MA": "Massachusetts", "MI": "Michigan",
    "MN": "Minnesota", "MS": "Mississippi", "MO": "Missouri", "MT": "Montana", "NE": "Nebraska",
    "NV": "Nevada", "NH": "New Hampshire", "NJ": "New Jersey", "NM": "New Mexico", "NY": "New York",
    "NC": "North Carolina", "ND": "North Dakota", "MP": "Northern Mariana Islands", "OH": "Ohio",
    "OK": "Oklahoma", "OR": "Oregon", "PA": "Pennsylvania", "PR": "Puerto Rico", "RI": "Rhode Island",
    "SC": "South Carolina", "SD": "South Dakota", "TN": "Tennessee", "TX": "Texas",
    "VI": "U.S. Virgin Islands", "UT": "Utah", "VT": "Vermont", "VA": "Virginia", "WA": "Washington",
    "WV": "West Virginia", "WI": "Wisconsin", "WY": "Wyoming",
}  # fmt: skip
OTHERWISE_IN_SPANISH = {
    "AS": "Samoa Americana", "DC": "Distrito de Columbia", "HI": "Hawái", "LA": "Luisiana",
    "MI": "Míchigan", "MO": "Misuri", "MS": "Misisipi", "NH": "Nuevo Hampshire", "NJ": "Nueva Jersey",
    "NM": "Nuevo México", "NY": "Nueva York", "NC": "Carolina del Norte", "ND": "Dakota del Norte",
    "MP": "Islas Marianas del Norte", "OR": "Oregón", "PA": "Pensilvania", "SC": "Carolina del Sur",
    "SD": "Dakota del Sur", "TN": "Tennessee", "VI": "Islas Vírgenes de EE. UU.",
    "WV": "Virginia Occidental",
}  # fmt: skip

# What a sentence puts before a name.
ARTICLES = {
    "en": {"DC": "the", "MP": "the", "VI": "the"},
    "es": {"DC": "el", "MP": "las", "VI": "las"},
}


def state_name(code: str, lang: str) -> str:
    """The state's name, or the code itself for one we do not know."""
    english = ENGLISH.get(code, code)
    return OTHERWISE_IN_SPANISH.get(code, english) if lang == "es" else english


def in_words(code: str, lang: str, *, begins: bool = False) -> str:
    """The state's name as a sentence has it, or begins with it: ``Texas``, ``the District of Columbia``."""
    article, name = ARTICLES[lang].get(code), state_name(code, lang)
    if not article:
        return name
    return f"{article.capitalize() if begins else article} {name}"


def choices(lang: str) -> list[tuple[str, str]]:
    """Codes and names in the order in which readers look for them."""
    return sorted(((code, state_name(code, lang)) for code in ENGLISH), key=lambda pair: _plain(pair[1]))


def _plain(name: str) -> str:
    """A name as the alphabet sorts it: Míchigan before Misisipi."""
    return "".join(letter for letter in unicodedata.normalize("NFD", name) if not unicodedata.combining(letter))
