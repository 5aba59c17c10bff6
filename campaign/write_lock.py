"""Who writes next to a SQLite file.

SQLite has whoever finds it busy ask again after longer and longer pauses, so that later writers overtake the
one that waits longest. Here threads of a process wait for one another at a lock, and processes at the lock of
a file beside the database, which the kernel hands to who waits and frees when a process ends, however it ends.
"""

import fcntl
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache


@contextmanager
def held(database: str, seconds: float) -> Iterator[None]:
    """Hold the lock of a SQLite file. Where another thread of this process has held it for so many seconds, go
    on without it: SQLite arbitrates then, and refuses after its own time.

    Beside a process that hangs while it writes, one thread of each other process waits until it ends.
    """
    path = os.path.abspath(database)
    threads = _threads(path)
    if not threads.acquire(timeout=seconds):
        yield
        return
    try:
        with _among_processes(path):
            yield
    finally:
        threads.release()


@contextmanager
def _among_processes(path: str) -> Iterator[None]:
    file = _open(path)
    try:
        if file is not None:
            fcntl.lockf(file, fcntl.LOCK_EX)
        yield
    finally:
        if file is not None:
            # Frees the lock.
            os.close(file)


def _open(path: str) -> int | None:
    """The file of the lock, which belongs to whom the database belongs, as SQLite's own files beside it do;
    None where this process may not open it."""
    try:
        owner = os.stat(path)
        file = os.open(f"{path}-writers", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        if os.geteuid() == 0:
            os.fchown(file, owner.st_uid, owner.st_gid)
    except OSError:
        return None
    return file


@cache
def _threads(_path: str) -> threading.Lock:
    return threading.Lock()
