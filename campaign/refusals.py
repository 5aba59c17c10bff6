"""What the application says when it cannot act on what it was given."""


class Refused(Exception):
    """Input that cannot be acted on. The command line exits 2 with it, the web answers ``status``.

    Nothing has been written when it is raised. It carries its sentence in both languages, because
    whoever raises it knows best what happened and what to do next.
    """

    def __init__(self, en: str, es: str, *, status: int = 400) -> None:
        super().__init__(en)
        self.en = en
        self.es = es
        self.status = status

    def text(self, lang: str) -> str:
        return self.es if lang == "es" else self.en


class Unread(Exception):
    """A reading that gave no observation: the source failed, refused or spoke nonsense.

    ``reason`` is for people and never holds a key or a full address. ``permanent`` is true where asking
    again in this run cannot help (an unknown bill, a refused key). ``credential`` is true where the key
    itself was refused, so that the schedule stops and says so.
    """

    def __init__(self, reason: str, *, permanent: bool = False, credential: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.permanent = permanent
        self.credential = credential
