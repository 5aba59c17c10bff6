"""A campaign as one YAML file: everything in it that people wrote, and its logo. No database.

``read`` names the line of whatever is wrong and takes nothing then. ``write`` of what ``read`` returns gives
the same file again, byte by byte, if ``write`` made it. All values are read as text, so a slug like ``no`` or
a period like ``2014`` is never taken for something else.
"""

from collections.abc import Hashable, Iterator
from typing import Any, Final

import yaml
from pydantic import ValidationError

from campaign.organizing.campaign_parts import BOTH, CampaignFile
from campaign.refusals import Refused

LARGEST: Final = 1_000_000
WIDTH: Final = 100
Where = tuple[str | int, ...]


# --- reading ---------------------------------------------------------------------------------------


def read(raw: bytes) -> CampaignFile:
    """Raises Refused for a file that is no campaign, with every fault found and its line."""
    lines: dict[Where, int] = {}
    values = _plain(_composed(raw), (), lines)
    if not isinstance(values, dict):
        raise wrong_at(1, "this is not a campaign", "esto no es una campaña")
    try:
        found = CampaignFile.model_validate(values, context={"languages": _offered(values)})
    except ValidationError as error:
        raise _all_of(error, lines) from None
    _check_names(found, lines)
    return found


def _offered(values: dict[Hashable, Any]) -> tuple[str, ...]:
    """The languages of a file; both where it names none that there is, which is a fault of its own."""
    named = values.get("languages")
    return tuple(lang for lang in BOTH if lang in named) or BOTH if isinstance(named, list) else BOTH


class _Loader(yaml.SafeLoader):
    """Without references: each place of a file has its own line."""

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            mark = self.get_event().start_mark  # type: ignore[no-untyped-call]
            raise yaml.MarkedYAMLError(problem="a reference (*) has no place here", problem_mark=mark)
        return super().compose_node(parent, index)


def _composed(raw: bytes) -> yaml.Node:
    if len(raw) > LARGEST:
        raise Refused(
            f"The file is larger than {LARGEST:,} bytes; a campaign is text.",
            f"El archivo pasa de {LARGEST:,} bytes; una campaña es texto.",
        )
    try:
        node = yaml.compose(raw.decode("utf-8-sig"), Loader=_Loader)
    except UnicodeDecodeError:
        raise Refused("The file is not text in UTF-8.", "El archivo no es texto en UTF-8.") from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise wrong_at(line, f"{error.problem}", f"no se entiende ({error.problem})") from None
    except (yaml.YAMLError, RecursionError) as error:
        raise Refused(f"The file is not YAML: {error}", f"El archivo no es YAML: {error}") from None
    if node is None:
        raise Refused("The file is empty.", "El archivo está vacío.")
    return node


def _plain(node: yaml.Node, where: Where, lines: dict[Where, int]) -> Any:
    """A node as dict, list or text; ``lines`` receives the line of each place."""
    lines.setdefault(where, node.start_mark.line + 1)
    if isinstance(node, yaml.ScalarNode):
        return None if node.tag.endswith(":null") and not node.style else node.value
    if isinstance(node, yaml.SequenceNode):
        return [_plain(each, (*where, place), lines) for place, each in enumerate(node.value)]
    found: dict[Hashable, Any] = {}
    for key, value in node.value:
        line, name = key.start_mark.line + 1, str(key.value)
        if name in found:
            raise wrong_at(line, f"“{name}” stands twice", f"«{name}» está dos veces")
        lines[*where, name] = line
        found[name] = _plain(value, (*where, name), lines)
    return found


def _all_of(error: ValidationError, lines: dict[Where, int]) -> Refused:
    faults = [(_line(lines, _where(fault)), *_said(fault)) for fault in error.errors()]
    en = [f"line {line}: {said}" for line, said, _ in sorted(faults)]
    es = [f"línea {line}: {said}" for line, _, said in sorted(faults)]
    return Refused(f"Nothing was taken. {'; '.join(en)}.", f"No se tomó nada. {'; '.join(es)}.")


def _where(fault: Any) -> Where:
    """Where a fault is; of a text's language, which the whole text is asked for, the language."""
    name = fault.get("ctx", {}).get("name")
    return (*fault["loc"], name) if name else fault["loc"]


