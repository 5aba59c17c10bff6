"""The shapes of the JSON interface: what each operation reads of a query, and what it answers."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from campaign.congress.bills import STORED_FORM
from campaign.congress.stage_names import Stage

Language = Literal["en", "es"]
LARGEST_SEQ = 10**18
BillText = Annotated[
    str,
    Field(
        max_length=300,
        description="A bill: hr1234-119, or another form people use",
        examples=["hr1234-119"],
        # The form that is never misread; others are taken as far as they can be.
        json_schema_extra={"pattern": STORED_FORM},
    ),
]
Bioguide = Annotated[str, Field(description="A member's Bioguide id", examples=["A000360"])]
Slug = Annotated[str, Field(description="The short name of a proposal")]
Day = Annotated[date, Field(description="YYYY-MM-DD")]
Words = Annotated[dict[Language, str], Field(description="A text in each language that the campaign offers")]


class Query(BaseModel):
    """A query; a parameter that is not named is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class NoQuery(Query):
    """No parameters."""


class BillQuery(Query):
    on: Annotated[Day | None, Field(description="As it stood at the end of this day")] = None


class ChangesQuery(Query):
    since: Annotated[int, Field(ge=0, lt=LARGEST_SEQ, description="The number of the last change you have")] = 0
    bill: BillText | None = None


class FindQuery(Query):
    zip: Annotated[
        str,
        Field(
            description="A ZIP code: five digits, with or without four more",
            examples=["78207"],
            # Said here and refused by the finder, in better words than a pattern has.
            json_schema_extra={"pattern": r"^\d{5}(-?\d{4})?$"},
        ),
    ]


class ScriptQuery(Query):
    bill: BillText
    member: Bioguide
    kind: Literal["call", "voicemail", "tally", "letter"] = "call"
    lang: Language = "en"


class CallsQuery(Query):
    bill: Annotated[
        BillText | None,
        Field(description="Calls about this bill alone, without those about all of a campaign's bills"),
    ] = None
    member: Annotated[Bioguide | None, Field(description="Calls to one member")] = None


class CalendarQuery(Query):
    bill: Annotated[BillText | None, Field(description="What is planned for one bill alone")] = None


class NotesQuery(Query):
    after: Annotated[int, Field(ge=0, lt=10**9, description="The number of the last note you have")] = 0


