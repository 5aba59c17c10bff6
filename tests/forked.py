"""Processes that a test kills: forked from a server that has the program loaded, as a start costs a second.

A process has one such server, and the last list of modules to load holds for it. That of the kills is the
longest: with another one each of their commands loaded its modules anew.
"""

import itertools
import os
import pkgutil
import signal
import sys
import traceback
from collections.abc import Mapping
from multiprocessing.connection import Connection
from typing import Any

from benchmarks.kills.processes import PROCESSES

SECONDS = 300


class Forked:
    """A script that runs as ``python -c`` runs it."""

    def __init__(self, script: str, *arguments: str, env: Mapping[str, str]) -> None:
        self._failure, there = PROCESSES.Pipe(duplex=False)
        self._process = PROCESSES.Process(target=_execute, args=(script, arguments, dict(env), there))
        self._process.start()
        there.close()

    @property
    def is_alive(self) -> bool:
        return self._process.is_alive()

    def send_signal(self, number: int) -> None:
        assert self._process.pid
        os.kill(self._process.pid, number)

    def end(self, seconds: float = SECONDS) -> tuple[int, str]:
        """Wait for its end, and kill it afterwards: its exit code (negative: a signal's) and traceback."""
        self._process.join(seconds)
        self._process.kill()
        self._process.join()
        code = self._process.exitcode
        assert code is not None
        try:
            failure = str(self._failure.recv()) if self._failure.poll() else ""
        except EOFError:
            failure = ""
        self._process.close()
        self._failure.close()
        return code, failure


def run(script: str, *arguments: str, env: Mapping[str, str]) -> tuple[int, str]:
    """Run a script to its end: its exit code and traceback."""
    return Forked(script, *arguments, env=env).end()


def kill_at(name: str, nth: int, when: str = "before") -> None:
    """In a forked script: end the process at the nth call of a function or method, which is named with its
    module, ``before`` or ``after`` it does its work."""
    owner, function = pkgutil.resolve_name(name.rpartition(".")[0]), name.rpartition(".")[2]
    whole, calls = getattr(owner, function), itertools.count(1)

    def die(*given: Any, **named: Any) -> Any:
        last = next(calls) == nth
        if last and when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        found = whole(*given, **named)
        if last:
            os.kill(os.getpid(), signal.SIGKILL)
        return found

    setattr(owner, function, die)


def _execute(script: str, arguments: tuple[str, ...], env: dict[str, str], failure: Connection) -> None:
    os.environ.clear()
    os.environ.update(env)
    sys.argv = ["-c", *arguments]
    try:
        exec(compile(script, "<forked>", "exec"), {"__name__": "__main__"})  # noqa: S102
    except BaseException:
        failure.send(traceback.format_exc())
        raise