def _line(lines: dict[Where, int], where: Where) -> int:
    """The line of a place, or of the nearest one around it that the file has."""
    while where and where not in lines:
        where = where[:-1]
    return lines.get(where, 1)


_SAID: Final = {
    "missing": ("“{name}” is missing", "falta «{name}»"),
    "not_offered": ("“{name}” is no language of this campaign", "«{name}» no es un idioma de esta campaña"),
    "extra_forbidden": ("“{name}” is not known here", "aquí no se conoce «{name}»"),
    "string_too_short": ("“{name}” is empty", "«{name}» está vacío"),
    "string_too_long": ("“{name}” is longer than {most} characters", "«{name}» pasa de {most} letras"),
}  # fmt: skip
_OTHERWISE: Final = ("“{name}” cannot be “{value}”", "«{name}» no puede ser «{value}»")


def _said(fault: Any) -> tuple[str, str]:
    cause = fault.get("ctx", {}).get("error")
    refused = cause.args[0] if isinstance(cause, ValueError) else None
    if isinstance(refused, Refused):
        return refused.en.rstrip("."), refused.es.rstrip(".")
    name = next((part for part in reversed(_where(fault)) if isinstance(part, str)), "")
    words = {"name": name, "value": str(fault["input"])[:40], "most": fault.get("ctx", {}).get("max_length")}
    en, es = (said.format(**words) for said in _SAID.get(fault["type"], _OTHERWISE))
    return en, es


def _check_names(found: CampaignFile, lines: dict[Where, int]) -> None:
    """Raises Refused where two parts have one name, or a figure names a proposal that is not in the file."""
    for where, name, taken in _named(found):
        if name in taken:
            raise wrong_at(_line(lines, where), f"“{name}” stands twice", f"«{name}» está dos veces")
        taken.add(name)
    slugs = {proposal.slug for proposal in found.proposals}
    for place, fact in enumerate(found.facts):
        if fact.proposal is not None and fact.proposal not in slugs:
            line = _line(lines, ("facts", place, "proposal"))
            raise wrong_at(
                line, f"there is no proposal “{fact.proposal}”", f"no hay una propuesta «{fact.proposal}»"
            )


def _named(found: CampaignFile) -> Iterator[tuple[Where, str, set[str]]]:
    proposals: set[str] = set()
    bills: set[str] = set()
    facts: set[str] = set()
    texts: set[str] = set()
    actions: set[str] = set()
    for place, proposal in enumerate(found.proposals):
        yield ("proposals", place, "slug"), proposal.slug, proposals
        for nth, entry in enumerate(proposal.bills):
            yield ("proposals", place, "bills", nth, "bill"), entry.bill, bills
    for place, fact in enumerate(found.facts):
        yield ("facts", place, "id"), fact.id, facts
    for place, text in enumerate(found.texts):
        yield ("texts", place, "text"), text.text, texts
    for place, action in enumerate(found.actions):
        yield ("actions", place, "slug"), action.slug, actions


def wrong_at(line: int, en: str, es: str) -> Refused:
    return Refused(
        f"Nothing was taken. Line {line}: {en.rstrip('.')}.",
        f"No se tomó nada. Línea {line}: {es.rstrip('.')}.",
    )


def lines_of_bills(raw: bytes) -> dict[str, int]:
    """The line of each bill of a file that ``read`` accepts."""
    lines: dict[Where, int] = {}
    found = CampaignFile.model_validate(_plain(_composed(raw), (), lines))
    return {
        entry.bill: lines["proposals", place, "bills", nth, "bill"]
        for place, proposal in enumerate(found.proposals)
        for nth, entry in enumerate(proposal.bills)
    }


# --- writing ---------------------------------------------------------------------------------------


class _Dumper(yaml.SafeDumper):
    """Texts of several lines stand as they are, between their lines."""


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.Node:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _text)


def write(found: CampaignFile) -> bytes:
    """The file of a campaign, in the order of its parts; parts that say nothing are left out."""
    values = found.model_dump(exclude_defaults=True)
    text = yaml.dump(values, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=WIDTH)
    return text.encode()
