"""What is said with the answer to a search for a place, in both languages."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from campaign.congress.bills import congress_start, ordinal
from campaign.congress.state_names import in_words, state_name


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
    "This is likely your district, but not certain. We have no streets for this ZIP code, as with P.O. boxes "
    "and single organizations. The one point we have for it is in this district, and no other district is "
    "within 1 km (0.6 miles). Your home may be in another one. To be sure, enter your street address.",
    "Probablemente este es su distrito, pero no es seguro. No tenemos calles de este código postal, como "
    "ocurre con los apartados postales y los de una sola organización. El único punto que tenemos está en este "
    "distrito, y no hay otro a menos de 1 km (0.6 millas). Su casa puede estar en otro. Para confirmarlo, "
    "escriba su dirección.",
    "likely",
)
BY_ZIP = Note(
    "We couldn’t look up the street address. This answer is based only on its ZIP code.",
    "No pudimos buscar la dirección. Esta respuesta se basa solo en su código postal.",
    "by-zip",
)
BY_STATE = Note(
    "We couldn’t look up the street address. This answer is based only on its state, which has one district.",
    "No pudimos buscar la dirección. Esta respuesta se basa solo en su estado, que tiene un solo distrito.",
    "by-state",
)
COMPLETED = Note(
    "The ZIP code had four digits. We put a zero in front, which spreadsheets drop.",
    "El código postal tenía cuatro dígitos. Agregamos un cero al principio, que las hojas de cálculo quitan.",
    "completed",
)
# The notes that the page of a seat repeats by their code.
CARRIED = {note.code: note for note in (LIKELY, BY_ZIP, BY_STATE, COMPLETED)}
# Before each seat in the code of ``coming_seats``.
COMING = "from-"

NEAR_A_LINE = Note(
    "You are less than 1 km (0.6 miles) from the line between these districts. Our map is too rough to tell "
    "which side you are on. Choose your district, or enter your street address.",
    "Usted está a menos de 1 km (0.6 millas) del límite entre estos distritos. Nuestro mapa no es bastante "
    "exacto para decir de qué lado. Elija su distrito o escriba su dirección.",
)
OUTSIDE_OF_DISTRICTS = Note(
    "Our map shows no congressional district here. It is rough along shores and borders. Enter your street "
    "address, or choose your state and district.",
    "Nuestro mapa no muestra aquí un distrito del Congreso. No es muy exacto en costas y fronteras. Escriba su "
    "dirección o elija su estado y distrito.",
)
# In free association with the United States.
ASSOCIATED = {
    "FM": ("Micronesia", "Micronesia, que es un Estado asociado a los Estados Unidos, pero no elige"),
    "MH": (
        "the Marshall Islands",
        "las Islas Marshall, que son un Estado asociado a los Estados Unidos, pero no eligen",
    ),
    "PW": ("Palau", "Palaos, que es un Estado asociado a los Estados Unidos, pero no elige"),
}


def completed(zip: str) -> Note:
    return Note(
        f"We read the four digits as {zip}, with the zero that spreadsheets drop.",
        f"Leímos los cuatro dígitos como {zip}, con el cero que las hojas de cálculo quitan.",
        COMPLETED.code,
    )


def unknown_zip(zip_code: str) -> Note:
    return Note(
        f"We don’t have a district for ZIP code {zip_code}. Many P.O. box and business ZIP codes are missing. "
        "Enter your street address, or choose your state and district.",
        f"No tenemos un distrito para el código postal {zip_code}. Faltan muchos códigos de apartados postales "
        "y empresas. Escriba su dirección o elija su estado y distrito.",
    )


def unsure_zip(zip: str, state: str) -> Note:
    """A ZIP code of which the state is known and the district is not."""
    return Note(
        f"ZIP code {zip} is in {state_name(state, 'en')}, but we can’t tell which district. We have no streets "
        "for it, as with P.O. boxes and single organizations. Your two senators are the same everywhere in the "
        "state. To see your representative, enter your street address, or choose your district.",
        f"El código postal {zip} está en {state_name(state, 'es')}, pero no podemos decir en qué distrito. No "
        "tenemos calles de él, como ocurre con los apartados postales y los de una sola organización. Sus dos "
        "senadores son los mismos en todo el estado. Para ver quién le representa en la Cámara, escriba su "
        "dirección o elija su distrito.",
    )


def stateless_zip(zip: str) -> Note:
    return Note(
        f"ZIP code {zip} exists, but our table does not say in which state. Enter your street address, or "
        "choose your state and district.",
        f"El código postal {zip} existe, pero nuestra tabla no dice en qué estado. Escriba su dirección o "
        "elija su estado y distrito.",
    )


def military_mail(zip: str) -> Note:
    return Note(
        f"ZIP code {zip} is for military or diplomatic addresses (APO, FPO, DPO). Your members of Congress are "
        "those of your home state in the United States. Choose that state.",
        f"El código postal {zip} es de direcciones militares o diplomáticas (APO, FPO, DPO). Sus legisladores "
        "son los de su estado en Estados Unidos. Elija ese estado.",
    )


def not_in_congress(zip: str, state: str) -> Note:
    en, es = ASSOCIATED[state]
    return Note(
        f"ZIP code {zip} is in {en}, which is associated with the United States but elects no one to Congress.",
        f"El código postal {zip} está en {es} a nadie para el Congreso.",
    )


def no_senators(state: str) -> Note:
    """For D.C. and the territories (U.S. Const. art. I § 3: senators are of states)."""
    en, es = (in_words(state, lang, begins=True) for lang in ("en", "es"))
    if state == "PR":
        return Note(
            f"{en} has no senators. Only states do. Its resident commissioner represents it in the House.",
            f"{es} no tiene senadores. Solo los estados los tienen. Su comisionado residente representa a "
            "la isla "
            "en la Cámara.",
        )
    has = "tienen" if es.startswith("Las ") else "tiene"
    return Note(
        f"{en} has no senators. Only states do. Its delegate represents it in the House.",
        f"{es} no {has} senadores. Solo los estados los tienen. Su delegado o delegada representa a su gente "
        "en la Cámara.",
    )


def several_states(states: Iterable[str]) -> Note:
    names = ", ".join(states)
    return Note(
        f"This place may be in several states ({names}). The senators of each are listed.",
        f"Este lugar puede estar en varios estados ({names}). Se muestran los senadores de cada uno.",
    )


def over_the_line(states: Iterable[str]) -> Note:
    """For a ZIP code of the first of the states; the table does not say how much of it lies in the others."""
    own, *others = states
    en, es = (", ".join(state_name(state, lang) for state in others) for lang in ("en", "es"))
    names = ", ".join([own, *others])
    return Note(
        f"This ZIP code belongs to {state_name(own, 'en')}. Part of it, often a small part, may be in {en}. "
        f"The senators of each state ({names}) are listed.",
        f"Este código postal es de {state_name(own, 'es')}. Una parte, a menudo pequeña, puede quedar en {es}. "
        f"Se muestran los senadores de cada estado ({names}).",
    )


def other_state(zip: str, states: Iterable[str], typed: str) -> Note:
    """For a ZIP code that was typed with the name of another state."""
    known = list(states)
    en, es = (", ".join(state_name(state, lang) for state in known) for lang in ("en", "es"))
    return Note(
        f"ZIP code {zip} is in {en}, not in {state_name(typed, 'en')}. Check both.",
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
        f"We don’t have the district lines of the {ordinal(congress)} Congress, so we can’t look up your "
        "location. Enter your street address, or choose your state and district.",
        f"No tenemos los límites de los distritos del {ordinal(congress, 'es')} Congreso, y no podemos "
        "buscar su "
        "ubicación. Escriba su dirección o elija su estado y distrito.",
    )


def new_districts(zip: str, seats: Sequence[str], congress: int) -> Note:
    """For a ZIP code in a state whose districts changed with a Congress and are not stored; ``seats`` are
    those of its last map."""
    states = list(dict.fromkeys(seat[:2] for seat in seats))
    names = ", ".join(seats)
    en, es = (_lead(states, congress, lang) for lang in ("en", "es"))
    return Note(
        f"{en} ZIP code {zip} was in {names} until then. Enter your street address and we ask the Census "
        "Bureau. Your senators are the same in the whole state.",
        f"{es} Hasta entonces el código postal {zip} estaba en {names}. Escriba su dirección y le preguntamos "
        "a la Oficina del Censo. Sus senadores son los mismos en todo el estado.",
        "new-districts",
    )


def new_districts_at_point(states: Sequence[str], congress: int) -> Note:
    """The same for a position."""
    en, es = (_lead(states, congress, lang) for lang in ("en", "es"))
    return Note(
        f"{en} Enter your street address and we ask the Census Bureau. Your senators are the same in the whole "
        "state.",
        f"{es} Escriba su dirección y le preguntamos a la Oficina del Censo. Sus senadores son los mismos en "
        "todo el estado.",
        "new-districts",
    )


def _lead(states: Sequence[str], congress: int, lang: str) -> str:
    names = ", ".join(state_name(state, lang) for state in states)
    en, es = _noon(congress)
    if lang == "es":
        return f"Desde {es} hay distritos nuevos en {names}. Todavía no tenemos ese mapa."
    return f"Since {en} there are new districts in {names}. We don’t have that map yet."


def coming_seats(seats: Sequence[str], congress: int) -> Note:
    """For a ZIP code whose districts change with the next Congress, with the seats it has then."""
    names = ", ".join(seats)
    (en, es), code = _noon(congress), ".".join(f"{COMING}{seat}" for seat in seats)
    return Note(
        f"This is who represents this ZIP code now. From {en} it is in {names}.",
        f"Así está representado este código postal ahora. Desde {es} estará en {names}.",
        code,
    )


def now_and_then(seat: str, congress: int) -> Note:
    """For a seat whose state has other districts with the next Congress."""
    (en, es), state = _noon(congress), seat[:2]
    return Note(
        f"This is who represents {seat} now, until {en}. Then the new districts of {state_name(state, 'en')} "
        "take effect, and your home may be in another one.",
        f"Así está representado {seat} ahora, hasta {es}. Entonces empiezan a regir los distritos nuevos de "
        f"{state_name(state, 'es')}, y su casa puede quedar en otro.",
    )


def new_seat(seat: str, congress: int, *, stored: bool) -> Note:
    """For a seat whose state has other districts since a Congress began; ``stored``: ZIP codes are looked up
    in them."""
    (en, es), state = _noon(congress), seat[:2]
    lead = (
        f"Since {en} {state_name(state, 'en')} has new districts, and this page is about the new {seat}. Was "
        f"{seat} your district until then? Your home may be in another one now: ",
        f"Desde {es} hay distritos nuevos en {state_name(state, 'es')}, y esta página es sobre el {seat} "
        f"nuevo. ¿Era {seat} su distrito hasta entonces? Su casa puede quedar ahora en otro: ",
    )
    advice = (
        ("find it by ZIP code.", "búsquelo por código postal.")
        if stored
        else (
            "find it by street address. We don’t have the new map for ZIP codes yet.",
            "búsquelo por dirección. Todavía no tenemos el mapa nuevo para los códigos postales.",
        )
    )
    return Note(lead[0] + advice[0], lead[1] + advice[1])


def _noon(congress: int) -> tuple[str, str]:
    """The day on which a Congress begins, in English and Spanish."""
    day = congress_start(congress).date()
    return (
        f"noon Eastern time on January {day.day}, {day.year}",
        f"el mediodía (hora del Este) del {day.day} de enero de {day.year}",
    )
