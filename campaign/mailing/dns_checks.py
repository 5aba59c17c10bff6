"""Whether other mail systems can trust the sender: SPF, DMARC and alignment, as far as DNS answers here.

We hold no keys: the relay signs (DKIM). What cannot be seen from here is said, not guessed.
"""

from collections.abc import Callable, Iterator
from typing import Literal

import dns.exception
import dns.resolver

from campaign.mailing.message import https, sender_of
from campaign.mailing.transport import read_relay
from campaign.refusals import Refused
from campaign.settings import Settings

Level = Literal["good", "note", "warning", "error"]
Found = tuple[Level, str, str]
SECONDS = 4.0
# https://support.google.com/a/answer/14229414: what Gmail asks of senders of bulk mail.
UNSEEN = (
    "cannot be checked from here: the relay's signature must cover List-Unsubscribe and "
    "List-Unsubscribe-Post; look at a delivered test mail"
)


def texts(name: str) -> list[str] | None:
    """The TXT records of a name; none where it has none; None where DNS cannot be asked from here."""
    resolver = dns.resolver.Resolver()
    resolver.lifetime = SECONDS
    try:
        return [b"".join(answer.strings).decode("ascii", "replace") for answer in resolver.resolve(name, "TXT")]
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return []
    except (dns.exception.DNSException, OSError):
        return None


def examine(settings: Settings, *, ask: Callable[[str], list[str] | None] = texts) -> Iterator[Found]:
    """What an operator should know about mail."""
    try:
        sender = sender_of(settings)
    except Refused as refusal:
        yield "note", "mail", refusal.en
        return
    url = settings.smtp_url.get_secret_value()
    if url.startswith("file:"):
        yield "note", "CAMPAIGN_SMTP_URL", "writes mail to a folder; nothing leaves this machine"
        return
    try:
        read_relay(url)
    except Refused as refusal:
        yield "error", "CAMPAIGN_SMTP_URL", refusal.en
    if not https(settings):
        yield "error", "CAMPAIGN_BASE_URL", "one-click unsubscribing needs https (RFC 8058)"
    yield from _domain(sender.host, ask)
    if sender.return_host != sender.host and not _aligned(sender.return_host, sender.host):
        yield "warning", "CAMPAIGN_RETURN_PATH", "lies in another domain than the sender: SPF does not align"
    if not (settings.bounce_mailbox_url.get_secret_value() or settings.bounce_webhook_key.get_secret_value()):
        wanted = "set CAMPAIGN_BOUNCE_MAILBOX_URL or CAMPAIGN_BOUNCE_WEBHOOK_KEY"
        yield "warning", "returned mail", f"is not read; {wanted}"
    yield "note", "DKIM", UNSEEN


def _domain(host: str, ask: Callable[[str], list[str] | None]) -> Iterator[Found]:
    spf, dmarc = ask(host), ask(f"_dmarc.{host}")
    if dmarc == [] and host.count(".") > 1:
        dmarc = ask(f"_dmarc.{host.split('.', host.count('.') - 1)[-1]}")
    if spf is None or dmarc is None:
        yield "note", "SPF and DMARC", "could not be checked: no DNS from here"
        return
    rules = [text for text in spf if text.lower().startswith("v=spf1")]
    if len(rules) == 1:
        yield "good", "SPF", f"{host} names its senders"
    else:
        yield "error", "SPF", f"{host} has {len(rules)} SPF records; it must have one"
    if any(text.lower().startswith("v=dmarc1") for text in dmarc):
        yield "good", "DMARC", f"{host} has a policy"
    else:
        yield "error", "DMARC", f"{host} has no DMARC record; large providers refuse its bulk mail"


def _aligned(first: str, second: str) -> bool:
    """Relaxed alignment (RFC 7489), by the last two labels; a public suffix list would be exact."""
    return first.split(".")[-2:] == second.split(".")[-2:]
