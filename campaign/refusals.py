"""The two expected failures: input that is refused, and a source that cannot be read."""


class Refused(Exception):
    """Input that is refused. The command line exits with 2, the web answers ``status``.

    Nothing has been written when it is raised. Its message, in both languages, says what is wrong and what to
    do next.
    """

    def __init__(self, en: str, es: str, *, status: int = 400) -> None:
        super().__init__(en)
        self.en = en
        self.es = es
        self.status = status

    def text(self, lang: str) -> str:
        return self.es if lang == "es" else self.en


class SourceError(Exception):
    """A source gave no usable data: it failed, refused or sent something invalid.

    ``reason`` is shown to people and never holds a key or a full address. ``permanent``: a retry in this run
    cannot help (an unknown bill, a refused key). ``credential``: the key itself was refused, so this run does
    not use it again.
    """

    def __init__(self, reason: str, *, permanent: bool = False, credential: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.permanent = permanent
        self.credential = credential
