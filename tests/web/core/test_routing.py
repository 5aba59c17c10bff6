"""Addresses are declared in one way, and say all that the page cache has to know."""

import ast
from collections.abc import Iterator
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient

from campaign.web.core.routing import ACCESS, access

PUBLIC = Path(__file__).parents[3] / "campaign/web/public"


def test_every_address_is_declared_with_route(app: Flask) -> None:
    undeclared = {
        rule.endpoint for rule in app.url_map.iter_rules() if app.view_functions[rule.endpoint] not in ACCESS
    }
    assert undeclared == {"static", "assets"}


def test_only_public_pages_may_be_cached(app: Flask) -> None:
    for rule in app.url_map.iter_rules():
        declared = ACCESS.get(app.view_functions[rule.endpoint])
        assert (declared is not None and declared.cached) == rule.endpoint.startswith("public_"), rule


def query_parameters(path: Path) -> Iterator[str]:
    """The names that a module takes from the query: ``request.args.get("q")``, ``"q" in request.args`` …"""
    sources = "request.args", "request.values"
    calls = [f"{source}.{method}" for source in sources for method in ("get", "getlist")]
    for node in ast.walk(ast.parse(path.read_text())):
        found: ast.expr | None = None
        if isinstance(node, ast.Call) and ast.unparse(node.func) in calls:
            found = node.args[0]
        elif isinstance(node, ast.Subscript) and ast.unparse(node.value) in sources:
            found = node.slice
        elif isinstance(node, ast.Compare) and ast.unparse(node.comparators[0]) in sources:
            found = node.left
        if isinstance(found, ast.Constant):
            yield str(found.value)


def test_query_parameters_of_public_pages_are_declared() -> None:
    """One that is not would be left out of the cache key, and one page be sent for another."""
    read = {name for path in PUBLIC.glob("*.py") for name in query_parameters(path)}
    declared = {name for each in ACCESS.values() for name in each.query}
    assert read >= {"zip", "state", "q", "on", "sort", "kind", "as"}
    assert read <= declared


def test_what_a_page_does_not_declare_changes_nothing(app: Flask, client: FlaskClient) -> None:
    """Each page that may be cached, once plain and once with every parameter that it does not declare."""
    every = {name for each in ACCESS.values() for name in each.query}
    given = {
        "seat": "TX-20",
        "text": "hr6736-119",
        "slug": "armas-act",
        "fingerprint": "0",
        "size": 192,
        "form": "atom",
        "kind": "count",
    }
    seen = 0
    for rule in app.url_map.iter_rules():
        declared = access_of(app, rule.endpoint)
        if not rule.endpoint.startswith("public_en.") or "GET" not in (rule.methods or set()):
            continue
        # An oEmbed without its ``url`` is an error, and each error has an id of its own.
        if {"token", "provider"} & rule.arguments or rule.endpoint.endswith(".oembed"):
            continue
        with app.test_request_context():
            path = rule.build(given, append_unknown=False)[1]  # type: ignore[index]
        rest = dict.fromkeys(every - set(declared), "1")
        plain, more = client.get(path), client.get(path, query_string=rest)
        assert (more.status_code, more.data) == (plain.status_code, plain.data), rule
        seen += plain.status_code == 200
    assert seen > 10


def access_of(app: Flask, endpoint: str) -> tuple[str, ...]:
    with app.app_context():
        declared = access(endpoint)
    return declared.query if declared else ()
