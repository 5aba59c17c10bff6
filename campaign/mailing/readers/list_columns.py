"""Which column of a list holds what: the names that other systems give theirs, in English and Spanish."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from campaign.refusals import Refused

# The names of each field in the exports of Action Network (can2_…), Mailchimp, EveryAction, NationBuilder and
# Constant Contact, and in tables made by hand, as ``plain`` writes them; where a list has several, the first.
NAMES: dict[str, tuple[str, ...]] = {
    "email": (
        "email", "e mail", "email address", "e mail address", "primary email", "preferred email", "email1",
        "email 1", "personal email", "contact email", "subscriber email", "mail", "correo electronico",
        "correo", "direccion de correo electronico", "direccion de correo", "correo e",
    ),
    "language": (
        "language", "lang", "preferred language", "language preference", "email language", "primary language",
        "language name", "locale", "idioma", "idioma preferido", "lengua", "lengua preferida",
    ),
    "zip": (
        "zip", "zip code", "zipcode", "zip5", "zip 5", "zip postal code", "zip postal", "zip or postal code",
        "postal code", "postcode", "postal", "can2 zip code", "primary zip", "home zip", "home zip code",
        "address zip", "zip postal code home", "home postal code", "mailing zip", "mailing zip code",
        "user zip", "registered zip", "billing zip", "zip postal code work", "zip postal code other",
        "codigo postal", "cp", "c p", "codigo zip",
    ),
    "seat": ("seat", "house seat", "escano"),
    "proposals": ("proposals", "proposal", "propuestas", "propuesta"),
    "status": (
        "can2 subscription status", "subscription status", "email subscription status", "email status",
        "email marketing status", "marketing status", "email permission status", "permission status",
        "emailsubscriptionstatus", "subscriptionstatus", "subscriber status", "contact status", "member status",
        "mail status", "status", "estado de suscripcion", "estado de la suscripcion", "estado del correo",
        "estado del suscriptor", "estado de marketing por correo electronico", "estatus",
    ),
    "consent": (
        "email opt in", "opt in", "optin", "email optin", "opted in", "email consent", "consent",
        "marketing consent", "consent given", "subscribed", "is subscribed", "accepts marketing",
        "accepts email marketing", "consentimiento", "acepta correos", "acepta recibir correos", "suscrito",
        "suscrita",
    ),
}  # fmt: skip
# Columns in which a date, or a yes, says that the person left, and how.
LEAVING: dict[str, str] = {
    **dict.fromkeys(
        (
            "unsub time", "unsubscribed at", "unsubscribed on", "unsubscribe date", "unsubscribed date",
            "date unsubscribed", "confirmed opt out date", "opt out date", "email opt out date", "opted out at",
            "unsubscribed", "unsubscribe", "opt out", "optout", "opted out", "email opt out", "email optout",
            "do not email", "no email", "donotemail", "do not contact", "fecha de baja", "baja", "dado de baja",
            "no enviar correo", "no contactar",
        ),
        "unsubscribed",
    ),
    **dict.fromkeys(
        (
            "clean time", "bounced at", "email bounced", "bounced", "is bad", "email is bad", "email1 is bad",
            "primary email is bad", "hard bounce", "rebotado",
        ),
        "bounced",
    ),
    **dict.fromkeys(("spam complaint", "complained at", "marked as spam", "queja de spam"), "complaint"),
}  # fmt: skip


def plain(text: str) -> str:
    """A name or a word without case, accents and punctuation: ``E-mail`` and ``e_mail`` are one."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return " ".join(re.findall(r"[^\W_]+", bare.casefold()))


@dataclass(frozen=True)
class Columns:
    """The columns of a list: ``places`` by field, from 0, and those of ``LEAVING`` with what they say."""

    header: Sequence[str]
    places: Mapping[str, int]
    leaving: Mapping[int, str]

    @property
    def unused(self) -> list[str]:
        """The names of the columns that nothing is read from."""
        used = {*self.places.values(), *self.leaving}
        return [name for place, name in enumerate(self.header) if name and place not in used]

    def cell(self, field: str, cells: Sequence[str]) -> str:
        place = self.places.get(field, len(cells))
        return cells[place] if place < len(cells) else ""


def find(header: Sequence[str], chosen: Mapping[str, str] | None = None) -> Columns:
    """The columns by their names, or as ``chosen``: the number of a column by field, empty for none.

    Raises Refused for a list without addresses, and for a choice that is no column.
    """
    known = [plain(name) for name in header]
    if chosen is None:
        found = {field: _first(known, names) for field, names in NAMES.items()}
    else:
        found = {field: _number(chosen.get(field, ""), len(header)) for field in NAMES}
    places = {field: place for field, place in found.items() if place is not None}
    leaving = {
        place: LEAVING[name]
        for place, name in enumerate(known)
        if name in LEAVING and place not in places.values()
    }
    if "email" not in places:
        raise _no_addresses(header)
    return Columns(header, places, leaving)


def _first(known: Sequence[str], names: Sequence[str]) -> int | None:
    return next((known.index(name) for name in names if name in known), None)


def _number(text: str, count: int) -> int | None:
    if not text:
        return None
    if not re.fullmatch(r"[0-9]{1,4}", text) or int(text) >= count:
        raise Refused("There is no such column.", "No existe esa columna.")
    return int(text)


def _no_addresses(header: Sequence[str]) -> Refused:
    if any("@" in name for name in header):
        return Refused(
            "The first line holds an address. Add a line above it that names the columns, one of them email.",
            "La primera línea contiene una dirección. Agregue encima una línea con los nombres de las "
            "columnas, una de ellas email.",
        )
    return Refused(
        "The file needs a first line that names its columns, one of them email.",
        "El archivo necesita una primera línea con los nombres de las columnas, una de ellas email.",
    )
