"""A bare SMTP server in its own process: takes whatever comes and counts who it was for.

``python -m benchmarks.smtp_sink PORT LOG [SECONDS]``: one line a message in LOG; SECONDS is how long it thinks
before it takes a message, as a relay across a network does.
"""

import asyncio
import os
import sys
from pathlib import Path


class Line(asyncio.Protocol):
    """One connection: commands by line, a message up to its final full stop."""

    log: int = -1
    seconds: float = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self.buffer = bytearray()
        self.recipient = b""
        self.reading = False
        self._say(b"220 sink")

    def _say(self, line: bytes) -> None:
        self.transport.write(line + b"\r\n")  # type: ignore[attr-defined]

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        while self._message() if self.reading else self._command():
            pass

    def _command(self) -> bool:
        line, found, rest = self.buffer.partition(b"\r\n")
        if not found:
            return False
        self.buffer = rest
        word = line[:4].upper()
        if word == b"RCPT":
            self.recipient = bytes(line[line.index(b"<") + 1 : line.index(b">")])
        if word == b"DATA":
            self.reading = True
            self._say(b"354 go on")
        elif word == b"QUIT":
            self._say(b"221 bye")
            self.transport.close()
        else:
            self._say(b"250 OK")
        return True

    def _message(self) -> bool:
        end = self.buffer.find(b"\r\n.\r\n")
        if end < 0:
            return False
        del self.buffer[: end + 5]
        self.reading = False
        os.write(self.log, self.recipient + b"\n")
        if self.seconds:
            asyncio.get_running_loop().call_later(self.seconds, self._say, b"250 taken")
        else:
            self._say(b"250 taken")
        return True


async def serve(port: int, log: Path, seconds: float) -> None:
    Line.log, Line.seconds = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND), seconds
    server = await asyncio.get_running_loop().create_server(Line, "127.0.0.1", port)
    print("listening", server.sockets[0].getsockname()[1], flush=True)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), Path(sys.argv[2]), float(sys.argv[3]) if len(sys.argv) > 3 else 0))
