"""The kinds of asks (contract.md, "Ask codes"): one row says when a kind fits and how it is put into words.

A new kind is one row of ``ASK_KINDS`` and its texts: ``templates/wordings/<texts>/`` for scripts and letters,
``templates/wordings/letters/{openings,requests}/<texts>.<lang>.txt`` for a letter's variants.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from campaign.congress.bills import BillId
from campaign.outreach import names
from campaign.outreach.bilingual import Text
from campaign.refusals import Refused
from campaign.votes.models import NAY, YEA


@dataclass(frozen=True)
class CommitteeMembership:
    """A member's seat on a full committee that has the bill; ``name`` is the committee's English name."""

    committee: str
    name: str
    chair: bool

    def of(self, lang: str) -> str:
        """The committee as a sentence names it, with its article."""
        return names.committee(self.committee, self.name, lang)

    def spoken(self, lang: str) -> str:
        """The same as it is said in a call."""
        return names.committee_spoken(self.committee, self.name, lang)

    def subject(self, lang: str) -> str:
        """What follows “your committee,”."""
        return names.committee_subject(self.committee, self.name, lang)


@dataclass(frozen=True)
class EarlierSupport:
    """What a member did for an earlier bill of the same proposal.

    ``year`` is that of joining or introducing it, None where no source dates it; ``sitting`` is the Congress
    that sits now.
    """

    bill: BillId
    year: int | None
    sponsored: bool
    sitting: int

    def named(self, lang: str) -> str:
        """The bill with its Congress: ``last Congress's H.R. 6618``."""
        return names.bill(self.bill, self.sitting, lang)

    def numbered(self, lang: str) -> str:
        """The bill with its Congress in numbers, as letters cite it: ``H.R. 6618 of the 118th Congress``."""
        return names.numbered(self.bill, lang)

    def time(self, lang: str) -> str:
        """What follows “in”: ``2023``, or the bill's Congress where the year is not known."""
        return str(self.year) if self.year else names.congress_of(self.bill, self.sitting, lang)

    def verb(self, lang: str) -> str:
        verb = Text("introduced", "presentó") if self.sponsored else Text("co-sponsored", "copatrocinó")
        return verb.of(lang)

    def doing(self, lang: str) -> str:
        """What follows “thank you for” and “gracias por”."""
        verb = Text("introducing", "presentar") if self.sponsored else Text("co-sponsoring", "copatrocinar")
        return verb.of(lang)


@dataclass(frozen=True)
class Situation:
    """Everything that decides what to ask of one member about one bill.

    ``open`` says whether the proposal has a bill in this Congress, ``joinable`` whether the bill still takes
    co-sponsors in the member's chamber. Without such a bill ``led_last`` says whether they led its last one.
    ``joined`` is the day an active co-sponsor joined, ``left`` the day of the last withdrawal.
    """

    open: bool = True
    led_last: bool = False
    joinable: bool = True
    votes: bool = True
    vote_near: bool = False
    sponsor: bool = False
    joined: date | None = None
    left: date | None = None
    earlier: EarlierSupport | None = None
    seat: CommitteeMembership | None = None
    # How they voted the last time that their chamber voted on passing the bill, and when.
    voted: str = ""
    voted_on: date | None = None
    # Whether a committee of theirs is soon to mark up the bill by name.
    markup_near: bool = False

    @property
    def may_join(self) -> bool:
        """Whether they can become a co-sponsor; the table asks about sponsors before it asks this."""
        return self.joinable and self.joined is None


