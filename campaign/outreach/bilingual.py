"""A text in both languages."""

from collections.abc import Callable
from typing import NamedTuple


class Text(NamedTuple):
    """The same text in English and in Spanish; it may hold fields in braces for ``str.format``."""

    en: str
    es: str

    @classmethod
    def of_each(cls, text: Callable[[str], str]) -> "Text":
        """The text that a function gives for each language."""
        return cls(text("en"), text("es"))

    def of(self, lang: str) -> str:
        return self.es if lang == "es" else self.en
