"""A text in both languages."""

from typing import NamedTuple


class Text(NamedTuple):
    """The same text in English and in Spanish; it may hold fields in braces for ``str.format``."""

    en: str
    es: str

    def of(self, lang: str) -> str:
        return self.es if lang == "es" else self.en
