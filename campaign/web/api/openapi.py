"""The description of the JSON interface as OpenAPI 3.1, made of its operations."""

import re
from functools import cache
from typing import Any

from pydantic import TypeAdapter
from pydantic.json_schema import models_json_schema

from campaign import __version__
from campaign.web.api import schemas
from campaign.web.core.operations import OPERATIONS, PREFIX, Operation

REFERENCE = "#/components/schemas/{model}"
PATH_PARAMETERS: dict[str, Any] = {
    "bill": schemas.BillText,
    "slug": schemas.Slug,
    "bioguide": schemas.Bioguide,
}


@cache
def document() -> dict[str, Any]:
    """The whole description; its shape is https://spec.openapis.org/oas/v3.1.0."""
    answers = {operation.answer for operation in OPERATIONS} | {schemas.Failure}
    models = [(answer, "serialization") for answer in sorted(answers, key=lambda answer: answer.__name__)]
    _references, defined = models_json_schema(models, ref_template=REFERENCE)  # type: ignore[arg-type]
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "The campaign's public record",
            "version": __version__,
            "description": "Bills, who is on them since when, every change, and what there is to ask of whom; "
            "read from public sources. No key is needed; requests are limited by the hour.",
        },
        "servers": [{"url": PREFIX}],
        "paths": {operation.path: {"get": _described(operation)} for operation in OPERATIONS},
        "components": {
            "schemas": defined["$defs"],
            "responses": {"failure": _failure()},
            "securitySchemes": {"token": _token()},
        },
    }


def _described(operation: Operation) -> dict[str, Any]:
    answer = {"$ref": REFERENCE.format(model=operation.answer.__name__)}
    failure = {"$ref": "#/components/responses/failure"}
    return {
        "summary": operation.summary,
        "operationId": operation.answer.__name__[0].lower() + operation.answer.__name__[1:],
        "parameters": [*_of_path(operation), *_of_query(operation)],
        "responses": {
            "200": {"description": operation.summary, "content": {"application/json": {"schema": answer}}},
            "304": {"description": "What If-None-Match names is still what would be answered"},
            "4XX": failure,
            "503": failure,
        },
        **({"security": [{"token": []}]} if operation.by_token else {}),
    }


def _of_path(operation: Operation) -> list[dict[str, Any]]:
    names = re.findall(r"{(\w+)}", operation.path)
    schemas_of = {name: TypeAdapter(PATH_PARAMETERS[name]).json_schema() for name in names}
    return [_parameter(name, "path", schema, required=True) for name, schema in schemas_of.items()]


def _of_query(operation: Operation) -> list[dict[str, Any]]:
    schema = operation.query.model_json_schema()
    required = schema.get("required", ())
    return [
        _parameter(name, "query", _without_null(each), required=name in required)
        for name, each in schema.get("properties", {}).items()
    ]


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """A parameter that may be left out is never null."""
    kinds = [kind for kind in schema.get("anyOf", ()) if kind != {"type": "null"}]
    rest = {key: value for key, value in schema.items() if key not in ("anyOf", "default") or not kinds}
    return {**(kinds[0] if kinds else {}), **rest}


def _parameter(name: str, where: str, schema: dict[str, Any], *, required: bool) -> dict[str, Any]:
    schema = {key: value for key, value in schema.items() if key != "title"}
    description = schema.pop("description", name)
    return {"name": name, "in": where, "required": required, "description": description, "schema": schema}


def _failure() -> dict[str, Any]:
    schema = {"$ref": REFERENCE.format(model=schemas.Failure.__name__)}
    return {"description": "What went wrong", "content": {"application/json": {"schema": schema}}}


def _token() -> dict[str, str]:
    return {
        "type": "http",
        "scheme": "bearer",
        "description": "A token that an organizer makes under Account; it reads, and changes nothing.",
    }
