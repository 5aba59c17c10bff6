"""Serves the pages with gunicorn and waitress, and on request runs the scheduled jobs in the same process."""

import errno
import socket
from collections.abc import Callable
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication

from campaign import db, logs
from campaign.app import create_app
from campaign.http_worker import HttpWorker
from campaign.refusals import Refused
from campaign.settings import Settings
from campaign.web.core import visits
from jobs.deliver_mail import Loop
from jobs.worker import Worker

# The process must end within ten seconds of SIGTERM: requests and jobs have this long for their unit of work.
SECONDS_TO_FINISH = 6


def serve(
    settings: Settings,
    *,
    host: str,
    port: int,
    workers: int = 1,
    scheduled: bool = False,
    listening: Callable[[str], None] = lambda address: None,
) -> None:
    """Serve until SIGTERM or SIGINT; ``listening`` is called with the address when the socket is open.

    ``scheduled`` runs the jobs, too, in one process. Raises Refused where the port is in use or the tables are
    not at this version.
    """
    _refuse_old_tables(settings)
    _refuse_used_port(host, port)
    _Gunicorn(settings, host, port, 1 if scheduled else workers, scheduled, listening).run()


def _refuse_old_tables(settings: Settings) -> None:
    engine = db.open_engine(settings.database_url)
    try:
        db.require_current(engine)
    finally:
        # No connection may cross the fork.
        engine.dispose()


def _refuse_used_port(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise _cannot_listen(host, port, error) from None


def _cannot_listen(host: str, port: int, error: OSError) -> Refused:
    if error.errno == errno.EADDRINUSE:
        return Refused(
            f"Port {port} is taken by another program. Choose one with --port, or PORT=… for make run.",
            f"El puerto {port} está ocupado por otro programa. Elija otro con --port, o PORT=… en make run.",
        )
    reason = error.strerror or str(error)
    return Refused(f"Cannot listen on {host}:{port}: {reason}.", f"No se puede usar {host}:{port}: {reason}.")


def options(host: str, port: int, workers: int) -> dict[str, Any]:
    """What gunicorn is told in place of its command line."""
    return {
        "bind": f"[{host}]:{port}" if ":" in host else f"{host}:{port}",
        "workers": workers,
        "worker_class": HttpWorker,
        "graceful_timeout": SECONDS_TO_FINISH,
        # gunicorn 27 opens one in the home folder by default.
        "control_socket_disable": True,
        "loglevel": "warning",
        "proc_name": "campaign",
    }


class _Gunicorn(BaseApplication):  # type: ignore[misc]
    """gunicorn, configured here instead of on its command line."""

    def __init__(
        self,
        settings: Settings,
        host: str,
        port: int,
        workers: int,
        scheduled: bool,
        listening: Callable[[str], None],
    ) -> None:
        self._settings = settings
        self._scheduled = scheduled
        self._listening = listening
        self._app: Flask | None = None
        self._worker: Worker | None = None
        self._mail: Loop | None = None
        self._options = options(host, port, workers) | {
            "when_ready": self._print_address,
            "post_worker_init": self._start_jobs,
            "worker_exit": self._stop_jobs,
        }
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """Creates the application in the worker process: threads and connections do not survive a fork."""
        logs.set_up(self._settings.log_level)
        self._app = create_app(self._settings)
        return self._app

    def _print_address(self, arbiter: Any) -> None:
        host, port = arbiter.LISTENERS[0].sock.getsockname()[:2]
        shown = f"[{host}]" if ":" in host else host
        self._listening(f"http://{shown}:{port}")

    def _start_jobs(self, _worker: Any) -> None:
        if self._scheduled:
            engine = db.open_engine(self._settings.database_url)
            self._worker, self._mail = Worker(engine, self._settings), Loop(engine, self._settings)
            self._worker.start()
            self._mail.start()

    def _stop_jobs(self, _arbiter: Any, _worker: Any) -> None:
        if self._mail is not None:
            self._mail.ask_to_stop()
        if self._worker is not None:
            self._worker.stop(SECONDS_TO_FINISH)
        if self._mail is not None:
            self._mail.stop(1.0)
        if self._app is not None:
            visits.counter(self._app).write()
