"""What a first visit weighs over the wire, everything it loads compressed, with the headers."""

import gzip
import re
from html import unescape

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

LINK = re.compile(
    r'<link rel="(?:stylesheet|icon|preload|manifest)" href="([^"]+)"|<(?:script|img) src="([^"]+)"'
)
MOST, MOST_WITH_FACES, MOST_REQUESTS = 30_000, 60_000, 7


def weight(answer: TestResponse) -> int:
    return len(answer.data) + sum(len(name) + len(value) + 4 for name, value in answer.headers)


@pytest.mark.parametrize(
    "path", ["/", "/es/", "/act/TX-20", "/es/act/TX-20", "/act/TX-20?member=C001098", "/bills/hr923-119"]
)
def test_a_first_visit_is_light(client: FlaskClient, path: str) -> None:
    page = client.get(path, headers={"Accept-Encoding": "gzip"})
    html = gzip.decompress(page.data).decode()
    linked = dict.fromkeys(unescape("".join(found)) for found in LINK.findall(html))
    answers = {link: client.get(link, headers={"Accept-Encoding": "gzip"}) for link in linked}
    assert {link: answer.status_code for link, answer in answers.items() if answer.status_code != 200} == {}
    sizes = {"page": weight(page), **{link: weight(answer) for link, answer in answers.items()}}
    faces = sum(size for link, size in sizes.items() if "woff2" in link)
    assert 10_000 < faces < 20_000
    assert sum(sizes.values()) - faces <= MOST, sizes
    assert sum(sizes.values()) <= MOST_WITH_FACES, sizes
    assert len(sizes) <= MOST_REQUESTS