@dataclass(frozen=True)
class AskKind:
    """One kind of ask, with everything that depends on it.

    ``fits`` decides together with the order of the table, ``least`` is a situation in which the kind is asked
    and nothing more is known. ``urgency`` orders the kinds for a reader who begins with one, lowest first: who
    decides whether the bill moves, who was for it before, who may join, then thanks. Kinds of one ``code``
    differ by ``texts``, the folder of their scripts and letters.

    Fields of the texts: ``reason`` has number, short and congress, search (how far a successor was looked
    for), seat, joined, left, voted, did and earlier; ``request``, after "I'm asking … to" and "Le pido …",
    has bills (their names alone where they have ended), or none for who has just been thanked for them;
    ``thanks``, which follows "thank … for" and "agradecerle …", has bills; ``deed`` who, to (Spanish, for "a"
    and the name), bill and name. A bill of an ended Congress is named with it, but for short.
    """

    code: str
    fits: Callable[[Situation], bool]
    least: Situation
    urgency: int
    # Organizers' name for the kind, by whom it is asked of.
    label: Text
    # Why this is asked: a phrase for pages and mail.
    reason: Text
    request: Text
    # The thing to do, as the digest puts it to a subscriber.
    deed: Text
    # The reason where the bill's list of co-sponsors was never read whole: absence from it proves nothing.
    reason_unread: Text | None = None
    # What a member who supports the bill is thanked for; a call does not explain the bill to them, nor ask for
    # their position.
    thanks: Text | None = None
    # Whether an office can answer it with support: with the member's name on the bill, or a vote for it.
    asks_support: bool = True
    # Whether a call about several bills says what they did for an earlier one.
    thanks_earlier: bool = False
    # Whether a script adds the member's committee, or their earlier support; else the text says it itself.
    adds_committee: bool = True
    adds_earlier: bool = False
    # The key of its texts where it is not the code.
    folder: str = ""

    @property
    def supports(self) -> bool:
        """Whether the member supports the bill."""
        return self.thanks is not None

    @property
    def takes_answer(self) -> bool:
        """Whether a caller is asked what the office said: will they support the bill or not."""
        return self.asks_support and not self.supports

    @property
    def texts(self) -> str:
        return self.folder or self.code


VOTED_YES: Final = "voted_yes"
VOTED_NO: Final = "voted_no"
_COMMITTEE: Final = CommitteeMembership("HSFA", "House Committee on Foreign Affairs", False)
_EARLIER: Final = EarlierSupport(BillId(118, "hr", 6618), 2023, False, 119)
_ON_THE_LAST: Final = Text(
    "{did} {earlier}, which has expired{search}", "{did} {earlier}, que ya venció{search}"
)
_JOIN_THE_NEXT: Final = Text(
    "be an original co-sponsor of the next version of {bills}",
    "que copatrocine desde el primer día la próxima versión de {bills}",
)
_JOIN: Final = Text("co-sponsor {bills}", "que copatrocine {bills}")
_ASK_TO_JOIN: Final = Text(
    "Ask {who} to co-sponsor {bill}, {name}.", "Pida {to} que copatrocine {bill}, {name}."
)

