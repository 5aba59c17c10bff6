"""What is planned for a bill, in sentences of both languages, for pages, mail and calendar files.

Everything is a plan: a sentence says what a committee has set or a list holds, never what will happen. That its
committee meets and that a notice names the bill are told apart, and every hour is Eastern, with its weekday.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from babel.dates import format_date
from sqlmodel import Session, col, select

from campaign.calendar import ahead, session_days
from campaign.calendar.ahead import Plan, PlannedMeeting
from campaign.calendar.models import AHEAD, CANCELLED, POSTPONED, UNLISTED, FloorBill
from campaign.calendar.session_days import Recess
from campaign.congress.bills import WASHINGTON, BillId, on_one_line
from campaign.congress.members import Person
from campaign.congress.models import Committee, CommitteeSeat
from campaign.outreach import names
from campaign.outreach.bilingual import Text

KINDS = {
    "hearing": Text("a hearing", "una audiencia"),
    "closed_hearing": Text("a closed hearing", "una audiencia a puerta cerrada"),
    "markup": Text("a markup", "una sesión de enmiendas (markup)"),
    "business": Text("a business meeting", "una sesión de trabajo"),
    "meeting": Text("a meeting", "una reunión"),
}
# After "the" and "la": the same meeting once more.
KNOWN_KINDS = {
    "hearing": Text("hearing", "audiencia"),
    "closed_hearing": Text("closed hearing", "audiencia a puerta cerrada"),
    "markup": Text("markup", "sesión de enmiendas (markup)"),
    "business": Text("business meeting", "sesión de trabajo"),
    "meeting": Text("meeting", "reunión"),
}
SET = {
    "list": Text(
        "{who} has set {kind} for {hour}. Its notice lists {bill}.",
        "{who} fijó {kind} para el {hour}. El aviso incluye {bill}.",
    ),
    "text": Text(
        "{who} has set {kind} for {hour}. The words of its notice mention {bill}.",
        "{who} fijó {kind} para el {hour}. El texto del aviso menciona {bill}.",
    ),
    "holds": Text(
        "{who}, which has {bill}, has set {kind} for {hour}. The notice does not name the bill.",
        "{who}, que tiene {bill}, fijó {kind} para el {hour}. El aviso no nombra el proyecto.",
    ),
    "dropped": Text(
        "{who} no longer lists {bill} for its {known} of {hour}.",
        "{who} ya no incluye {bill} en su {known} del {hour}.",
    ),
}
STATES = {
    POSTPONED: Text(
        "{who} has postponed the {known} of {hour} that named {bill}. We know of no new date.",
        "{who} aplazó la {known} del {hour} que nombraba {bill}. No conocemos otra fecha.",
    ),
    CANCELLED: Text(
        "{who} has canceled the {known} of {hour} that named {bill}.",
        "{who} canceló la {known} del {hour} que nombraba {bill}.",
    ),
    UNLISTED: Text(
        "The Senate’s list no longer has the {known} that {who} had set for {hour}. It does not say why. "
        "Its notice named {bill}.",
        "La lista del Senado ya no tiene la {known} que {who} había fijado para el {hour}. No dice por qué. "
        "El aviso nombraba {bill}.",
    ),
}
DOUBT = Text(" We could not confirm that it still stands.", " No pudimos confirmar que siga en pie.")
MOVED = Text(" It was moved from {hour}.", " Antes era el {hour}.")
FLOOR = {
    "bill": Text(
        "{bill} is on the House’s list of what may come up in the week of {day}. The list names no day.",
        "{bill} está en la lista de lo que la Cámara podría tratar en la semana del {day}. La lista no "
        "dice qué día.",
    ),
    "amendments": Text(
        "Changes made by the other chamber to {bill} are on the House’s list for the week of {day}. The "
        "list names no day.",
        "Los cambios de la otra cámara a {bill} están en la lista de la Cámara para la semana del {day}. La "
        "lista no dice qué día.",
    ),
    "rule": Text(
        "A rule for taking up {bill} is on the House’s list for the week of {day}. It comes before the bill "
        "itself.",
        "Una regla para tratar {bill} está en la lista de la Cámara para la semana del {day}. Va antes que el "
        "proyecto mismo.",
    ),
}
OFF_FLOOR = Text(
    "{bill} was taken off the House’s list for the week of {day}.",
    "{bill} salió de la lista de la Cámara para la semana del {day}.",
)
SOURCES = {
    "house_floor": Text("the House’s floor list", "la lista del pleno de la Cámara"),
    "house_meetings": Text("the House’s committee meetings", "las reuniones de comités de la Cámara"),
    "senate_meetings": Text("the Senate’s committee meetings", "las reuniones de comités del Senado"),
}
OUT = {
    "house": Text("The House is out", "La Cámara está en receso"),
    "senate": Text("The Senate is out", "El Senado está en receso"),
}
UNTIL = Text("; its next planned day is {day}", "; su próximo día previsto es el {day}")
AT_HOME = {
    "house": Text(
        "Members are at home, so call a district office.",
        "Los representantes están en casa: llame a una oficina del distrito.",
    ),
    "senate": Text(
        "Senators are at home, so call an office in your state.",
        "Los senadores están en casa: llame a una oficina de su estado.",
    ),
}


@dataclass(frozen=True)
class Line:
    """One planned thing in a sentence. ``committees`` are those that meet (of the House's list none).

    ``names``: it stands and names the bill. ``holds``: it stands, and a committee that has the bill meets.
    """

    text: Text
    bill: BillId
    starts_at: datetime | None = None
    committees: frozenset[str] = frozenset()
    chamber: str = ""
    names: bool = False
    holds: bool = False


@dataclass(frozen=True)
class Coming:
    """What is planned for a bill, in lines; ``unread`` are the sources that say nothing now, with the moment of
    their last good reading."""

    lines: tuple[Line, ...]
    read_at: datetime | None
    unread: tuple[tuple[Text, datetime | None], ...]


def coming(session: Session, bills: Sequence[BillId], *, now: datetime) -> dict[BillId, Coming]:
    """What is planned for some bills; those of which nothing can be known are left out."""
    plans = ahead.plans(session, bills, now=now)
    committees = committee_names(session, plans.values())
    return {bill: _coming(plan, bill, committees, now) for bill, plan in plans.items()}


def committee_names(session: Session, plans: Iterable[Plan]) -> dict[str, str]:
    """The English names of the committees that meet, by code."""
    codes = {planned.committee for plan in plans for planned in plan.meetings}
    return {row.id: row.name for row in session.exec(select(Committee).where(col(Committee.id).in_(codes)))}


def _coming(plan: Plan, bill: BillId, committees: Mapping[str, str], now: datetime) -> Coming:
    meetings = [_meeting_line(planned, committees, now) for planned in plan.meetings]
    floor = [_floor_line(row, bill) for row in plan.floor]
    unread = tuple((SOURCES[name], moment) for name, moment in plan.unread.items())
    return Coming((*floor, *meetings), plan.read_at, unread)


# --- meetings --------------------------------------------------------------------------------------


def _meeting_line(planned: PlannedMeeting, committees: Mapping[str, str], now: datetime) -> Line:
    meeting = planned.meeting
    stands = meeting.state == AHEAD
    return Line(
        Text.of_each(lambda lang: meeting_sentence(planned, committees, lang)),
        planned.bill,
        meeting.starts_at,
        frozenset(code[:4] for code in meeting.committees.split()),
        meeting.chamber,
        names=stands and planned.names and now < meeting.starts_at,
        holds=stands and planned.relation == "holds",
    )


def meeting_sentence(planned: PlannedMeeting, committees: Mapping[str, str], lang: str) -> str:
    """``The House Committee on Foreign Affairs has set a markup for …``; ``committees`` has names by code."""
    meeting = planned.meeting
    words = STATES.get(meeting.state) or SET[planned.relation]
    sentence = words.of(lang).format(
        who=_who(planned, committees, lang),
        kind=KINDS[meeting.kind].of(lang),
        known=KNOWN_KINDS[meeting.kind].of(lang),
        hour=hour(meeting.starts_at, lang),
        bill=on_one_line(planned.bill.short),
    )
    if meeting.state not in (*STATES, AHEAD):
        sentence += DOUBT.of(lang)
    if meeting.moved_from and meeting.state == AHEAD and planned.relation != "dropped":
        sentence += MOVED.of(lang).format(hour=hour(meeting.moved_from, lang))
    return sentence[:1].upper() + sentence[1:]


def _who(planned: PlannedMeeting, committees: Mapping[str, str], lang: str) -> str:
    code = planned.committee
    name = committees.get(code)
    if name is None:
        return Text("a committee", "un comité").of(lang)
    whole = names.committee(code, name, lang)
    if not planned.by_subcommittee:
        return whole
    return f"a subcommittee of {whole}" if lang == "en" else f"un subcomité d{whole}"


def hour(moment: datetime, lang: str) -> str:
    """``Wednesday, March 18, at 9:30 a.m. Eastern time``; ``miércoles 18 de marzo a las 9:30 a. m., hora del
    Este``."""
    local = moment.astimezone(WASHINGTON)
    half, clock = "a" if local.hour < 12 else "p", f"{local.hour % 12 or 12}:{local.minute:02}"
    space = "\N{NO-BREAK SPACE}"
    if lang == "es":
        article = "la" if clock.startswith("1:") else "las"
        return f"{_weekday(local.date(), lang)} a {article} {clock}{space}{half}.{space}m., hora del Este"
    return f"{_weekday(local.date(), lang)}, at {clock}{space}{half}.m. Eastern time"


def _weekday(day: date, lang: str) -> str:
    pattern = "EEEE d 'de' MMMM" if lang == "es" else "EEEE, MMMM d"
    return str(format_date(day, pattern, locale=names.LOCALES[lang]))


# --- the House's list ------------------------------------------------------------------------------


def _floor_line(row: FloorBill, bill: BillId) -> Line:
    text = Text.of_each(lambda lang: floor_sentence(row, bill, lang))
    return Line(text, bill, chamber="house", names=row.removed_at is None)


def floor_sentence(row: FloorBill, bill: BillId, lang: str) -> str:
    """That a bill is on the House's list of a week, or was taken off it."""
    words = OFF_FLOOR if row.removed_at else FLOOR[row.relation]
    return words.of(lang).format(bill=on_one_line(bill.short), day=month_day(row.week, lang))


def month_day(day: date, lang: str) -> str:
    """``December 7``; ``7 de diciembre``."""
    return str(format_date(day, "d 'de' MMMM" if lang == "es" else "MMMM d", locale=names.LOCALES[lang]))


# --- why to call now -------------------------------------------------------------------------------


def why_now(found: Mapping[BillId, Coming], chamber: str | None, seats: frozenset[str]) -> Line | None:
    """The one line that makes a call to a member timely: a meeting that names a bill, of a committee on which
    they sit (``seats``); then the House's list; then a meeting of their committee that does not name it."""
    lines = [line for coming in found.values() for line in coming.lines if line.chamber == chamber]
    mine = [line for line in lines if line.committees & seats]
    named = [line for line in mine if line.names]
    floor = [line for line in lines if line.names and not line.committees]
    return next(iter([*named, *floor, *(line for line in mine if line.holds)]), None)


def reasons_now(
    session: Session, asked: Mapping[Person, Sequence[BillId]], *, now: datetime
) -> dict[str, Text]:
    """What makes a call to a member timely, by Bioguide id; those of whom nothing does are left out.

    ``asked`` has the bills that each is asked about.
    """
    found = coming(session, sorted({bill for bills in asked.values() for bill in bills}), now=now)
    ids = [person.bioguide for person in asked]
    seats: dict[str, set[str]] = {id: set() for id in ids}
    for row in session.exec(select(CommitteeSeat).where(col(CommitteeSeat.bioguide).in_(ids))):
        seats[row.bioguide].add(row.committee[:4])
    reasons = {
        person.bioguide: why_now(
            {bill: found[bill] for bill in bills if bill in found},
            person.chamber,
            frozenset(seats[person.bioguide]),
        )
        for person, bills in asked.items()
    }
    return {id: line.text for id, line in reasons.items() if line}


def recess_line(out: Recess) -> Text:
    """That a chamber is out, until when, and whom to call meanwhile."""

    def words(lang: str) -> str:
        until = UNTIL.of(lang).format(day=_weekday(out.back, lang)) if out.back else ""
        return f"{OUT[out.chamber].of(lang)}{until}. {AT_HOME[out.chamber].of(lang)}"

    return Text.of_each(words)


def recess(session: Session, chamber: str | None, *, now: datetime) -> Recess | None:
    """Whether a member's chamber is out today, as far as a calendar says."""
    return session_days.recess(session, chamber, now=now) if chamber else None
