"""Fields of scripts and letters that the reader fills in: each stands as a blank with its name until then."""

import re
from collections.abc import Mapping
from functools import cache
from typing import Final

from campaign.outreach.bilingual import Text

BLANK: Final = "____"
BLANKS: Final = {
    "your_name": Text("your name", "su nombre"),
    "your_town": Text("your town", "su ciudad"),
    "your_phone": Text("your phone number", "su teléfono"),
    "your_zip": Text("your ZIP code", "su código postal"),
    "your_reason": Text("your reason", "su razón"),
    "your_address": Text("your street, town and ZIP code", "su calle, ciudad y código postal"),
    "your_sentence": Text(
        "one or two sentences of your own: what this means to you",
        "una o dos frases suyas: qué significa esto para usted",
    ),
}
# What a text is measured with: a blank is as long as the words it stands for, not as its name.
EXAMPLES: Final = {
    "your_name": "Ana Ruiz",
    "your_town": "San Antonio",
    "your_phone": "210-555-0100",
    "your_zip": "78205",
    "your_address": "12 Main Street, San Antonio, TX 78205",
    "your_sentence": "",
}
# Blanks that a reader may leave empty; the paragraph around one is then not said at all.
OPTIONAL: Final = "your_reason"
NAMED: Final = {label: name for name, labels in BLANKS.items() for label in labels}
FIELD: Final = re.compile(rf"{BLANK} \(([^)]+)\)")


@cache
def blanks(lang: str) -> Mapping[str, str]:
    """Each field as the blank that stands for it."""
    return {name: f"{BLANK} ({label.of(lang)})" for name, label in BLANKS.items()}


def is_optional(paragraph: str) -> bool:
    """Whether a paragraph is said only by who has filled its blank."""
    return any(NAMED.get(label) == OPTIONAL for label in FIELD.findall(paragraph))


def without_optional(text: str) -> str:
    """A text without the paragraphs that a reader may add to."""
    return "\n\n".join(part for part in text.split("\n\n") if not is_optional(part))


def example(text: str) -> str:
    """A text as somebody may say it, all blanks filled and what is optional left out."""
    return FIELD.sub(lambda found: EXAMPLES.get(NAMED.get(found[1], ""), found[1]), without_optional(text))
