"""What is said with the answer to a search for a place, in both languages."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from campaign.congress.bills import congress_start, ordinal
from campaign.congress.state_names import state_name


@dataclass(frozen=True)
class Note:
    """A note to show with an answer, in both languages. ``code`` names one that is repeated on the page to
    which the answer leads (``CARRIED``)."""

    en: str
    es: str
    code: str = ""

    def text(self, lang: str) -> str:
        return self.es if lang == "es" else self.en


def joined(notes: Iterable[Note]) -> Note | None:
    """One note that says all of them; None for none."""
    known = list(notes)
    if len(known) < 2:
        return known[0] if known else None
    return Note(" ".join(note.en for note in known), " ".join(note.es for note in known))


LIKELY = Note(
    "Likely, but not certain: we know no streets of this ZIP code, as with P.O. boxes and single "
    "organizations; the point we have for it lies in this district, and no other is within 1 km (0.6 miles). "
    "Your home may lie in another one: give your street address to be sure.",
    "Probable, pero no seguro: no conocemos calles de este código postal, como ocurre con los apartados "
    "postales y los de una sola organización; el punto que tenemos de él está en este distrito, sin ningún "
    "otro a menos de 1 km (0.6 millas). Su casa puede estar en otro: para confirmarlo, escriba su dirección.",
    "likely",
)
BY_ZIP = Note(
    "The street address could not be looked up: this answer goes by its ZIP code alone.",
    "No se pudo buscar la dirección: esta respuesta se basa solo en su código postal.",
    "by-zip",
)
BY_STATE = Note(
    "The street address could not be looked up: this answer goes by its state alone, which has one district.",
    "No se pudo buscar la dirección: esta respuesta se basa solo en su estado, que tiene un solo distrito.",
    "by-state",
)
COMPLETED = Note(
    "The ZIP code had four digits: we put a zero before them, which spreadsheets drop.",
    "El código postal tenía cuatro dígitos: agregamos un cero al principio, que las hojas de cálculo quitan.",
    "completed",
)
# The notes that the page of a seat repeats by their code.
CARRIED = {note.code: note for note in (LIKELY, BY_ZIP, BY_STATE, COMPLETED)}
# Before each seat in the code of ``coming_seats``.
COMING = "from-"

NEAR_A_LINE = Note(
    "The line between these districts passes less than 1 km (0.6 miles) from this position, and our map is not "
    "fine enough to say on which side it lies. Choose yours, or give your street address.",
    "El límite entre estos distritos pasa a menos de 1 km (0.6 millas) de esta ubicación, y nuestro mapa no es "
    "tan fino como para decir de qué lado está. Elija el suyo o escriba su dirección.",
)
OUTSIDE_OF_DISTRICTS = Note(
    "Our map shows no congressional district at this position; it is coarse along shores and borders. "
    "Give your street address, or choose your state and district.",
    "Nuestro mapa no muestra un distrito del Congreso en esta ubicación; no es muy fino en las costas y "
    "fronteras. Escriba su dirección o elija su estado y distrito.",
)
# In free association with the United States.
ASSOCIATED = {
    "FM": ("Micronesia", "Micronesia"),
    "MH": ("the Marshall Islands", "las Islas Marshall"),
    "PW": ("Palau", "Palaos"),
}


def completed(zip: str) -> Note:
    return Note(
        f"We read the four digits as {zip}, with the zero that spreadsheets drop.",
        f"Leímos los cuatro dígitos como {zip}, con el cero que las hojas de cálculo quitan.",
        COMPLETED.code,
    )


def unknown_zip(zip_code: str) -> Note:
    return Note(
        f"Our table has no district for ZIP {zip_code}. Many P.O. box and business ZIP codes are not in it. "
        "Give your street address, or choose your state and district.",
        f"Nuestra tabla no tiene un distrito para el código postal {zip_code}. Muchos códigos de apartados "
        "postales y empresas no están en ella. Escriba su dirección o elija su estado y distrito.",
    )


def unsure_zip(zip: str, state: str) -> Note:
    """A ZIP code of which the state is known and the district is not."""
    return Note(
        f"ZIP {zip} is in {state_name(state, 'en')}, but we cannot tell in which district: it has no streets "
        "that we know of, as with P.O. boxes and single organizations. Your two senators are the same "
        "everywhere in the state. For your representative give your street address, or choose your district.",
        f"El código postal {zip} está en {state_name(state, 'es')}, pero no podemos decir en qué distrito: no "
        "conocemos calles de él, como ocurre con los apartados postales y los de una sola organización. Sus "
        "dos senadores son los mismos en todo el estado. Para su representante, escriba su dirección o elija "
        "su distrito.",
    )


def stateless_zip(zip: str) -> Note:
    return Note(
        f"ZIP {zip} exists, but our table does not say in which state. Give your street address, or choose "
        "your state and district.",
        f"El código postal {zip} existe, pero nuestra tabla no dice en qué estado. Escriba su dirección o "
        "elija su estado y distrito.",
    )


def military_mail(zip: str) -> Note:
    return Note(
        f"ZIP {zip} is for military or diplomatic mail (APO, FPO, DPO). Your representative and senators are "
        "those of the state you vote in: choose that state.",
        f"El código postal {zip} es de correo militar o diplomático (APO, FPO, DPO). Su representante y sus "
        "senadores son los del estado en el que usted vota: elija ese estado.",
    )


def not_in_congress(zip: str, state: str) -> Note:
    en, es = ASSOCIATED[state]
    return Note(
        f"ZIP {zip} is in {en}, which is associated with the United States but elects nobody to Congress.",
        f"El código postal {zip} está en {es}, que es un Estado asociado a los Estados Unidos, pero no elige a "
        "nadie para el Congreso.",
    )


# What an English sentence puts before a name.
_ARTICLES = dict.fromkeys(("DC", "MP", "VI"), "The ")


def no_senators(state: str) -> Note:
    """For D.C. and the territories (U.S. Const. art. I § 3: senators are of states)."""
    en, es = state_name(state, "en"), state_name(state, "es")
    if state == "PR":
        return Note(
            f"{en} has no senators: only states do. Its resident commissioner speaks for it in the House.",
            f"{es} no tiene senadores: solo los estados los tienen. Su comisionado residente habla por la isla "
            "en la Cámara.",
        )
    article = _ARTICLES.get(state, "")
    return Note(
        f"{article}{en} has no senators: only states do. Its delegate speaks for it in the House.",
        f"{es} no tiene senadores: solo los estados los tienen. Su delegado o delegada habla por su gente en "
        "la Cámara.",
    )


def several_states(states: Iterable[str]) -> Note:
    names = ", ".join(states)
    return Note(
        f"This place may lie in several states ({names}); the senators of each are listed.",
        f"Este lugar puede estar en varios estados ({names}); se muestran los senadores de cada uno.",
    )


def over_the_line(states: Iterable[str]) -> Note:
    """For a ZIP code of the first of the states; the table does not say how much of it lies in the others."""
    own, *others = states
    en, es = (", ".join(state_name(state, lang) for state in others) for lang in ("en", "es"))
    names = ", ".join([own, *others])
    return Note(
        f"This ZIP code belongs to {state_name(own, 'en')}; a part of it, often a small one, may lie in {en}. "
        f"The senators of each state ({names}) are listed.",
        f"Este código postal es de {state_name(own, 'es')}; una parte, a menudo pequeña, puede quedar en {es}. "
        f"Se muestran los senadores de cada estado ({names}).",
    )


def other_state(zip: str, states: Iterable[str], typed: str) -> Note:
    """For a ZIP code that was typed with the name of another state."""
    known = list(states)
    en, es = (", ".join(state_name(state, lang) for state in known) for lang in ("en", "es"))
    return Note(
        f"ZIP {zip} is in {en}, not in {state_name(typed, 'en')}. Check both.",
        f"El código postal {zip} está en {es}, no en {state_name(typed, 'es')}. Revise los dos.",
    )


def matched_elsewhere(address: str) -> Note:
    """For an address that the geocoder found in another state or far from the ZIP code that was typed."""
    return Note(
        f"The Census address service found another place instead: {address}. Check the street, the state and "
        "the ZIP code, or choose your state and district.",
        f"El servicio de direcciones del Censo encontró otro lugar: {address}. Revise la calle, el estado y el "
        "código postal, o elija su estado y distrito.",
    )


def no_map(congress: int) -> Note:
    return Note(
        f"We do not have the district lines of the {ordinal(congress)} Congress, so a position cannot "
        "be looked up here. Give your street address, or choose your state and district.",
        f"No tenemos los límites de los distritos del Congreso n.º {congress}; por eso aquí no se puede buscar "
        "por ubicación. Escriba su dirección o elija su estado y distrito.",
    )


def new_districts(zip: str, seats: Sequence[str], congress: int) -> Note:
    """For a ZIP code in a state whose districts changed with a Congress and are not stored; ``seats`` are
    those of its last map."""
    states = list(dict.fromkeys(seat[:2] for seat in seats))
    names = ", ".join(seats)
    en, es = (_lead(states, congress, lang) for lang in ("en", "es"))
    return Note(
        f"{en} ZIP {zip} was in {names} until then. Give your street address and we ask the Census Bureau; "
        "your senators are the same in the whole state.",
        f"{es} Hasta entonces el código postal {zip} estaba en {names}. Escriba su dirección y le preguntamos "
        "a la Oficina del Censo; sus senadores son los mismos en todo el estado.",
        "new-districts",
    )


def new_districts_at_point(states: Sequence[str], congress: int) -> Note:
    """The same for a position."""
    en, es = (_lead(states, congress, lang) for lang in ("en", "es"))
    return Note(
        f"{en} Give your street address and we ask the Census Bureau; your senators are the same in the whole "
        "state.",
        f"{es} Escriba su dirección y le preguntamos a la Oficina del Censo; sus senadores son los mismos en "
        "todo el estado.",
        "new-districts",
    )


def _lead(states: Sequence[str], congress: int, lang: str) -> str:
    names = ", ".join(state_name(state, lang) for state in states)
    en, es = _noon(congress)
    if lang == "es":
        return f"Desde {es} hay distritos nuevos en {names}, y todavía no tenemos ese mapa."
    return f"Since {en} there are new districts in {names}, and we do not have that map yet."


def coming_seats(seats: Sequence[str], congress: int) -> Note:
    """For a ZIP code whose districts change with the next Congress, with the seats it has then."""
    names = ", ".join(seats)
    (en, es), code = _noon(congress), ".".join(f"{COMING}{seat}" for seat in seats)
    return Note(
        f"This is who represents this ZIP code now. From {en} it lies in {names}.",
        f"Así está representado este código postal ahora. Desde {es} estará en {names}.",
        code,
    )


def now_and_then(seat: str, congress: int) -> Note:
    """For a seat whose state has other districts with the next Congress."""
    (en, es), state = _noon(congress), seat[:2]
    return Note(
        f"This is who represents {seat} now, until {en}. Then the new districts of {state_name(state, 'en')} "
        "count, and your home may lie in another one.",
        f"Así está representado {seat} ahora, hasta {es}. Entonces empiezan a valer los distritos nuevos de "
        f"{state_name(state, 'es')}, y su casa puede quedar en otro.",
    )


def new_seat(seat: str, congress: int, *, stored: bool) -> Note:
    """For a seat whose state has other districts since a Congress began; ``stored``: ZIP codes are looked up
    in them."""
    (en, es), state = _noon(congress), seat[:2]
    lead = (
        f"Since {en} {state_name(state, 'en')} has new districts, and this page is about the new {seat}. Was "
        f"{seat} your district until then? Your home may lie in another one now: ",
        f"Desde {es} hay distritos nuevos en {state_name(state, 'es')}, y esta página es sobre el {seat} "
        f"nuevo. ¿Era {seat} su distrito hasta entonces? Su casa puede quedar ahora en otro: ",
    )
    advice = (
        ("look it up by ZIP code.", "búsquelo por código postal.")
        if stored
        else (
            "look it up by street address. We do not have the new map for ZIP codes yet.",
            "búsquelo por dirección. Todavía no tenemos el mapa nuevo para los códigos postales.",
        )
    )
    return Note(lead[0] + advice[0], lead[1] + advice[1])


def _noon(congress: int) -> tuple[str, str]:
    """The day on which a Congress begins, in English and Spanish."""
    day = congress_start(congress).date()
    return (
        f"noon Eastern on January {day.day}, {day.year}",
        f"el mediodía (hora del Este) del {day.day} de enero de {day.year}",
    )
