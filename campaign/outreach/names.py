"""Names of members, committees and chambers in sentences, in English and in Spanish.

Spanish words agree with the member's gender; where the record does not know it, neutral words are used.
"""

import re
from datetime import date

from campaign.congress.bills import BillId, day_in_words, ordinal
from campaign.congress.members import Person
from campaign.congress.state_names import in_words

TITLES_EN = {
    "representative": "Representative",
    "delegate": "Delegate",
    "resident_commissioner": "Resident Commissioner",
    "senator": "Senator",
}
# By gender. An office without a neutral word is left out of the last row.
TITLES_ES = {
    "M": {
        "representative": "representante",
        "delegate": "delegado",
        "resident_commissioner": "comisionado residente",
        "senator": "senador",
    },
    "F": {
        "representative": "representante",
        "delegate": "delegada",
        "resident_commissioner": "comisionada residente",
        "senator": "senadora",
    },
    "": {"representative": "representante"},
}
NEUTRAL_ROLES_ES = {
    "delegate": "Integrante sin voto en el pleno",
    "resident_commissioner": "Comisión residente",
    "senator": "Senado",
}
CHAMBERS = {
    "en": {"house": "the House", "senate": "the Senate"},
    "es": {"house": "la Cámara de Representantes", "senate": "el Senado"},
}
# As they are said aloud.
CHAMBERS_SPOKEN = {"en": CHAMBERS["en"], "es": {"house": "la Cámara", "senate": "el Senado"}}
# Without an article: "two House bills", "dos proyectos de la Cámara".
OF_CHAMBERS = {
    "en": {"house": "House", "senate": "Senate"},
    "es": {"house": "de la Cámara", "senate": "del Senado"},
}
# Numbers and dates as in the United States: 16,310 and 70% in Spanish, too.
LOCALES = {"en": "en_US", "es": "es_US"}
# The standing committees, as their Spanish pages and the press name them.
COMMITTEES_ES = {
    "HSAG": "el Comité de Agricultura de la Cámara",
    "HSAP": "el Comité de Asignaciones de la Cámara",
    "HSAS": "el Comité de Servicios Armados de la Cámara",
    "HSBA": "el Comité de Servicios Financieros de la Cámara",
    "HSBU": "el Comité de Presupuesto de la Cámara",
    "HSED": "el Comité de Educación y Fuerza Laboral de la Cámara",
    "HSFA": "el Comité de Asuntos Exteriores de la Cámara",
    "HSGO": "el Comité de Supervisión y Reforma Gubernamental de la Cámara",
    "HSHA": "el Comité de Administración de la Cámara",
    "HSHM": "el Comité de Seguridad Nacional de la Cámara",
    "HSIF": "el Comité de Energía y Comercio de la Cámara",
    "HSII": "el Comité de Recursos Naturales de la Cámara",
    "HSJU": "el Comité Judicial de la Cámara",
    "HSPW": "el Comité de Transporte e Infraestructura de la Cámara",
    "HSRU": "el Comité de Reglas de la Cámara",
    "HSSM": "el Comité de Pequeñas Empresas de la Cámara",
    "HSSO": "el Comité de Ética de la Cámara",
    "HSSY": "el Comité de Ciencia, Espacio y Tecnología de la Cámara",
    "HSVR": "el Comité de Asuntos de los Veteranos de la Cámara",
    "HSWM": "el Comité de Medios y Arbitrios de la Cámara",
    "SSAF": "el Comité de Agricultura, Nutrición y Silvicultura del Senado",
    "SSAP": "el Comité de Asignaciones del Senado",
    "SSAS": "el Comité de Servicios Armados del Senado",
    "SSBK": "el Comité de Banca, Vivienda y Asuntos Urbanos del Senado",
    "SSBU": "el Comité de Presupuesto del Senado",
    "SSCM": "el Comité de Comercio, Ciencia y Transporte del Senado",
    "SSEG": "el Comité de Energía y Recursos Naturales del Senado",
    "SSEV": "el Comité de Medio Ambiente y Obras Públicas del Senado",
    "SSFI": "el Comité de Finanzas del Senado",
    "SSFR": "el Comité de Relaciones Exteriores del Senado",
    "SSGA": "el Comité de Seguridad Nacional y Asuntos Gubernamentales del Senado",
    "SSHR": "el Comité de Salud, Educación, Trabajo y Pensiones del Senado",
    "SSJU": "el Comité Judicial del Senado",
    "SSRA": "el Comité de Reglas y Administración del Senado",
    "SSSB": "el Comité de Pequeñas Empresas del Senado",
    "SSVA": "el Comité de Asuntos de los Veteranos del Senado",
}


