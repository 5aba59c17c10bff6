"""Who runs a campaign, which languages it offers and what its picture shows, as organizers set it in a form."""

import re
from collections.abc import Mapping
from typing import Final

from sqlmodel import Session

from campaign.organizing import campaign_parts as parts
from campaign.proposals import campaigns
from campaign.proposals.models import Campaign
from campaign.refusals import Refused

IDENTITY: Final = (
    "organization",
    "contact",
    "privacy_contact",
    "postal_address",
    "donate_url",
    "imprint_en",
    "imprint_es",
)
PICTURE_ALT: Final = ("picture_alt_en", "picture_alt_es")
MAIL: Final = re.compile(r"[^@\s<>]+@[^@\s<>]+\.[^@\s<>]+")


def identify(session: Session, slug: str, given: Mapping[str, str]) -> None:
    """Set who runs a campaign and which languages it offers from a form. Raises Refused for an unknown campaign
    (404), or with what is wrong."""
    row = campaigns.campaign(session, slug)
    if (languages := given.get("languages", row.languages)) not in campaigns.LANGUAGES:
        raise Refused("Choose English, Spanish or both.", "Elija inglés, español o ambos.")
    row.languages = languages
    of = {name: given.get(name, "").replace("\r\n", "\n").strip() for name in IDENTITY}
    if any(of[name] for name in IDENTITY if name != "organization") and not of["organization"]:
        raise Refused("Name the organization first.", "Escriba primero el nombre de la organización.")
    of = campaigns.in_both(row.offered, of)
    if bool(of["imprint_en"]) != bool(of["imprint_es"]):
        raise Refused("Write the imprint in both languages.", "Escriba el aviso legal en los dos idiomas.")
    for name in ("contact", "privacy_contact"):
        if of[name] and not MAIL.fullmatch(of[name]):
            raise Refused(
                f"“{of[name]}” is not an email address.", f"«{of[name]}» no es un correo electrónico."
            )
    if of["donate_url"] and not of["donate_url"].startswith("https://"):
        raise Refused("A donation address starts with https://",
                      "La dirección para donar empieza con https://")  # fmt: skip
    for name, value in of.items():
        setattr(row, name, value[: parts.LONGEST])


def describe_picture(row: Campaign, given: Mapping[str, str]) -> None:
    """Set from a form what the picture on the first page shows. Raises Refused where a language that the
    campaign offers has no words for it."""
    words = {name: given.get(name, "").strip()[: parts.LONGEST] for name in PICTURE_ALT}
    words = campaigns.in_both(row.offered, words)
    if row.picture and not all(words.values()):
        raise Refused(
            "Say in words what the picture shows. People who don’t see it hear that.",
            "Diga con palabras qué muestra la imagen. Quienes no la ven lo oyen.",
        )
    row.picture_alt_en, row.picture_alt_es = words["picture_alt_en"], words["picture_alt_es"]
