"""Roll calls and the scorecard as JSON, beside the rest of the record."""

from campaign.db import utcnow
from campaign.organizing import scorecard
from campaign.organizing.scorecard import Row
from campaign.proposals import lookup
from campaign.votes import standing
from campaign.votes.standing import BillVote
from campaign.web.api import schemas
from campaign.web.api.routes import room
from campaign.web.core import served
from campaign.web.core.database import session
from campaign.web.core.operations import operation


@operation(
    room, "/bills/<bill>/votes", query=schemas.NoQuery, answer=schemas.Votes, example="/bills/{bill}/votes"
)
def votes(_query: schemas.NoQuery, bill: str) -> schemas.Votes:
    """The roll calls on a bill, newest first, with how each member voted."""
    known = str(lookup.resolve(session(), bill))
    found = standing.votes_on(session(), [known]).get(known, [])
    return schemas.Votes(votes=[_vote(vote) for vote in found])


def _vote(vote: BillVote) -> schemas.Vote:
    roll = vote.roll
    return schemas.Vote(
        roll=str(vote.id),
        source=vote.id.public_address,
        date=vote.day,
        question=roll.question if roll else None,
        result=roll.result if roll else None,
        on_passage=vote.passage,
        yeas=roll.yeas if roll else None,
        nays=roll.nays if roll else None,
        present=roll.present if roll else None,
        not_voting=roll.absent if roll else None,
        members=_members(vote),
    )


def _members(vote: BillVote) -> list[schemas.MemberVote]:
    if vote.roll is None:
        return []
    known = [(row.bioguide, row.model_dump()) for row in standing.ballots(session(), vote.roll)]
    unknown = [(None, row) for row in vote.roll.unknown]
    return [
        schemas.MemberVote(
            bioguide=bioguide, name=row["name"], party=row["party"], state=row["state"], vote=row["cast"]
        )
        for bioguide, row in (*known, *unknown)
    ]


@operation(room, "/scorecard", query=schemas.NoQuery, answer=schemas.Scorecard, example="/scorecard")
def scorecard_in_numbers(_query: schemas.NoQuery) -> schemas.Scorecard:
    """What each sitting member did about the campaign's bills of this Congress: counts, no grades."""
    sheets = scorecard.scorecard(session(), served.slug(), now=utcnow())
    return schemas.Scorecard(
        members=[
            _score(row, [str(column.record.id) for column in sheet.columns])
            for sheet in sheets
            for row in sheet.rows
        ]
    )


def _score(row: Row, bills: list[str]) -> schemas.Score:
    details = [
        schemas.Scored.model_validate({"bill": bill, "date": mark.day, "did": mark.did})
        for bill, mark in zip(bills, row.marks, strict=True)
        if mark.did
    ]
    return schemas.Score(
        bioguide=row.person.bioguide,
        name=row.person.name,
        seat=row.person.seat,
        for_it=row.done,
        of=row.possible,
        details=details,
    )
