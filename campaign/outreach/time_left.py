"""How long the sitting Congress still has, as scripts, letters and mail say it in its last weeks.

All take ``days`` as ``congress.bills.days_left`` gives them: None says nothing, 0 is the last day before noon.
"""

from typing import Final

from campaign.outreach.bilingual import Text

_MEANS: Final = Text(
    "This Congress ends {when}, and unfinished bills end with it.",
    "Este Congreso termina {when}, y con él los proyectos pendientes.",
)
_SHORT: Final = Text("This Congress ends {when}.", "Este Congreso termina {when}.")
_WRITTEN: Final = Text(
    "This Congress ends {when}. Bills that are not law by then end and must be introduced again.",
    "Este Congreso termina {when}. Los proyectos que para entonces no sean ley terminan y hay que presentarlos "
    "de nuevo.",
)
_PRINTED: Final = Text("on January 3 at noon", "el 3 de enero al mediodía")
# The last word of a short script, behind which nothing is added.
_CLOSINGS: Final = (" Thank you.", " Gracias.")


def spoken(days: int | None, lang: str) -> str:
    """One sentence to be said aloud: when the Congress ends, and that its bills end with it."""
    return _put(_MEANS, days, lang)


def short(days: int | None, lang: str) -> str:
    """When the Congress ends, and no more."""
    return _put(_SHORT, days, lang)


def printed(days: int | None, lang: str) -> str:
    """As ``spoken``, for paper that is read on later days: by its date."""
    return "" if days is None else _MEANS.of(lang).format(when=_PRINTED.of(lang))


def written(days: int | None, lang: str) -> str:
    """Two sentences for a letter or a mail with its own date."""
    return _put(_WRITTEN, days, lang, dated=True)


def mailed(days: int | None, day: str, lang: str) -> str:
    """Two sentences for a mail that may be read later: the end by its date, and the days from ``day`` on."""
    if days is None:
        return ""
    if days == 0:
        when = Text("today, January 3, at noon Eastern time", "hoy, 3 de enero, al mediodía, hora del Este")
    else:
        count = Text("1 day", "1 día") if days == 1 else Text(f"{days} days", f"{days} días")
        when = Text(
            f"on January 3 at noon Eastern time, {count.en} after {day}",
            f"el 3 de enero al mediodía, hora del Este, {count.es} después del {day}",
        )
    return _WRITTEN.of(lang).format(when=when.of(lang))


def _put(words: Text, days: int | None, lang: str, *, dated: bool = False) -> str:
    return "" if days is None else words.of(lang).format(when=_when(days, dated).of(lang))


def _when(days: int, dated: bool) -> Text:
    """What follows “ends”: the days, and where ``dated`` the day itself."""
    if days == 0:
        return Text("today at noon Eastern time", "hoy al mediodía, hora del Este")
    if days == 1:
        return Text("tomorrow at noon", "mañana al mediodía")
    count = Text(f"in {days} days", f"en {days} días")
    if not dated:
        return count
    return Text(
        f"{count.en}, on January 3 at noon Eastern time",
        f"{count.es}, el 3 de enero al mediodía, hora del Este",
    )


def add(text: str, sentence: str, *, paragraph: int = 0) -> str:
    """A text with a sentence at the end of one paragraph, before its closing word of thanks."""
    if not sentence:
        return text
    parts = text.split("\n\n")
    closing = next((end for end in _CLOSINGS if parts[paragraph].endswith(end)), "")
    parts[paragraph] = f"{parts[paragraph].removesuffix(closing)} {sentence}{closing}"
    return "\n\n".join(parts)
