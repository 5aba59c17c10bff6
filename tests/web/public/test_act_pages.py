"""The page of a seat's members: whom to call first and why; one person, nobody, and who is to come."""

import gzip
import re

import pytest
from flask.testing import FlaskClient


def main_of(client: FlaskClient, path: str) -> str:
    return client.get(path).text.split("<main")[1].split("</main")[0]


@pytest.mark.parametrize(
    ("seat", "order"),
    [
        # Both of Cornyn's committees have one of the bills, one of Cruz's; Castro leads both bills.
        ("TX-20", ["John Cornyn", "Ted Cruz", "Joaquin Castro"]),
        # Was on both bills before; the senators never were.
        ("NY-13", ["Adriano Espaillat", "Kirsten E. Gillibrand", "Charles E. Schumer"]),
        # A vacant seat; a committee before none.
        ("FL-20", ["Rick Scott", "Ashley Moody"]),
        ("DC-0", ["Eleanor Holmes Norton"]),
    ],
)
def test_whose_answer_matters_most_comes_first(client: FlaskClient, seat: str, order: list[str]) -> None:
    page = main_of(client, f"/act/{seat}")
    people = re.findall(r"<h2[^>]*>([^<]+)</h2>", page.split("<aside")[0])
    assert [name for name in people if "vacant" not in name] == order
    start = page.split('class="ask-box start"')[1].split("</section>")[0]
    assert f"Call {order[0]}" in start
    assert start.count('class="button"') == 1
    assert page.count('class="button"') == 1
    assert ("Start here" in start) == (len(order) > 1)


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("/act/TX-20", ("Call: Ted Cruz", "Write a letter: Ted Cruz")),
        ("/es/act/TX-20", ("Llamar: Ted Cruz", "Escribir una carta: Ted Cruz")),
    ],
)
def test_a_short_button_says_whom_it_is_about(client: FlaskClient, path: str, says: tuple[str, ...]) -> None:
    """To who hears the page, with a colon: in Spanish one calls and writes “a” somebody."""
    main = re.sub(r"<[^>]+>", "", main_of(client, path))
    assert [words for words in says if words not in main] == []


def test_the_reason_to_start_here_is_said_in_one_line(client: FlaskClient) -> None:
    start = main_of(client, "/act/TX-20").split('class="ask-box start"')[1].split("pair-of-buttons")[0]
    why = " ".join(re.sub(r"<[^>]+>", "", start).split())
    assert "not a co-sponsor yet; sits on the Senate Committee on Foreign Relations" in why
    assert "Stop Arming" not in why


@pytest.mark.parametrize(
    ("path", "heading"),
    [
        ("/act/DC-0", "Your member of Congress"),
        ("/es/act/PR-0", "Quién le representa en el Congreso"),
        ("/act/VT-0", "Your members of Congress"),
        ("/es/act/TX-20", "Sus legisladores en el Congreso"),
    ],
)
def test_one_person_is_one_person(client: FlaskClient, path: str, heading: str) -> None:
    assert re.findall(r"<h1>([^<]+)</h1>", main_of(client, path)) == [heading]
    assert heading in client.get(path).text.split("</title>")[0]


def test_who_was_called_is_known_to_the_browser_alone(client: FlaskClient) -> None:
    page = main_of(client, "/act/TX-20")
    assert sorted(re.findall(r'data-if-called="(\w+)" hidden', page)) == ["C001056", "C001091", "C001098"]


def test_a_script_travels_gzipped_and_is_kept_nowhere(client: FlaskClient) -> None:
    where = "/act/TX-20?member=C001098"
    answer = client.get(where, headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert "no-store" in answer.headers["Cache-Control"]
    assert "ETag" not in answer.headers
    assert b"202-224-5922" in gzip.decompress(answer.data)
    assert "Content-Encoding" not in client.get(where).headers


def test_a_script_has_the_apostrophes_of_print(client: FlaskClient) -> None:
    script = main_of(client, "/act/TX-20?member=C001098&kind=call")
    assert "I’m a constituent" in re.sub(r"\s+", " ", script)
    assert not re.findall(r"\w'\w", re.sub(r"<[^>]+>", "", script))
