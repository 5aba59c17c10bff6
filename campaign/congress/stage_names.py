"""The milestones of a measure, with their names and explanations in both languages."""

from enum import StrEnum


class Stage(StrEnum):
    """A milestone, in the order in which a measure can reach them. The value is stored."""

    unknown = "unknown"
    reserved = "reserved"
    introduced = "introduced"
    in_committee = "in_committee"
    reported = "reported"
    passed_house = "passed_house"
    passed_senate = "passed_senate"
    passed_both = "passed_both"
    to_president = "to_president"
    vetoed = "vetoed"
    law = "law"
    agreed_to = "agreed_to"
    to_states = "to_states"
    failed = "failed"
    died = "died"

    @property
    def order(self) -> int:
        """The rank among the milestones; both first passages have the same."""
        return _ORDER[self]

    @property
    def final(self) -> bool:
        """Whether nothing more can happen to the measure."""
        return self in _FINAL

    def label(self, lang: str) -> str:
        return in_language(LABELS[self], lang)

    def explain(self, lang: str) -> str:
        """One plain sentence on what this stage means."""
        return in_language(_EXPLAINED[self], lang)

    def next_step(self, lang: str) -> str:
        """One plain sentence on what can happen next."""
        return in_language(_NEXT[self], lang)


_ORDER = {stage: place for place, stage in enumerate(Stage)}
_ORDER[Stage.passed_senate] = _ORDER[Stage.passed_house]
_FINAL = frozenset({Stage.law, Stage.agreed_to, Stage.to_states, Stage.failed, Stage.died})

LABELS = {
    Stage.unknown: ("Not known", "No se sabe"),
    Stage.reserved: ("Number reserved", "Número reservado"),
    Stage.introduced: ("Introduced", "Presentado"),
    Stage.in_committee: ("In committee", "En comité"),
    Stage.reported: ("Out of committee", "Salió del comité"),
    Stage.passed_house: ("Passed the House", "Aprobado por la Cámara de Representantes"),
    Stage.passed_senate: ("Passed the Senate", "Aprobado por el Senado"),
    Stage.passed_both: ("Passed both chambers", "Aprobado por ambas cámaras"),
    Stage.to_president: ("Sent to the President", "Enviado al presidente"),
    Stage.vetoed: ("Vetoed", "Vetado"),
    Stage.law: ("Law", "Ley"),
    Stage.agreed_to: ("Agreed to", "Resolución aprobada"),
    Stage.to_states: ("Sent to the states", "Enviado a los estados"),
    Stage.failed: ("Rejected", "Rechazado"),
    Stage.died: ("Expired when its Congress ended", "Venció al terminar su Congreso"),
}

_EXPLAINED = {
    Stage.unknown: (
        "We have not read what became of this bill.",
        "Todavía no hemos leído qué pasó con este proyecto.",
    ),
    Stage.reserved: (
        "This number is set aside for a bill that leaders may introduce later.",
        "Este número está apartado para un proyecto que los líderes quizá presenten más adelante.",
    ),
    Stage.introduced: (
        "A member introduced it. No committee has it yet.",
        "Un legislador o una legisladora lo presentó. Todavía no está en ningún comité.",
    ),
    Stage.in_committee: (
        "A committee has it and decides if it moves. Most bills stop here.",
        "Está en un comité, que decide si avanza. La mayoría se queda aquí.",
    ),
    Stage.reported: (
        "It is out of committee. The full House or Senate may vote on it.",
        "Ya salió de los comités. Puede votarse en el pleno.",
    ),
    Stage.passed_house: (
        "The House of Representatives voted for it. The Senate has yet to agree.",
        "La Cámara de Representantes votó a favor. Falta que el Senado lo apruebe.",
    ),
    Stage.passed_senate: (
        "The Senate voted for it. The House of Representatives has yet to agree.",
        "El Senado votó a favor. Falta que la Cámara de Representantes lo apruebe.",
    ),
    Stage.passed_both: (
        "The House and the Senate have both voted for it.",
        "La Cámara de Representantes y el Senado votaron a favor.",
    ),
    Stage.to_president: (
        "It is on the President’s desk to sign or veto.",
        "Está en el escritorio del presidente, que puede firmarlo o vetarlo.",
    ),
    Stage.vetoed: (
        "The President refused to sign it.",
        "El presidente se negó a firmarlo.",
    ),
    Stage.law: (
        "It is the law of the United States.",
        "Es ley de los Estados Unidos.",
    ),
    Stage.agreed_to: (
        "It was adopted. A resolution of this kind needs no signature and does not become law.",
        "Fue aprobada. Una resolución de este tipo no necesita firma ni se convierte en ley.",
    ),
    Stage.to_states: (
        "Both chambers proposed it as an amendment to the Constitution. It does not go to the President.",
        "Ambas cámaras lo propusieron como enmienda a la Constitución. No pasa por el presidente.",
    ),
    Stage.failed: (
        "Its chamber voted it down or set it aside.",
        "Su cámara votó en contra o lo dejó de lado.",
    ),
    Stage.died: (
        "Its Congress ended before the work was done, so this number can’t move anymore.",
        "Su Congreso terminó antes de que se aprobara. Este número ya no puede avanzar.",
    ),
}

