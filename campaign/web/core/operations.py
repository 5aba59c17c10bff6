"""Operations of the JSON interface: each declared once, from which its checks and its description are made."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from flask import Response, request
from pydantic import BaseModel, ValidationError

from campaign.refusals import Refused
from campaign.web.core.routing import Room

PREFIX = "/api/v1"
# Of one address, for each server process: a page that shows every bill, every minute.
REQUESTS_AN_HOUR = 1200


@dataclass(frozen=True)
class Operation:
    """``path`` lies below ``PREFIX``, its parameters in braces. ``example`` is a request with ``{bill}``,
    ``{proposal}`` and ``{member}`` for those of a campaign; empty where an organizer's token is asked for."""

    path: str
    summary: str
    query: type[BaseModel]
    answer: type[BaseModel]
    example: str
    by_token: bool


OPERATIONS: list[Operation] = []


def operation(
    room: Room,
    rule: str,
    *,
    query: type[BaseModel],
    answer: type[BaseModel],
    example: str = "",
    in_draft: bool = False,
) -> Callable[[Callable[..., BaseModel]], Callable[..., Response]]:
    """Declare a view that takes its query as ``query`` and answers an ``answer``; its docstring is the summary.

    A query that does not fit raises Refused (400) before the view is called.
    """

    def declare(view: Callable[..., BaseModel]) -> Callable[..., Response]:
        @wraps(view)
        def respond(**path: Any) -> Response:
            body = view(read_query(query), **path).model_dump_json()
            response = Response(body, mimetype="application/json")
            response.headers["Cache-Control"] = "no-store" if room.role else "public, no-cache"
            return response

        below = (room.prefix + rule).removeprefix(PREFIX).replace("<", "{").replace(">", "}")
        summary = " ".join((view.__doc__ or "").partition("\n\n")[0].split())
        OPERATIONS.append(Operation(below, summary, query, answer, example, bool(room.role)))
        return room.route(rule, in_draft=in_draft)(respond)

    return declare


def read_query(query: type[BaseModel]) -> Any:
    """This request's query. Raises Refused, naming each parameter that does not fit."""
    try:
        return query.model_validate(request.args.to_dict())
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors())
        raise Refused(f"{wrong}.", f"{wrong}.") from None