def title(person: Person, lang: str) -> str:
    """``Representative``; in Spanish ``senadora``, empty where the gender is not known and matters."""
    office = person.office or "representative"
    return TITLES_ES.get(person.gender, TITLES_ES[""]).get(office, "") if lang == "es" else TITLES_EN[office]


def role(person: Person, lang: str) -> str:
    """The title as it is shown alone on a page, never empty: ``Delegada``, ``Senado``."""
    named = title(person, lang) or NEUTRAL_ROLES_ES[person.office or "senator"]
    return named[:1].upper() + named[1:]


def spoken(person: Person, lang: str) -> str:
    """``Representative Castro``; ``el representante Castro``, or the full name for unknown gender."""
    if lang == "en":
        return f"{title(person, lang)} {person.last}"
    article = {"M": "el", "F": "la"}.get(person.gender)
    return f"{article} {title(person, lang)} {person.last}" if article else person.name


SUBJECTS_EN = {"M": "he", "F": "she"}
OBJECTS_EN = {"M": "him", "F": "her"}


def again(person: Person, lang: str) -> str:
    """A member who was just named, as the subject: ``she``; in Spanish as ``spoken``, like unknown genders."""
    named = spoken(person, lang)
    return SUBJECTS_EN.get(person.gender, named) if lang == "en" else named


def again_object(person: Person) -> str:
    """The same as an object in English: ``her``. Spanish verbs hold it: ``pedirle``."""
    return OBJECTS_EN.get(person.gender, spoken(person, "en"))


def spoken_to(person: Person, lang: str) -> str:
    """The same as an object: ``al representante Castro``, ``a la senadora Hirono``."""
    named = spoken(person, lang)
    if lang == "en":
        return named
    return f"al {named.removeprefix('el ')}" if person.gender == "M" else f"a {named}"


def spoken_of(person: Person, lang: str) -> str:
    """The same as a possessor: ``of Senator Hirono``, ``del representante Castro``."""
    named = spoken(person, lang)
    if lang == "en":
        return f"of {named}"
    return f"del {named.removeprefix('el ')}" if person.gender == "M" else f"de {named}"


def salutation(person: Person, lang: str) -> str:
    """``Dear Senator Hirono``; ``Estimada senadora Hirono``, or ``Estimable`` for unknown gender."""
    if lang == "en":
        return f"Dear {title(person, lang)} {person.last}"
    greeting = {"M": "Estimado", "F": "Estimada"}.get(person.gender)
    if greeting is None:
        return f"Estimable {person.name}"
    return f"{greeting} {title(person, lang)} {person.last}"


def home(person: Person, lang: str) -> str:
    """Where the people live whom a member represents: ``su distrito``, ``your state``, ``Vermont``."""
    if person.chamber == "senate":
        return "su estado" if lang == "es" else "your state"
    if person.district:
        return "su distrito" if lang == "es" else "your district"
    return in_words(person.state, lang)


def chamber(name: str, lang: str, *, spoken: bool = False) -> str:
    """``the Senate``, ``la Cámara de Representantes``; aloud ``la Cámara``."""
    return (CHAMBERS_SPOKEN if spoken else CHAMBERS)[lang][name]


def committee(code: str, name: str, lang: str) -> str:
    """``the House Committee on Foreign Affairs``; in Spanish by the table, else with its English name."""
    if lang == "es":
        return COMMITTEES_ES.get(code, f"el comité {name}")
    return f"the {name.removeprefix('the ')}"


_FULL = re.compile(r"(?:the )?(House|Senate) Committee on (?:the )?(.+)")
_FULL_ES = re.compile(r"el Comité (.+?) (?:de la Cámara|del Senado)")


