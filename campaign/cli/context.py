"""What all commands share: settings, database, clock, output, and how errors become exit codes."""

import atexit
import gc
import json
import os
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, NoReturn

import click

from campaign.refusals import Refused, SourceError

if TYPE_CHECKING:
    from sqlalchemy.engine import Engine

    from campaign.settings import Settings

PARTLY, REFUSED = 1, 2
# What a command loads stays: to walk it again and again while it grows is a sixth of a start.
gc.set_threshold(20_000, 20, 50)
# Python collects garbage once more when a process ends: half a second for this many objects.
atexit.register(gc.freeze)


class CommandContext:
    """Settings, database and clock of one command, each opened at first use, and its output."""

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
        """Close the database connections, if any were opened."""
        if "engine" in self.__dict__:
            self.engine.dispose()

    def output(self, data: dict[str, Any], *lines: str) -> None:
        """Print the result on standard output: ``data`` as one JSON object with ``--json``, else the lines."""
        if self.as_json:
            click.echo(json.dumps(data, ensure_ascii=False, default=str))
        else:
            for line in lines:
                click.echo(line)

    def exit_partly(self, *reasons: str) -> NoReturn:
        """Print what failed on standard error and exit 1."""
        for reason in reasons:
            click.echo(reason, err=True)
        sys.exit(PARTLY)

    def exit_refused(self, *reasons: str) -> NoReturn:
        """Print why everything was refused on standard error and exit 2."""
        for reason in reasons:
            click.echo(reason, err=True)
        sys.exit(REFUSED)


def language() -> str:
    """``es`` for a Spanish-speaking terminal, else ``en``."""
    chosen = next((os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), "")
    return "es" if chosen.lower().startswith("es") else "en"


def localized(en: str, es: str) -> str:
    """The text in the terminal's language."""
    return es if language() == "es" else en


class ErrorHandlingGroup(click.Group):
    """Turns exceptions into one sentence on standard error and an exit code.

    Refused exits 2; Unread and errors of the database or the disk exit 1; any other exception is a bug and
    keeps its traceback.
    """

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except Refused as error:
            self._exit(ctx, error.text(language()), REFUSED)
        except SourceError as error:
            self._exit(ctx, error.reason, PARTLY)
        except (click.exceptions.Exit, click.Abort, click.ClickException, KeyboardInterrupt):
            raise
        except Exception as error:
            sentence, code = explain(error)
            if not sentence:
                raise
            self._exit(ctx, sentence, code)

    def _exit(self, ctx: click.Context, sentence: str, code: int) -> NoReturn:
        if ctx.ensure_object(CommandContext).as_json:
            click.echo(json.dumps({"error": sentence}, ensure_ascii=False))
        click.echo(sentence, err=True)
        sys.exit(code)


def explain(error: Exception) -> tuple[str, int]:
    """The sentence and exit code for an error of the database or the disk; an empty sentence for a bug."""
    import sqlalchemy as sa

    if isinstance(error, sa.exc.DBAPIError):
        return _explain_database(str(error.orig))
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename}: {error.strerror}", PARTLY
    return "", PARTLY


# Not a database or a role that does not exist: no upgrade makes those.
_LACKS_TABLES = re.compile(r"no such (?:table|column)|(?:relation|column) \S+ does not exist")


def _explain_database(reason: str) -> tuple[str, int]:
    cause = reason.strip().splitlines()[0] if reason.strip() else "?"
    if _LACKS_TABLES.search(reason):
        return localized(
            f"The database has no tables of this version ({cause}). Run: campaign db upgrade",
            f"La base de datos no tiene las tablas de esta versión ({cause}). Ejecute: campaign db upgrade",
        ), REFUSED
    if "locked" in reason:
        return localized(
            "The database is locked by another program. Nothing was written; try again.",
            "Otro programa tiene bloqueada la base de datos. No se escribió nada; inténtelo de nuevo.",
        ), PARTLY
    return localized(
        f"Database error: {cause}. Nothing unfinished was kept.",
        f"Error de la base de datos: {cause}. No quedó nada a medias.",
    ), PARTLY


def _choose_json(ctx: click.Context, _parameter: click.Parameter, value: bool) -> None:
    if value:
        ctx.ensure_object(CommandContext).as_json = True


json_option = click.option(
    "--json",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_choose_json,
    help="Print one JSON object and nothing else.",
)


def command(group: click.Group, name: str) -> Callable[[Callable[..., None]], click.Command]:
    """Registers a command with ``--json`` that takes the ``CommandContext`` as its first argument."""

    def wrap(function: Callable[..., None]) -> click.Command:
        return group.command(name)(json_option(click.pass_obj(function)))

    return wrap


@click.group(cls=ErrorHandlingGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="campaign")
@json_option
@click.pass_context
def main(ctx: click.Context) -> None:
    """Track bills in Congress and help people call about them."""
    ctx.call_on_close(ctx.ensure_object(CommandContext).close)


def _no_progress(_steps: int, _label: str = "") -> None:
    """Shows nothing."""


@contextmanager
def progress(
    context: CommandContext, label: str, total: int | None = None
) -> Iterator[Callable[[int, str], None]]:
    """A progress bar on standard error, or nothing with ``--json`` and where that is no terminal.

    Call what it yields with the steps just done and the label to show from now on.
    """
    if context.as_json or not sys.stderr.isatty():
        yield _no_progress
        return
    from rich import progress as rich_progress
    from rich.console import Console

    columns = (
        rich_progress.TextColumn("{task.description}"),
        rich_progress.BarColumn(),
        rich_progress.MofNCompleteColumn(),
        rich_progress.TimeElapsedColumn(),
    )
    with rich_progress.Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(label, total=total)

        def advance(steps: int, new_label: str = "") -> None:
            bar.update(task, advance=steps, description=new_label or label)

        yield advance


def count_lines(counts: dict[str, int]) -> list[str]:
    """One aligned line for each count that is not zero."""
    width = max(map(len, counts), default=0)
    return [f"{name:<{width}}  {count:>9,}" for name, count in counts.items() if count]
