"""What readers notice of clients that are slow on purpose, served as ``campaign web`` serves them.

The same load as of pages.py, in turns with and without the slow clients: requests without an end, bodies that
come a byte at a time, readers that take nothing of a response, and connections that say nothing.

``python -m benchmarks.slow_clients PORT`` asks the server at a port, whatever it is, instead of our own.
"""

import asyncio
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks.figures import Figure
from benchmarks.pages import PAGE, SECONDS, Load, load, service

EACH = 200
ROUNDS = 3
PATIENCE = 10.0
# With hundreds of slow clients beside them, others wait at most so many times as long.
MOST_SLOWER = 2.0
KINDS = {
    "half a request": b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-a: b",
    "half a body": b"POST /find HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 60000\r\n\r\nstreet=1",
    "no reading": f"GET {PAGE} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode(),
    "silence": b"",
}


@dataclass(frozen=True)
class Pair:
    """A round without slow clients and one beside them; None where others got no answer at all."""

    alone: Load
    beside: Load | None


def measure() -> list[Figure]:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="campaign-bench-")))
        port = stack.enter_context(service(folder))
        return figures(port)


def figures(port: int) -> list[Figure]:
    asyncio.run(load(port, 0.5))
    return [
        _figure(kind, [asyncio.run(_pair(port, data)) for _ in range(ROUNDS)]) for kind, data in KINDS.items()
    ]


def _figure(kind: str, pairs: list[Pair]) -> Figure:
    name = f"p99 of others beside {EACH} clients with {kind}"
    limit = f"at most {MOST_SLOWER:.0f} × without them"
    answered = [(pair.alone.percentile(0.99), pair.beside.percentile(0.99)) for pair in pairs if pair.beside]
    if len(answered) < len(pairs):
        return Figure(name, f"no answer within {PATIENCE:.0f} s", limit, False)
    alone, beside = median(first for first, _ in answered), median(second for _, second in answered)
    text = f"{beside / alone:.2f} × ({beside * 1000:.0f} and {alone * 1000:.0f} ms)"
    return Figure(name, text, limit, beside <= MOST_SLOWER * alone)


async def _pair(port: int, data: bytes) -> Pair:
    alone = await load(port, SECONDS)
    clients = await asyncio.gather(*(asyncio.open_connection("127.0.0.1", port) for _ in range(EACH)))
    drips = [asyncio.create_task(_drip(writer, data)) for _reader, writer in clients]
    try:
        beside = await asyncio.wait_for(load(port, SECONDS), SECONDS + PATIENCE)
    except (TimeoutError, OSError, asyncio.IncompleteReadError):
        beside = None
    for drip in drips:
        drip.cancel()
    for _reader, writer in clients:
        writer.transport.abort()
    return Pair(alone, beside)


async def _drip(writer: asyncio.StreamWriter, data: bytes) -> None:
    """Send the beginning, then a byte a second where there was a beginning without an end."""
    writer.write(data)
    while data and not data.endswith(b"\r\n\r\n"):
        await asyncio.sleep(1.0)
        writer.write(b"x")


if __name__ == "__main__":
    for figure in figures(int(sys.argv[1])):
        print(figure.name, figure.measured, sep=": ")
