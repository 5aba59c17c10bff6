"""The program's modules, each parsed and walked once for all rules that read it."""

import ast
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@cache
def modules() -> list[Path]:
    """Without the migrations, which nobody changes."""
    found = [*ROOT.glob("campaign/**/*.py"), *ROOT.glob("jobs/**/*.py")]
    return sorted(path for path in found if "versions" not in path.parts)


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


@cache
def nodes_of(path: Path) -> list[ast.AST]:
    return list(ast.walk(tree_of(path)))
