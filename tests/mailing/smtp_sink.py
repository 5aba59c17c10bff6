"""A real SMTP server for tests: in a thread of this process, or by ``python smtp_sink.py PORT LOG`` in its own.

What it does with a message is said by the recipient's address, so each test carries its own faults:
``gone-…`` 550 at RCPT, ``later-…`` 451, ``slow-…`` 454, ``refused-…`` 554 after the message, ``silent-…`` takes
the message and never answers, ``drop-…`` hangs up at DATA, ``hush-…`` hangs up after having taken the message.
"""

import asyncio
import os
import socket
import ssl
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

RCPT_SAYS = {
    "gone": "550 5.1.1 no such user here",
    "later": "451 4.3.0 come back later",
    "slow": "454 4.7.0 Throttling failure: maximum sending rate exceeded",
    "busy": "421 4.7.0 too many connections",
    "full": "452 4.2.2 mailbox full",
}


class Box:
    """What came in: raw messages and who they were for, by envelope."""

    def __init__(self, log: Path | None = None) -> None:
        self.messages: list[tuple[str, str, bytes]] = []
        self.log = log.open("ab", buffering=0) if log else None
        self.mood: dict[str, str] = {}
        self.connections = 0
        self.on_data: Any = None

    @property
    def got(self) -> Counter[str]:
        return Counter(recipient for _, recipient, _ in self.messages)

    def keep(self, sender: str, recipient: str, raw: bytes) -> None:
        if self.log is not None:
            os.write(self.log.fileno(), f"{recipient}\n".encode())
        else:
            self.messages.append((sender, recipient, raw))

    # --- aiosmtpd's hooks ---

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        kind = address.partition("-")[0]
        said = self.mood.get("rcpt") or RCPT_SAYS.get(self.mood.get(kind, kind), "")
        if said:
            return said
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        recipient = envelope.rcpt_tos[0]
        kind = recipient.partition("-")[0]
        if self.on_data:
            self.on_data(recipient)
        if kind == "refused":
            return "554 5.7.1 content refused"
        if kind == "drop":
            server.transport.abort()
            return "250 never seen"
        self.keep(envelope.mail_from or "", recipient, bytes(envelope.content or b""))
        if kind == "silent":
            await asyncio.sleep(30)
        if kind == "hush":
            server.transport.abort()
        return "250 2.0.0 taken as 12345"


def controller(box: Box, *, port: int = 0, tls: ssl.SSLContext | None = None, **more: Any) -> Controller:
    """A server on loopback; ``tls`` makes it speak TLS from the first byte."""
    chosen = port or free_port()
    options = {"enable_SMTPUTF8": True, **more}
    return Controller(box, hostname="127.0.0.1", port=chosen, ssl_context=tls, **options)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def main() -> None:
    port, log = int(sys.argv[1]), Path(sys.argv[2])

    async def serve() -> None:
        box = Box(log)
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: SMTP(box, hostname="sink"), "127.0.0.1", port)
        print("listening", flush=True)  # noqa: T201 -- the parent waits for this line
        async with server:
            await server.serve_forever()

    asyncio.run(serve())


if __name__ == "__main__":
    main()