class Answer(BaseModel):
    """An answer is an object, so that keys can be added."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Campaign(Answer):
    campaign: str
    title: Words
    summary: Words
    languages: list[Language]
    organization: str
    url: str


class Campaigns(Answer):
    campaigns: list[Campaign]


class Bill(Answer):
    bill: str
    title: str
    congress: int
    stage: Stage
    sponsor: str | None
    introduced: Day | None
    observed_at: datetime | None
    partial: Annotated[bool, Field(description="Whether the list of co-sponsors is not whole")]


class Bills(Answer):
    bills: list[Bill]


class Cosponsor(Answer):
    bioguide: str
    name: str
    date: Day | None
    original: bool
    withdrawn: Day | None


class Counts(Answer):
    listed: Annotated[int, Field(description="As Congress counts: sitting_voting + delegates + departed")]
    sitting_voting: int
    delegates: Annotated[int, Field(description="Delegates and the resident commissioner")]
    departed: Annotated[int, Field(description="Have left the bill's chamber since")]
    withdrawn: Annotated[int, Field(description="Not among those listed")]


class Passage(Answer):
    chamber: Literal["house", "senate"]
    date: Day
    yeas: Annotated[int | None, Field(description="Null where nobody was counted, or the record does not say")]
    nays: int | None


class WholeBill(Bill):
    stage_since: Day | None
    passages: Annotated[list[Passage], Field(description="The first passage in each chamber")]
    cosponsors: list[Cosponsor]
    counts: Counts
    proposal: str | None
    as_of: Day | None
    source: Annotated[str, Field(description="The bill at congress.gov")]


Cast = Annotated[
    Literal["yea", "nay", "present", "not_voting"], Field(description="Aye counts as yea, No as nay")
]


class MemberVote(Answer):
    bioguide: Annotated[str | None, Field(description="Null where it cannot be told whose vote it is")]
    name: str
    party: str
    state: str
    vote: Cast


class Vote(Answer):
    roll: Annotated[
        str, Field(description="Chamber, Congress, session and number", examples=["house-119-2-314"])
    ]
    source: Annotated[str, Field(description="The chamber's own document")]
    date: Annotated[Day | None, Field(description="Null, as all below, until the document was read")]
    question: str | None
    result: str | None
    on_passage: Annotated[bool, Field(description="Whether a yea was a vote for this very bill")]
    yeas: int | None
    nays: int | None
    present: int | None
    not_voting: int | None
    members: list[MemberVote]


class Votes(Answer):
    votes: list[Vote]


class Scored(Answer):
    """What a member did about one bill."""

    bill: str
    date: Annotated[Day | None, Field(description="Of introducing, joining, withdrawing or voting")]
    did: Annotated[
        Literal["sponsor", "cosponsor", "withdrew", "neither", "unread"] | Cast,
        Field(description="A standing as to the bill, or a vote on passing it; unread: the list is not whole"),
    ]


class Score(Answer):
    bioguide: str
    name: str
    seat: str | None
    for_it: int
    of: Annotated[int, Field(description="In how many the member could have been for it, as far as is known")]
    details: list[Scored]


class Scorecard(Answer):
    members: list[Score]


class Change(Answer):
    seq: int
    bill: str
    kind: str
    bioguide: str | None
    date: Day | None
    seen_at: datetime
    baseline: Annotated[bool, Field(description="Found at the first reading of the bill")]
    detail: dict[str, Any]


class Changes(Answer):
    changes: list[Change]
    next: Annotated[int, Field(description="``since`` of the next request")]


class PlannedMeeting(Answer):
    bill: str
    event: Annotated[str, Field(description="The number that Congress's own calendars give it")]
    relation: Annotated[
        Literal["list", "text", "dropped", "holds"],
        Field(
            description="Why it is here: its notice lists the bill, mentions it, no longer lists it, or a "
            "committee that has the bill meets"
        ),
    ]
    chamber: Literal["house", "senate", "joint"]
    kind: Literal["hearing", "closed_hearing", "markup", "business", "meeting"]
    state: Annotated[
        Literal["ahead", "postponed", "cancelled", "unlisted", "unconfirmed"],
        Field(description="unlisted: gone from the Senate's list, which does not say why"),
    ]
    starts_at: datetime
    moved_from: datetime | None
    committees: Annotated[list[str], Field(description="Codes of the committees and subcommittees that meet")]
    text: Annotated[Words, Field(description="The same in a sentence")]


class FloorListing(Answer):
    bill: str
    week: Annotated[Day, Field(description="Its Monday; the House's list names no day")]
    relation: Annotated[
        Literal["bill", "amendments", "rule"],
        Field(description="As itself, by amendments, or as what a rule is for"),
    ]
    removed_at: datetime | None
    text: Annotated[Words, Field(description="The same in a sentence")]


class UnreadSource(Answer):
    source: Literal["house_floor", "house_meetings", "senate_meetings"]
    read_at: Annotated[datetime | None, Field(description="Its last good reading")]


class Calendar(Answer):
    meetings: list[PlannedMeeting]
    floor: list[FloorListing]
    unread: Annotated[
        list[UnreadSource],
        Field(description="Sources that say nothing now: a gap, not a quiet day"),
    ]


class Proposal(Answer):
    proposal: str
    name: Words
    summary: Words
    bills: list[Bill]


class Proposals(Answer):
    proposals: list[Proposal]


class Standing(Answer):
    proposal: str
    bill: str
    ask: Annotated[str, Field(description="What there is to ask: cosponsor, thank, committee, rejoin …")]
    reason: Words


class Member(Answer):
    bioguide: str
    name: str
    party: str
    seat: str | None
    chamber: Literal["house", "senate"] | None
    standings: list[Standing]


class SeatHeld(Answer):
    seat: str
    member: str | None
    vacant: bool


class Found(Answer):
    result: Literal["found", "split", "unknown"]
    congress: int
    seats: list[SeatHeld]
    senators: list[str]
    note: str


class Script(Answer):
    ask: str
    text: str
    salutation: str
    phones: list[str]
    reason: str


class Calls(Answer):
    calls: Annotated[
        int | None, Field(description="Calls that reached an office; null below the least number published")
    ]
    least: Annotated[int, Field(description="The least number published")]


class Description(BaseModel):
    """An OpenAPI document."""

    model_config = ConfigDict(extra="allow", frozen=True)

    openapi: str


class Person(Answer):
    bioguide: str
    name: str
    party: str
    seat: str | None


class BoardRow(Person):
    model_config = ConfigDict(extra="allow", frozen=True)

    standing: str
    since: Day | None
    version: int


class Board(Answer):
    bill: str
    rows: Annotated[list[BoardRow], Field(description="With what organizers entered about each member")]


class Entry(Person):
    mark: str
    reason: dict[Language, str]


class Worklists(Answer):
    bill: str
    lists: Annotated[dict[str, list[Entry]], Field(description="By the name of the list")]
    vacancies: list[str]


class Note(Answer):
    id: int
    bioguide: str
    bill: str | None
    kind: str
    day: Day | None
    people: str
    text: str
    by: str
    at: datetime
    version: int


class Notes(Answer):
    notes: list[Note]
    next: Annotated[int, Field(description="``after`` of the next request")]


class Error(Answer):
    status: int
    message: str
    request: Annotated[str, Field(description="The id to mention when you tell us")]


class Failure(Answer):
    error: Error
