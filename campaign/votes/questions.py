"""What was voted on: whether a yea is for the measure itself, and the chambers' questions in Spanish. No I/O.

A yea helps a measure only where the question is to pass it, to agree to it or to concur in the other chamber's
amendment to it. Of any other question (to recommit, to end debate, on a rule) nothing is said.
"""

import re
from typing import Final

from campaign.congress.stage_names import in_language
from campaign.votes.models import RollCall

# Lower case, without ", as Amended". The House's by vote-question, the Senate's by question.
_PASSAGE: Final = frozenset(
    {
        "on passage",
        "on motion to suspend the rules and pass",
        "on motion to suspend the rules and agree",
        "on agreeing to the resolution",
        "on motion to concur in the senate amendment",
        "on motion to concur in the senate amendments",
        "on motion to suspend the rules and concur in the senate amendment",
        "on motion to suspend the rules and concur in the senate amendments",
        "on passage of the bill",
        "on the joint resolution",
        "on the concurrent resolution",
        "on the resolution",
    }
)
# The Senate concurs by a vote "On the Motion", which its title names.
_CONCURRING = re.compile(r"motion to concur in the house amendments? to [^()]+", re.IGNORECASE)
_AMENDED = re.compile(r",? as amended$")

_SPANISH: Final = {
    "on passage": "Sobre su aprobación",
    "on passage of the bill": "Sobre su aprobación",
    "on motion to suspend the rules and pass": "Sobre suspender las reglas y aprobarlo",
    "on motion to suspend the rules and agree": "Sobre suspender las reglas y aprobarla",
    "on agreeing to the resolution": "Sobre aprobar la resolución",
    "on the resolution": "Sobre aprobar la resolución",
    "on the joint resolution": "Sobre aprobar la resolución conjunta",
    "on the concurrent resolution": "Sobre aprobar la resolución concurrente",
    "on motion to concur in the senate amendment": "Sobre aceptar la enmienda del Senado",
    "on motion to concur in the senate amendments": "Sobre aceptar las enmiendas del Senado",
    "on motion to recommit": "Sobre devolverlo al comité",
    "on the cloture motion": "Sobre poner fin al debate",
    "on cloture on the motion to proceed": "Sobre poner fin al debate para empezar a considerarlo",
    "on the motion to proceed": "Sobre empezar a considerarlo",
    "on ordering the previous question": "Sobre poner fin al debate",
    "on overriding the veto": "Sobre anular el veto",
    "on agreeing to the amendment": "Sobre una enmienda",
    "on the amendment": "Sobre una enmienda",
}
_RESULTS: Final = {
    "passed": ("Passed", "Aprobado"),
    "bill passed": ("Passed", "Aprobado"),
    "failed": ("Failed", "No se aprobó"),
    "bill defeated": ("Failed", "No se aprobó"),
    "agreed to": ("Agreed to", "Aprobado"),
    "resolution agreed to": ("Agreed to", "Aprobado"),
    "joint resolution passed": ("Passed", "Aprobado"),
    "motion agreed to": ("Agreed to", "Aprobado"),
    "motion rejected": ("Rejected", "Rechazado"),
    "rejected": ("Rejected", "Rechazado"),
    "cloture motion agreed to": ("Agreed to", "Aprobado"),
    "cloture motion rejected": ("Rejected", "Rechazado"),
}


def is_passage(roll: RollCall, bill: str) -> bool:
    """Whether a yea in this roll call is a vote for ``bill``: the document names this very measure, no
    amendment to it, and a question of passage."""
    if roll.measure != bill or roll.amendment:
        return False
    question = _plain(roll.question)
    return question in _PASSAGE or (
        question == "on the motion"
        and _CONCURRING.fullmatch(roll.title.strip(" .")) is not None
        and " with " not in roll.title.lower()
    )


def question(roll: RollCall, lang: str) -> str:
    """The question in words of a language; empty where there are none but the chamber's."""
    return roll.question if lang == "en" else _SPANISH.get(_plain(roll.question), "")


def result(roll: RollCall, lang: str) -> str:
    """How it came out in words of a language; empty where there are none but the chamber's."""
    known = _RESULTS.get(" ".join(roll.result.split()).lower())
    return in_language(known, lang) if known else roll.result if lang == "en" else ""


def _plain(question: str) -> str:
    return _AMENDED.sub("", " ".join(question.split()).lower())
