"""The description of the JSON interface; a test holds it against the routes."""

from typing import Any

from campaign import __version__


def _parameter(name: str, where: str, description: str, **schema: Any) -> dict[str, Any]:
    return {
        "name": name,
        "in": where,
        "required": where == "path",
        "description": description,
        "schema": {"type": "string", **schema},
    }


def _operation(summary: str, *parameters: dict[str, Any]) -> dict[str, Any]:
    failure = {"$ref": "#/components/responses/failure"}
    content = {"application/json": {"schema": {"type": "object"}}}
    return {
        "get": {
            "summary": summary,
            "parameters": list(parameters),
            "responses": {"200": {"description": summary, "content": content}, "4XX": failure, "503": failure},
        }
    }


def _by_token(summary: str, *parameters: dict[str, Any]) -> dict[str, Any]:
    """An operation that the token of an organizer opens."""
    described = _operation(summary, *parameters)
    return {"get": {**described["get"], "security": [{"token": []}]}}


BILL = "A bill: hr1234-119, or any form people use"
DOCUMENT: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {
        "title": "The campaign's public record",
        "version": __version__,
        "description": "Bills, who is on them since when, and every change, read from public sources.",
    },
    "servers": [{"url": "/api/v1"}],
    "paths": {
        "/bills": _operation("The bills of all proposals, newest Congress first"),
        "/bills/{bill}": _operation(
            "One bill with its co-sponsors and honest counts",
            _parameter("bill", "path", BILL),
            _parameter("on", "query", "As it stood at the end of this day", format="date"),
        ),
        "/changes": _operation(
            "Rows of the ledger, oldest first, at most 1000 an answer",
            _parameter("since", "query", "The number of the last change you have", type="integer", minimum=0),
            _parameter("bill", "query", BILL),
        ),
        "/find": _operation(
            "The seats and members of a ZIP code: found, split or unknown",
            _parameter("zip", "query", "Five digits, with or without four more", pattern=r"^\d{5}(-?\d{4})?$"),
        ),
        "/proposals": _operation("The campaign's proposals with their bills"),
        "/proposals/{slug}": _operation(
            "One proposal with its bills over the Congresses", _parameter("slug", "path", "Its slug")
        ),
        "/organize/bills/{bill}/board": _by_token(
            "Every member of the bill's chamber, with what the record and what organizers say",
            _parameter("bill", "path", BILL),
        ),
        "/organize/bills/{bill}/worklists": _by_token(
            "Whom to ask next about a bill, and why", _parameter("bill", "path", BILL)
        ),
        "/organize/notes": _by_token(
            "Notes and contacts in the order in which they were written, at most 1000 an answer",
            _parameter("after", "query", "The number of the last note you have", type="integer", minimum=0),
        ),
        "/openapi.json": _operation("This description"),
    },
    "components": {
        "securitySchemes": {
            "token": {
                "type": "http",
                "scheme": "bearer",
                "description": "A token that an organizer makes under Account; it reads, and changes nothing.",
            }
        },
        "responses": {
            "failure": {
                "description": "What went wrong, and the id to mention when telling us",
                "content": {
                    "application/json": {
                        "schema": {
                            "type": "object",
                            "properties": {
                                "error": {
                                    "type": "object",
                                    "required": ["status", "message", "request"],
                                    "properties": {
                                        "status": {"type": "integer"},
                                        "message": {"type": "string"},
                                        "request": {"type": "string"},
                                    },
                                }
                            },
                        }
                    }
                },
            }
        },
    },
}
