"""What comes in is cleaned once: no control character reaches a table or an address."""

import unicodedata

import pytest
from flask import Flask, request

from campaign.web.core import typed_text

CASES = {
    "a\0b": "ab",
    "\x01\x02x\x7f\x9f": "x",
    "line\r\nline\ttab": "line\r\nline\ttab",
    unicodedata.normalize("NFD", "José Peña"): "José Peña",
    "\ud800x": "x",
    "🗳 “quoted” ñ": "🗳 “quoted” ñ",
    "": "",
}


@pytest.mark.parametrize(("typed", "clean"), CASES.items())
def test_a_text_is_cleaned(typed: str, clean: str) -> None:
    assert typed_text.clean(typed) == clean


def test_queries_and_forms_are_clean_and_passwords_as_they_were_typed() -> None:
    app = Flask(__name__)
    typed_text.attach(app)
    decomposed = unicodedata.normalize("NFD", "ñandú")
    form = {"note": f"a\0{decomposed}", "password": f"a{decomposed}", "many": ["1\0", "2"]}
    for more in ({}, {"content_type": "multipart/form-data"}):
        with app.test_request_context("/?q=x%00y&q=z", method="POST", data=form, **more):
            assert request.args.getlist("q") == ["xy", "z"]
            assert request.form["note"] == "añandú"
            assert request.form["password"] == f"a{decomposed}"
            assert request.form.getlist("many") == ["1", "2"]
            assert request.form.to_dict()["many"] == "1"
            assert request.values["q"] == "xy"


@pytest.mark.parametrize(
    "path", ["/organize/link/a%00b", "/bills/hr1%00", "/act/%01TX-20", f"/organize/digest/{'9' * 20}/preview"]
)
def test_an_address_with_a_control_or_a_number_beyond_all_rows_is_not_found(app: Flask, path: str) -> None:
    assert app.test_client().get(path).status_code in (303, 404)
