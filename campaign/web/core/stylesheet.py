"""Bootstrap's style sheet without the rules that no template needs, and our own behind it, as one sheet.

Bootstrap has some 230 kB; templates use its base rules and its forms. No I/O: ``assets`` reads the files.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import tinycss2
from tinycss2.ast import Declaration, Node

# A class attribute of a template; what Jinja puts into it may have quotes of its own.
_CLASSES: Final = re.compile(r"""class="((?:\{\{.*?\}\}|\{%.*?%\}|[^"])*)\"""", re.DOTALL)
_TAG: Final = re.compile(r"<([a-z][a-z0-9]*)")
_DATA: Final = re.compile(r"\bdata-[a-z-]+")
_WORD: Final = re.compile(r"[A-Za-z][\w-]*")
_VARIABLE: Final = re.compile(r"var\((--[\w-]+)")
# Every document has them, whether a template names them or not.
_ALWAYS: Final = {"html", "body", "root"}


@dataclass(frozen=True)
class Names:
    """The elements, classes and data attributes that templates use. What Jinja may put into a class counts as
    used."""

    tags: frozenset[str]
    classes: frozenset[str]
    data: frozenset[str]

    @classmethod
    def of(cls, templates: Iterable[str]) -> "Names":
        tags, classes, data = set(_ALWAYS), set[str](), set[str]()
        for text in templates:
            tags |= set(_TAG.findall(text))
            data |= set(_DATA.findall(text))
            for value in _CLASSES.findall(text):
                classes |= set(_WORD.findall(value))
        return cls(frozenset(tags), frozenset(classes), frozenset(data))


def combined(bootstrap: str, own: str, names: Names) -> str:
    """The rules of ``bootstrap`` that ``names`` can meet, and all of ``own``; variables that none of them reads
    are left out."""
    rules = [*_matching(_parsed(bootstrap), names), *_parsed(own)]
    read = set(_VARIABLE.findall(own))
    while (more := read | _variables_read(rules, read)) != read:
        read = more
    return "".join(_written(rule, read) for rule in rules)


def _parsed(css: str) -> list[Node]:
    rules: list[Node] = tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True)
    if fault := next((rule for rule in rules if rule.type == "error"), None):
        raise ValueError(f"line {fault.source_line} of a style sheet: {fault.message}")
    return rules


def _inside(rule: Node) -> list[Node]:
    """The rules within an at-rule such as @media."""
    found: list[Node] = tinycss2.parse_rule_list(rule.content, skip_comments=True, skip_whitespace=True)
    return found


def _nests(rule: Node) -> bool:
    return (
        rule.type == "at-rule" and rule.content is not None and rule.lower_at_keyword in ("media", "supports")
    )


def _declarations(rule: Node) -> list[Declaration]:
    found = tinycss2.parse_blocks_contents(rule.content, skip_comments=True, skip_whitespace=True)
    return [each for each in found if each.type == "declaration"]


# --- which rules can meet something ----------------------------------------------------------------


def _matching(rules: Iterable[Node], names: Names) -> Iterator[Node]:
    for rule in rules:
        if _nests(rule):
            inner = list(_matching(_inside(rule), names))
            if inner:
                rule.content = _joined(inner)
                yield rule
        elif rule.type == "qualified-rule":
            able = [part for part in _selectors(rule.prelude) if _can_match(part, names)]
            if able:
                rule.prelude = [token for part in able for token in (*part, _comma())][:-1]
                yield rule


def _joined(rules: Sequence[Node]) -> list[Node]:
    text = "".join(
        f"{tinycss2.serialize(rule.prelude)}{{{tinycss2.serialize(rule.content)}}}" for rule in rules
    )
    found: list[Node] = tinycss2.parse_component_value_list(text)
    return found


def _comma() -> Node:
    return tinycss2.parse_component_value_list(",")[0]


def _selectors(prelude: Sequence[Node]) -> list[list[Node]]:
    parts: list[list[Node]] = [[]]
    for node in prelude:
        if node == ",":
            parts.append([])
        else:
            parts[-1].append(node)
    return parts


def _can_match(selector: Sequence[Node], names: Names) -> bool:
    """Whether templates have every class and element of a selector; what stands in ``:not(…)`` is not asked."""
    before: Any = None
    for token in selector:
        if token.type == "ident" and before != ":":
            known = names.classes if before == "." else names.tags
            if token.value not in known:
                return False
        elif token.type == "[] block" and set(_DATA.findall(tinycss2.serialize([token]))) - names.data:
            return False
        before = token
    return True


# --- writing ---------------------------------------------------------------------------------------


def _variables_read(rules: Iterable[Node], read: set[str]) -> set[str]:
    """The variables that the declarations read, of which variables themselves only ``read`` count."""
    found: set[str] = set()
    for rule in rules:
        if _nests(rule):
            found |= _variables_read(_inside(rule), read)
        elif rule.content is not None:
            for each in _declarations(rule):
                if not each.name.startswith("--") or each.name in read:
                    found |= set(_VARIABLE.findall(tinycss2.serialize(each.value)))
    return found


def _written(rule: Node, read: set[str]) -> str:
    head = tinycss2.serialize(rule.prelude).strip()
    if _nests(rule):
        inner = "".join(_written(each, read) for each in _inside(rule))
        return f"@{rule.lower_at_keyword} {head}{{{inner}}}" if inner else ""
    used = [each for each in _declarations(rule) if not each.name.startswith("--") or each.name in read]
    body = ";".join(f"{each.name}:{_value(each)}" for each in used)
    name = f"@{rule.lower_at_keyword} " if rule.type == "at-rule" else ""
    return f"{name}{head}{{{body}}}" if body else ""


def _value(declaration: Declaration) -> str:
    text = " ".join(tinycss2.serialize(declaration.value).split())
    return f"{text}!important" if declaration.important else text