_NEXT = {
    Stage.unknown: (
        "Our next check of the record may tell.",
        "Quizá se sepa en nuestra próxima consulta del registro.",
    ),
    Stage.reserved: (
        "The bill itself has yet to be introduced.",
        "Falta que se presente el proyecto.",
    ),
    Stage.introduced: (
        "It is referred to a committee, or placed on the calendar for a vote.",
        "Se envía a un comité, o se pone en el calendario para votarse.",
    ),
    Stage.in_committee: (
        "The committee can hold hearings, change it and vote to send it to the floor. More co-sponsors help.",
        "El comité puede celebrar audiencias, cambiarlo y votar para enviarlo al pleno. "
        "Tener más copatrocinadores ayuda.",
    ),
    Stage.reported: (
        "The leaders of the chamber can call it up for a vote.",
        "Los líderes de la cámara pueden ponerlo a votación.",
    ),
    Stage.passed_house: (
        "The Senate can pass it, change it, or leave it.",
        "El Senado puede aprobarlo, cambiarlo o no hacer nada.",
    ),
    Stage.passed_senate: (
        "The House can pass it, change it, or leave it.",
        "La Cámara de Representantes puede aprobarlo, cambiarlo o no hacer nada.",
    ),
    Stage.passed_both: (
        "Once both agree to the same text, it goes to the President, or is adopted if it needs no signature.",
        "Cuando ambas aprueben el mismo texto, pasa al presidente, o queda aprobado si no necesita firma.",
    ),
    Stage.to_president: (
        "The President has ten days, not counting Sundays, to sign or veto it. Without either, it becomes law "
        "if Congress is still in session.",
        "El presidente tiene diez días, sin contar los domingos, para firmarlo o vetarlo. Si no hace nada y el "
        "Congreso sigue en sesiones, se convierte en ley.",
    ),
    Stage.vetoed: (
        "Only two thirds of both chambers can still make it law.",
        "Solo dos tercios de ambas cámaras pueden convertirlo en ley.",
    ),
    Stage.law: ("Nothing more. The work is done.", "Nada más. Ya se logró."),
    Stage.agreed_to: ("Nothing more. It is adopted.", "Nada más. Ya está aprobada."),
    Stage.to_states: (
        "Three quarters of the states must ratify it.",
        "Tres cuartas partes de los estados deben ratificarlo.",
    ),
    Stage.failed: (
        "It would have to be introduced again under a new number.",
        "Tendría que presentarse otra vez con un número nuevo.",
    ),
    Stage.died: (
        "It can be introduced again in a later Congress, under a new number.",
        "Puede presentarse otra vez en un Congreso posterior, con un número nuevo.",
    ),
}


def in_language(words: tuple[str, str], lang: str) -> str:
    """One of a pair of texts, English and Spanish."""
    return words[1] if lang == "es" else words[0]
