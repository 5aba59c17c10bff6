"""Processes that a test kills: forked from a server that has the program loaded, as a start costs a second."""

import itertools
import multiprocessing
import os
import pkgutil
import signal
import sys
import traceback
from collections.abc import Mapping
from multiprocessing.connection import Connection
from typing import Any

CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(["campaign.mailing.delivery.sending", "campaign.snapshot", "jobs.deliver_mail"])
SECONDS = 60


def run(script: str, *arguments: str, env: Mapping[str, str]) -> tuple[int, str]:
    """Run a script as ``python -c`` does; its exit code (negative: the signal that ended it) and traceback."""
    here, there = CONTEXT.Pipe(duplex=False)
    process = CONTEXT.Process(target=_execute, args=(script, arguments, dict(env), there))
    process.start()
    there.close()
    process.join(SECONDS)
    process.kill()
    process.join()
    code = process.exitcode
    assert code is not None
    try:
        failure = str(here.recv()) if here.poll() else ""
    except EOFError:
        failure = ""
    process.close()
    here.close()
    return code, failure


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