# The first kind that fits is asked, so the most specific stands first: what only this member did, then what
# few can do, then what all may.
ASK_KINDS: Final[tuple[AskKind, ...]] = (
    AskKind(
        code="next_congress",
        folder="next_congress_lead",
        fits=lambda situation: not situation.open and situation.led_last,
        least=Situation(open=False, led_last=True, earlier=replace(_EARLIER, sponsored=True)),
        urgency=8,
        asks_support=False,
        label=Text("No bill now: introduced the last one", "Sin proyecto ahora: presentó el último"),
        reason=_ON_THE_LAST,
        request=Text("introduce {bills} again", "que presente de nuevo {bills}"),
        deed=Text("Ask {who} to introduce {name} again.", "Pida {to} que presente de nuevo {name}."),
        thanks_earlier=True,
    ),
    AskKind(
        code="next_congress",
        folder="next_congress_again",
        fits=lambda situation: not situation.open and situation.earlier is not None,
        least=Situation(open=False, earlier=_EARLIER),
        urgency=9,
        label=Text("No bill now: supported an earlier one", "Sin proyecto ahora: apoyó uno anterior"),
        reason=_ON_THE_LAST,
        request=_JOIN_THE_NEXT,
        deed=Text(
            "Thank {who} for the support so far, and ask for it again the day {name} comes back.",
            "Agradezca {to} su apoyo hasta ahora y pídalo de nuevo para el día en que vuelva {name}.",
        ),
        thanks_earlier=True,
    ),
    AskKind(
        code="next_congress",
        fits=lambda situation: not situation.open,
        least=Situation(open=False),
        urgency=10,
        label=Text("No bill now: new to it", "Sin proyecto ahora: por primera vez"),
        reason=Text(
            "{short} expired with the {congress} Congress{search}",
            "{short} venció con el {congress} Congreso{search}",
        ),
        request=_JOIN_THE_NEXT,
        deed=Text(
            "Ask {who} to be an original co-sponsor when {name} is introduced again.",
            "Pida {to} que copatrocine desde el primer día {name} cuando se presente de nuevo.",
        ),
    ),
    AskKind(
        code=VOTED_NO,
        fits=lambda situation: situation.voted == NAY and not situation.vote_near,
        least=Situation(voted=NAY, voted_on=date(2026, 5, 1), joinable=False),
        urgency=11,
        asks_support=False,
        label=Text("Voted no", "Votó en contra"),
        reason=Text(
            "voted no on passage of {number} on {voted}", "votó en contra de aprobar {number} el {voted}"
        ),
        request=Text("explain the vote against {bills}", "que explique su voto en contra de {bills}"),
        deed=Text(
            "Ask {who} for the reason of the no vote on {bill}, {name}.",
            "Pregunte {to} por qué votó en contra de {bill}, {name}.",
        ),
        adds_committee=False,
    ),
    AskKind(
        code=VOTED_YES,
        fits=lambda situation: situation.voted == YEA and not (situation.vote_near or situation.joinable),
        least=Situation(voted=YEA, voted_on=date(2026, 5, 1), joinable=False),
        urgency=12,
        label=Text("Thanks: voted yes", "Gracias: votó a favor"),
        reason=Text(
            "voted yes on passage of {number} on {voted}", "votó a favor de aprobar {number} el {voted}"
        ),
        request=Text("keep working on this issue", "que siga trabajando en este tema"),
        deed=Text(
            "Thank {who} for voting yes on {bill}, {name}.", "Agradezca {to} su voto a favor de {bill}, {name}."
        ),
        thanks=Text("voting for {bills}", "que haya votado a favor de {bills}"),
        adds_committee=False,
    ),
    AskKind(
        code="sponsor",
        fits=lambda situation: situation.sponsor,
        least=Situation(sponsor=True),
        urgency=14,
        label=Text("Thanks: introduced the bill", "Gracias: presentó el proyecto"),
        reason=Text("introduced {number}", "presentó {number}"),
        request=Text("keep pushing for a hearing", "que siga insistiendo en una audiencia"),
        deed=Text("Thank {who} for leading {bill}, {name}.", "Agradezca {to} que encabece {bill}, {name}."),
        thanks=Text("introducing {bills}", "que haya presentado {bills}"),
    ),
    AskKind(
        code="floor",
        fits=lambda situation: situation.vote_near and situation.votes,
        least=Situation(vote_near=True),
        urgency=1,
        label=Text("A vote is near", "Se acerca una votación"),
        reason=Text("a vote on {number} is the next step", "el siguiente paso de {number} es una votación"),
        request=Text("vote yes on {bills}", "que vote a favor de {bills}"),
        deed=Text("Ask {who} to vote for {bill}, {name}.", "Pida {to} que vote por {bill}, {name}."),
        adds_earlier=True,
    ),
    AskKind(
        code="withdrew",
        fits=lambda situation: situation.may_join and situation.left is not None,
        least=Situation(left=date(2026, 3, 4)),
        urgency=4,
        label=Text("Withdrew from this bill", "Retiró su firma de este proyecto"),
        reason=Text("withdrew from {number} on {left}", "retiró su firma de {number} el {left}"),
        request=Text("co-sponsor {bills} again", "que vuelva a copatrocinar {bills}"),
        deed=Text("Ask {who} to come back to {bill}, {name}.", "Pida {to} que vuelva a {bill}, {name}."),
        adds_earlier=True,
    ),
    AskKind(
        code="thank",
        fits=lambda situation: situation.joined is not None,
        least=Situation(joined=date(2025, 9, 30)),
        urgency=13,
        label=Text("Thanks: co-sponsors the bill", "Gracias: copatrocina el proyecto"),
        reason=Text("co-sponsor of {number} since {joined}", "copatrocina {number} desde el {joined}"),
        request=Text("invite a colleague to sign on too", "que invite a un colega a firmar también"),
        deed=Text(
            "Thank {who} for co-sponsoring {bill}, {name}.", "Agradezca {to} que copatrocine {bill}, {name}."
        ),
        thanks=Text("co-sponsoring {bills}", "que copatrocine {bills}"),
    ),
    AskKind(
        code="rejoin",
        fits=lambda situation: situation.may_join and situation.earlier is not None,
        least=Situation(earlier=_EARLIER),
        urgency=5,
        label=Text("Supported an earlier bill", "Apoyó un proyecto anterior"),
        reason=Text(
            "{did} {earlier}; not a co-sponsor of {number} yet", "{did} {earlier}; aún no copatrocina {number}"
        ),
        reason_unread=Text(
            "{did} {earlier}; we have not read who co-sponsors {number}",
            "{did} {earlier}; aún no hemos leído quién copatrocina {number}",
        ),
        request=_JOIN,
        deed=Text(
            "Ask {who} to join {bill}, {name}, as before.",
            "Pida {to} que se sume a {bill}, {name}, como antes.",
        ),
        thanks_earlier=True,
    ),
    AskKind(
        code="committee_chair",
        fits=lambda situation: situation.may_join and situation.seat is not None and situation.seat.chair,
        least=Situation(seat=replace(_COMMITTEE, chair=True)),
        urgency=2,
        asks_support=False,
        label=Text("Chairs the committee", "Preside el comité"),
        reason=Text(
            "not a co-sponsor yet; chairs {seat}, which has {number}",
            "aún no copatrocina {number}; preside {seat}, que lo tiene",
        ),
        reason_unread=Text("chairs {seat}, which has {number}", "preside {seat}, que tiene {number}"),
        request=Text("hold a hearing on {bills}", "que convoque una audiencia sobre {bills}"),
        deed=Text(
            "Ask {who}, who chairs the committee that has {bill}, to take it up.",
            "Pida {to}, que preside el comité que tiene {bill}, que lo ponga a consideración.",
        ),
        adds_committee=False,
    ),
    AskKind(
        code="delegate",
        fits=lambda situation: situation.may_join and not situation.votes,
        least=Situation(votes=False),
        urgency=7,
        label=Text("Delegates", "Delegaciones sin voto"),
        reason=Text(
            "not a co-sponsor of {number} yet; may co-sponsor, but has no vote on final passage",
            "aún no copatrocina {number}; puede hacerlo, aunque no vota en la aprobación final",
        ),
        reason_unread=Text(
            "may co-sponsor {number}, but has no vote on final passage",
            "puede copatrocinar {number}, aunque no vota en la aprobación final",
        ),
        request=_JOIN,
        deed=_ASK_TO_JOIN,
    ),
    AskKind(
        code="committee",
        fits=lambda situation: situation.may_join and situation.seat is not None,
        least=Situation(seat=_COMMITTEE),
        urgency=3,
        label=Text("On the committee", "En el comité"),
        reason=Text(
            "not a co-sponsor yet; sits on {seat}, which has {number}",
            "aún no copatrocina {number}; está en {seat}, que lo tiene",
        ),
        reason_unread=Text("sits on {seat}, which has {number}", "está en {seat}, que tiene {number}"),
        request=_JOIN,
        deed=Text(
            "Ask {who}, whose committee has {bill}, to co-sponsor it.",
            "Pida {to}, cuyo comité tiene {bill}, que lo copatrocine.",
        ),
        adds_committee=False,
    ),
    AskKind(
        code="cosponsor",
        fits=lambda situation: situation.may_join,
        least=Situation(),
        urgency=6,
        label=Text("Please co-sponsor", "Por favor, copatrocine"),
        reason=Text("not a co-sponsor of {number} yet", "aún no copatrocina {number}"),
        reason_unread=Text(
            "we have not read who co-sponsors {number}", "aún no hemos leído quién copatrocina {number}"
        ),
        request=_JOIN,
        deed=_ASK_TO_JOIN,
    ),
)
BY_TEXTS: Final = {kind.texts: kind for kind in ASK_KINDS}
TEXTS: Final = tuple(BY_TEXTS)
# The order for a reader who begins with one, by ``AskKind.urgency``.
ORDER: Final = tuple(kind.texts for kind in sorted(ASK_KINDS, key=lambda kind: kind.urgency))


def in_order(first: Sequence[str]) -> tuple[str, ...]:
    """All kinds by their texts: those of ``first`` as they stand there, then the others in their usual order.
    Names that are none are left out."""
    chosen = [texts for texts in dict.fromkeys(first) if texts in BY_TEXTS]
    return (*chosen, *(texts for texts in ORDER if texts not in chosen))


def no_kind(text: str) -> Refused:
    return Refused(
        f"“{text[:40]}” is no kind of ask. There are: {', '.join(ORDER)}.",
        f"«{text[:40]}» no es un tipo de petición. Hay: {', '.join(ORDER)}.",
    )


def most_specific(situation: Situation) -> AskKind | None:
    """The kind to ask in this situation; None where nothing is left to ask."""
    return next((kind for kind in ASK_KINDS if kind.fits(situation)), None)