def committee_spoken(code: str, name: str, lang: str) -> str:
    """As its staff say it: ``the House Foreign Affairs Committee``; in Spanish as it is written."""
    full = _FULL.fullmatch(name)
    return committee(code, name, lang) if lang == "es" or not full else f"the {full[1]} {full[2]} Committee"


def committee_subject(code: str, name: str, lang: str) -> str:
    """What follows “your committee,”: ``Foreign Affairs``; in Spanish ``el de Asuntos Exteriores``."""
    if lang == "en":
        full = _FULL.fullmatch(name)
        return full[2] if full else committee(code, name, lang)
    named = committee(code, name, lang)
    full = _FULL_ES.fullmatch(named)
    return f"el {full[1]}" if full else named


def with_article(name: str, lang: str) -> str:
    """``the ARMAS Act``, ``la Ley ARMAS``; unchanged where the name takes no article."""
    if lang == "es":
        return f"la {name}" if name.startswith("Ley") else name
    return f"the {name}" if name.split(" of ")[0].endswith(("Act", "Resolution", "Amendment")) else name


def bill(number: BillId, sitting: int, lang: str) -> str:
    """A bill as a sentence names it while the Congress ``sitting`` sits.

    ``H.R. 6736``; of the last Congress ``last Congress's H.R. 6618``; of an older one ``H.R. 9539 of the 117th
    Congress``. Numbers begin anew with each Congress, so that of an ended one never stands alone.
    """
    if number.congress >= sitting:
        return number.short
    if number.congress == sitting - 1:
        return f"{number.short} del Congreso pasado" if lang == "es" else f"last Congress's {number.short}"
    named = congress_of(number, sitting, lang)
    return f"{number.short} d{named}" if lang == "es" else f"{number.short} of {named}"


def numbered(number: BillId, lang: str) -> str:
    """A bill with its Congress in numbers, as letters cite it: ``H.R. 6618 of the 118th Congress``."""
    congress = ordinal(number.congress, lang)
    return (
        f"{number.short} del {congress} Congreso"
        if lang == "es"
        else f"{number.short} of the {congress} Congress"
    )


# How a Spanish reader says English letters and digits.
_SAID_ES = {
    "H": "eich", "R": "ar", "S": "es", "0": "ou", "1": "uan", "2": "tu", "3": "zri", "4": "for", "5": "faiv",
    "6": "siks", "7": "seven", "8": "eit", "9": "nain",
}  # fmt: skip
_SAID_EN = {
    "0": "oh", "1": "one", "2": "two", "3": "three", "4": "four", "5": "five", "6": "six", "7": "seven",
    "8": "eight", "9": "nine",
}  # fmt: skip


def aloud(number: BillId, lang: str) -> str:
    """How a number is said in English, one digit at a time: ``H R six seven three six``; for readers of
    Spanish as they would spell it, ``eich ar, siks seven zri siks``."""
    letters = [part for part in re.split(r"[.\s]+", number.short.rpartition(" ")[0]) if part]
    table = _SAID_ES if lang == "es" else _SAID_EN
    said = [" ".join(table.get(each, each) for each in letters), " ".join(table[c] for c in str(number.number))]
    return (", " if lang == "es" else " ").join(said)


def congress_of(number: BillId, sitting: int, lang: str) -> str:
    """The Congress of a bill as a point in time: ``the last Congress``, ``el 117.º Congreso``."""
    if number.congress == sitting - 1:
        return "el Congreso pasado" if lang == "es" else "the last Congress"
    congress = ordinal(number.congress, lang)
    return f"el {congress} Congreso" if lang == "es" else f"the {congress} Congress"


TWINS = {
    "en": {"house": ", the House twin", "senate": ", the Senate twin"},
    "es": {"house": ", el proyecto gemelo en la Cámara", "senate": ", el proyecto gemelo en el Senado"},
}


def earlier_bill(number: BillId, sitting: int, chamber: str, lang: str) -> str:
    """An earlier bill in a reason about one of ``chamber``: one of the other chamber is called its twin."""
    return bill(number, sitting, lang) + ("" if number.chamber == chamber else TWINS[lang][number.chamber])


def day(value: date, lang: str) -> str:
    """``June 1, 2026``; ``1 de junio de 2026``."""
    return day_in_words(value, lang)
