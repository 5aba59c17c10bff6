"""The production server with the barest Flask application on it: one view that returns a file's bytes.

``python -m benchmarks.bare PORT WORKERS FILE`` serves what pages.py compares our own pages with.
"""

import sys
from pathlib import Path

from flask import Flask, Response

from campaign import server
from campaign.settings import Settings, read_settings


def app_of(body: bytes) -> Flask:
    app = Flask(__name__, static_folder=None)

    @app.get("/")
    @app.get("/<path:_path>")
    def bare(_path: str = "") -> Response:
        return Response(body, content_type="text/html; charset=utf-8", headers={"Content-Encoding": "gzip"})

    return app


def main() -> None:
    port, workers, file = sys.argv[1:]
    body = Path(file).read_bytes()

    def instead(_settings: Settings) -> Flask:
        return app_of(body)

    server.create_app = instead  # type: ignore[assignment]
    server.serve(read_settings(), host="127.0.0.1", port=int(port), workers=int(workers))


if __name__ == "__main__":
    main()
