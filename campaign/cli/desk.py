"""The desk every command works at: settings, database, clock, answers, and what refusals become."""

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, NoReturn

import click

from campaign.refusals import Refused, Unread

if TYPE_CHECKING:
    from sqlalchemy.engine import Engine

    from campaign.settings import Settings

PARTLY, REFUSED = 1, 2


class Desk:
    """What every command works with: settings, database, clock, and where its answer goes."""

    def __init__(self) -> None:
        self.as_json = False

    @cached_property
    def settings(self) -> "Settings":
        from campaign import logs
        from campaign.settings import read_settings

        settings = read_settings()
        logs.set_up(settings.log_level)
        return settings

    @cached_property
    def engine(self) -> "Engine":
        from campaign import db

        return db.open_engine(self.settings.database_url)

    @cached_property
    def now(self) -> datetime:
        from campaign import db

        return db.utcnow()

    def close(self) -> None:
        """Let go of the database, if it was ever asked."""
        if "engine" in self.__dict__:
            self.engine.dispose()

    def answer(self, data: dict[str, Any], *lines: str) -> None:
        """Print the answer: the object for programs, or the lines for people."""
        if self.as_json:
            click.echo(json.dumps(data, ensure_ascii=False, default=str))
        else:
            for line in lines:
                click.echo(line)

    def partly(self, *reasons: str) -> NoReturn:
        """End with what could not be done."""
        for reason in reasons:
            click.echo(reason, err=True)
        sys.exit(PARTLY)


def language() -> str:
    """``es`` for a Spanish-speaking terminal, else ``en``."""
    chosen = next((os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), "")
    return "es" if chosen.lower().startswith("es") else "en"


def say(en: str, es: str) -> str:
    return es if language() == "es" else en


class Guarded(click.Group):
    """Turns what rooms raise into a sentence and an exit code."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except Refused as error:
            self._end(ctx, error.text(language()), REFUSED)
        except Unread as error:
            self._end(ctx, error.reason, PARTLY)
        except (click.exceptions.Exit, click.Abort, click.ClickException, KeyboardInterrupt):
            raise
        except Exception as error:
            sentence, code = explain(error)
            if not sentence:
                raise
            self._end(ctx, sentence, code)

    def _end(self, ctx: click.Context, sentence: str, code: int) -> NoReturn:
        if ctx.ensure_object(Desk).as_json:
            click.echo(json.dumps({"error": sentence}, ensure_ascii=False))
        click.echo(sentence, err=True)
        sys.exit(code)


def explain(error: Exception) -> tuple[str, int]:
    """A sentence and exit code for what a database or a disk may do; an empty one for a bug of ours."""
    import sqlalchemy as sa

    if isinstance(error, sa.exc.DBAPIError):
        return _explain_database(str(error.orig))
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename}: {error.strerror}", PARTLY
    return "", PARTLY


def _explain_database(reason: str) -> tuple[str, int]:
    first = reason.strip().splitlines()[0] if reason.strip() else "?"
    if "no such table" in reason or "no such column" in reason or "does not exist" in reason:
        return say(
            f"The database has no tables of this version ({first}). Run: campaign db upgrade",
            f"La base de datos no tiene las tablas de esta versión ({first}). Ejecute: campaign db upgrade",
        ), REFUSED
    if "locked" in reason:
        return say(
            "The database is held by another program. Nothing was written; try again.",
            "Otro programa tiene ocupada la base de datos. No se escribió nada; inténtelo de nuevo.",
        ), PARTLY
    return say(
        f"The database says: {first}. What was not finished was not written.",
        f"La base de datos responde: {first}. Lo que no terminó no se escribió.",
    ), PARTLY


def _choose_json(ctx: click.Context, _parameter: click.Parameter, value: bool) -> None:
    if value:
        ctx.ensure_object(Desk).as_json = True


json_option = click.option(
    "--json",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_choose_json,
    help="Print one JSON object and nothing else.",
)


def command(group: click.Group, name: str) -> Callable[[Callable[..., None]], click.Command]:
    """A command with ``--json`` that gets the desk first."""

    def wrap(function: Callable[..., None]) -> click.Command:
        return group.command(name)(json_option(click.pass_obj(function)))

    return wrap


@click.group(cls=Guarded, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="campaign")
@json_option
@click.pass_context
def main(ctx: click.Context) -> None:
    """Track bills in Congress, say only what is true, and help people call about them."""
    ctx.call_on_close(ctx.ensure_object(Desk).close)


def _no_bar(_steps: int, _what: str = "") -> None:
    """Nobody watches."""


@contextmanager
def progress(desk: Desk, words: str, total: int | None = None) -> Iterator[Callable[[int, str], None]]:
    """A bar on standard error where a person watches; else nothing. Call it with the steps just done."""
    if desk.as_json or not sys.stderr.isatty():
        yield _no_bar
        return
    from rich import progress as bars
    from rich.console import Console

    columns = (
        bars.TextColumn("{task.description}"),
        bars.BarColumn(),
        bars.MofNCompleteColumn(),
        bars.TimeElapsedColumn(),
    )
    with bars.Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(words, total=total)

        def step(steps: int, what: str = "") -> None:
            bar.update(task, advance=steps, description=what or words)

        yield step


def count_lines(counts: dict[str, int]) -> list[str]:
    width = max(map(len, counts), default=0)
    return [f"{name:<{width}}  {count:>9,}" for name, count in counts.items() if count]
