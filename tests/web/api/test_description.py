"""The description of the JSON interface is true: programs made from it get what it says."""

import html
import json
import re

import pytest
import schemathesis
from flask import Flask
from flask.testing import FlaskClient
from fuzzing import cases
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.schemas import BaseSchema
from sqlalchemy.engine import Engine

from campaign.app import create_app
from campaign.congress.bills import TYPES, BillId
from campaign.settings import Settings
from campaign.web.core.operations import OPERATIONS

few = settings(max_examples=cases(20), deadline=None, suppress_health_check=list(HealthCheck))
PUBLIC = [operation for operation in OPERATIONS if not operation.by_token]


@pytest.fixture(scope="module")
def schema(snapshot_engine: Engine) -> BaseSchema:
    """The description, from an app of its own: values to try are gathered from it once."""
    app = create_app(Settings(secret_key="x" * 40, geocoder_url=""), engine=snapshot_engine)
    return schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app)


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
def test_answers_are_as_described_whatever_is_asked(
    schema: BaseSchema, clock: None, mode: GenerationMode
) -> None:
    for operation in PUBLIC:
        if mode is GenerationMode.NEGATIVE and not operation.query.model_fields:
            continue

        @few
        @given(case=schema[operation.path]["GET"].as_strategy(generation_mode=mode))
        def ask(case: schemathesis.Case) -> None:
            case.call_and_validate(headers={"Accept-Encoding": "identity"})

        ask()


def test_every_route_is_described_and_every_parameter_of_its_path(app: Flask, client: FlaskClient) -> None:
    described = client.get("/api/v1/openapi.json").json
    rules = [rule.rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/api/v1")]
    routes = {re.sub(r"<(\w+)>", r"{\1}", rule).removeprefix("/api/v1") for rule in rules}
    assert described["paths"].keys() == routes
    for path, operations in described["paths"].items():
        named = {each["name"] for each in operations["get"]["parameters"] if each["in"] == "path"}
        assert named == set(re.findall(r"{(\w+)}", path))
    assert len({each["get"]["operationId"] for each in described["paths"].values()}) == len(routes)


def bill_patterns(client: FlaskClient) -> set[str]:
    """Every pattern that the description gives for a parameter called ``bill``."""
    paths = client.get("/api/v1/openapi.json").json["paths"].values()
    parameters = [each for path in paths for each in path["get"]["parameters"] if each["name"] == "bill"]
    return {each["schema"]["pattern"] for each in parameters}


def test_every_bill_that_the_record_can_hold_is_described(client: FlaskClient) -> None:
    (pattern,) = bill_patterns(client)
    ids = [str(BillId(congress, kind, 412)) for kind in TYPES for congress in (1, 99, 100, 119, 120, 999)]
    for held in (*ids, "s1-99", "hr1-120", "hr999999-119"):
        assert re.search(pattern, held), held
        assert str(BillId.of(held)) == held
        assert client.get(f"/api/v1/bills/{held}").status_code == 404, held


@pytest.mark.parametrize(
    "odd",
    ["hr0-119", "hr01-119", "hr1-0", "hr1-019", "hr1-1190", "hr1234567-119", "HR1-119", "hb1-119", "hr1",
     "hr1-", "hr-119", "xhr1-119", "hr1-119x", "hr1-119\n", "hr١-119", "hr1-١١٩", "hr 1-119", ""],
)  # fmt: skip
def test_what_is_no_id_of_a_bill_is_not_described(client: FlaskClient, odd: str) -> None:
    (pattern,) = bill_patterns(client)
    # As JSON Schema has it, ``$`` is the very end.
    assert not re.search(pattern.replace("$", r"\Z"), odd)
    with pytest.raises(ValueError, match="not a bill id"):
        BillId.of(odd)


@pytest.mark.parametrize("lang", ["", "/es"])
def test_every_documented_example_runs(client: FlaskClient, lang: str) -> None:
    text = html.unescape(client.get(f"{lang}/developers").text)
    examples = re.findall(r'curl "http://127\.0\.0\.1:5000/api/v1([^"]+)"', text)
    assert len(examples) == len(PUBLIC)
    for operation, example in zip(PUBLIC, examples, strict=True):
        answer = client.get(f"/api/v1{example}")
        assert answer.status_code == 200, example
        assert operation.answer.model_validate(json.loads(answer.data))
    feeds = set(re.findall(r'href="http://127\.0\.0\.1:5000(/[^"]*feeds/[^"]+)"', text))
    assert len(feeds) == 8
    assert {client.get(feed).status_code for feed in feeds} == {200}
