"""Maps of a Congress over HTTP: whole, in parts, and refused."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from block_samples import PLACES, outlines_text, sample, write_zip
from pytest_httpserver import HTTPServer
from sqlalchemy.engine import Engine
from sqlmodel import select
from werkzeug import Request, Response

from campaign import db
from campaign.districts import maps
from campaign.districts.census import ZipRow, replace_zips
from campaign.districts.downloads import ZCTAS, Fetched, Wanted, fetch_maps
from campaign.districts.models import DistrictShape, ZipSeat
from campaign.fetch import Fetcher, open_fetcher
from campaign.refusals import Refused
from campaign.settings import Settings

BEFS = "/programs-surveys/decennial/rdo/mapping-files/2027/120-congressional-district-befs/cd120.zip"
SHAPES = "/TIGERweb/Legislative/MapServer/0/query"
STATES = [*maps.DISTRICTS, "DC"]


class Bureau:
    """A server with the files of the 120th. ``breaks`` are how many answers of a path end after half;
    ``ranges`` are the Range headers it got; without ``resumes`` it sends all each time."""

    def __init__(self, server: HTTPServer, folder: Path) -> None:
        self.settings = Settings(
            secret_key="x" * 40,
            census_url=server.url_for("").rstrip("/"),
            tigerweb_url=server.url_for("/TIGERweb"),
        )
        made = sample(STATES, PLACES)
        self.bodies = {
            BEFS: write_zip(folder / "made.zip", made.district_lines()).read_bytes(),
            f"/{ZCTAS}": "".join(f"{line}\n" for line in made.zcta_lines()).encode(),
            SHAPES: outlines_text(STATES).encode(),
        }
        self.breaks: dict[str, int] = {}
        self.ranges: list[str] = []
        self.asked: list[str] = []
        self.resumes = True
        for path in self.bodies:
            server.expect_request(path).respond_with_handler(self.answer)

    def answer(self, request: Request) -> Response:
        body, given = self.bodies[request.path], request.headers.get("Range", "")
        self.asked.append(request.query_string.decode() if request.path == SHAPES else request.path)
        start = int(given.removeprefix("bytes=").rstrip("-")) if given and self.resumes else 0
        if given:
            self.ranges.append(given)
        rest = body[start:]
        headers = {"Content-Range": f"bytes {start}-{len(body) - 1}/{len(body)}"} if start else {}
        response = Response(rest, status=206 if start else 200, headers=headers)
        if self.breaks.get(request.path, 0):
            self.breaks[request.path] -= 1
            response.response = [rest[: len(rest) // 2]]
            response.headers["Content-Length"] = str(len(rest))
            response.automatically_set_content_length = False
        return response


@pytest.fixture
def bureau(httpserver: HTTPServer, tmp_path: Path) -> Bureau:
    return Bureau(httpserver, tmp_path)


@pytest.fixture
def fetcher(bureau: Bureau) -> Iterator[Fetcher]:
    with open_fetcher(bureau.settings, wait_initial=0.0, wait_max=0.0, wait_jitter=0.0) as fetcher:
        yield fetcher


def fetched(engine: Engine, fetcher: Fetcher, bureau: Bureau, folder: Path, now: datetime) -> Fetched:
    wanted = Wanted(120, folder / "downloads")
    return fetch_maps(engine, fetcher, bureau.settings, wanted, now=now, progress=lambda _line: None)


def stored(engine: Engine) -> tuple[set[str], set[str]]:
    """The seats of the ZIP table and of the boundaries of the 120th."""
    with db.reading(engine) as session:
        zips = session.exec(select(ZipSeat.seat).where(ZipSeat.congress == 120))
        shapes = session.exec(select(DistrictShape.seat).where(DistrictShape.congress == 120))
        return set(zips), set(shapes)


def test_the_files_and_the_boundaries_are_taken(
    engine: Engine, fetcher: Fetcher, bureau: Bureau, tmp_path: Path, now: datetime
) -> None:
    done = fetched(engine, fetcher, bureau, tmp_path, now)
    assert done.refused == {}
    assert (done.zips["districts"], done.zips["shares"]) == (436, "land")
    # Missouri's boundaries there are the void ones.
    assert done.boundaries == 428
    zips, shapes = stored(engine)
    assert zips - shapes == {f"MO-{number}" for number in range(1, 9)}
    assert "outFields=GEOID%2CCD120" in bureau.asked[-1]
    assert "f=geojson" in bureau.asked[-1]


@pytest.mark.parametrize("resumes", [True, False])
def test_a_broken_download_is_gone_on_with(
    sqlite_engine: Engine, fetcher: Fetcher, bureau: Bureau, tmp_path: Path, now: datetime, resumes: bool
) -> None:
    bureau.breaks, bureau.resumes = {f"/{ZCTAS}": 1}, resumes
    done = fetched(sqlite_engine, fetcher, bureau, tmp_path, now)
    assert done.refused == {}
    half = len(bureau.bodies[f"/{ZCTAS}"]) // 2
    assert bureau.ranges == [f"bytes={half}-"]


def test_the_next_run_goes_on_where_the_last_one_ended(
    sqlite_engine: Engine, bureau: Bureau, tmp_path: Path, now: datetime
) -> None:
    path, body = f"/{ZCTAS}", bureau.bodies[f"/{ZCTAS}"]
    bureau.breaks = {path: 1}
    with open_fetcher(bureau.settings, attempts=1) as fetcher:
        first = fetched(sqlite_engine, fetcher, bureau, tmp_path, now)
        assert "the connection broke" in str(first.refused["zips"])
        assert first.boundaries == 428
        again = fetched(sqlite_engine, fetcher, bureau, tmp_path, now)
    assert again.refused == {}
    assert bureau.ranges == [f"bytes={len(body) // 2}-"]
    assert bureau.asked.count(BEFS) == 1


def test_another_part_than_was_asked_for_is_not_taken(
    httpserver: HTTPServer, bureau: Bureau, fetcher: Fetcher, tmp_path: Path
) -> None:
    answers = iter(["bytes 0-3/10", "bytes 3-9/99"])

    def answer(request: Request) -> Response:
        if "Range" not in request.headers:
            return Response(b"0123456789")
        return Response(b"3456789", status=206, headers={"Content-Range": next(answers)})

    httpserver.expect_request("/file").respond_with_handler(answer)
    for _ in range(2):
        path = tmp_path / "part"
        path.write_bytes(b"012")
        with path.open("r+b") as into:
            fetcher.resume(httpserver.url_for("/file"), into)
        assert path.read_bytes() == b"0123456789"


def test_a_download_that_was_complete_is_not_asked_for_twice(
    httpserver: HTTPServer, bureau: Bureau, fetcher: Fetcher, tmp_path: Path
) -> None:
    complete = Response(b"", status=416, headers={"Content-Range": "bytes */3"})
    httpserver.expect_request("/file").respond_with_response(complete)
    path = tmp_path / "part"
    path.write_bytes(b"012")
    with path.open("r+b") as into:
        fetcher.resume(httpserver.url_for("/file"), into)
    assert path.read_bytes() == b"012"
    assert fetcher.requests == 1


BROKEN = {
    "an error with status 200": (SHAPES, b'{"error":{"code":400,"message":"Failed query."}}', "Failed query"),
    "a web page": (SHAPES, b"<html>Down for maintenance</html>", "not a boundary file"),
    "cut": (SHAPES, outlines_text(STATES).encode()[:5000], "not a boundary file"),
    "a state missing": (SHAPES, outlines_text(STATES[:-2]).encode(), "DC-0"),
    "the last map": (SHAPES, outlines_text(STATES, 119).encode(), "districts of Congress 119"),
    "no zip": (BEFS, b"<html>Moved</html>", "damaged zip"),
    "no ZIP codes": (f"/{ZCTAS}", b"<html>Moved</html>", "lacks a column"),
}  # fmt: skip


@pytest.mark.parametrize("broken", BROKEN)
def test_what_is_broken_is_refused_and_the_old_stays(
    sqlite_engine: Engine, fetcher: Fetcher, bureau: Bureau, tmp_path: Path, now: datetime, broken: str
) -> None:
    assert fetched(sqlite_engine, fetcher, bureau, tmp_path, now).refused == {}
    (tmp_path / "downloads" / Path(ZCTAS).name).unlink()
    before = stored(sqlite_engine)
    path, body, says = BROKEN[broken]
    bureau.bodies[path] = body
    done = fetched(sqlite_engine, fetcher, bureau, tmp_path, now)
    (reason,) = done.refused.values()
    assert isinstance(reason, Refused)
    assert says in reason.en
    assert stored(sqlite_engine) == before


def test_missouri_is_kept_when_the_bureaus_file_has_the_void_map(
    sqlite_engine: Engine, bureau: Bureau, fetcher: Fetcher, tmp_path: Path, now: datetime
) -> None:
    with db.writing(sqlite_engine) as session:
        replace_zips(session, [ZipRow("64111", "MO-5", None)], 119)
    void = sample(STATES, [("64111", "MO-4")])
    bureau.bodies[BEFS] = write_zip(tmp_path / "void.zip", void.district_lines()).read_bytes()
    bureau.bodies[f"/{ZCTAS}"] = "".join(f"{line}\n" for line in void.zcta_lines()).encode()
    refused = fetched(sqlite_engine, fetcher, bureau, tmp_path, now).refused["zips"]
    assert "--keep MO=119" in str(refused)
    wanted = Wanted(120, tmp_path / "downloads", keep={"MO": 119})
    done = fetch_maps(sqlite_engine, fetcher, bureau.settings, wanted, now=now, progress=lambda _line: None)
    assert (done.refused, done.zips["kept"]) == ({}, {"MO": 119})
