"""What can be changed in a module, one change at a time: the mutants that ``tools.mutate`` tries."""

import ast
import copy
import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Set
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Mutant:
    """One change of the function ``within`` (empty: of the module's own lines).

    ``number`` is its place among all changes of the module, ``again`` among those of the same text in the same
    function.
    """

    module: str
    number: int
    line: int
    text: str
    within: str = ""
    again: int = 0

    @property
    def name(self) -> str:
        return f"{self.module}:{self.line} {self.text}"

    @property
    def key(self) -> str:
        """What harmless.txt calls it."""
        return f"{'.'.join(filter(None, (self.module, self.within)))}: {self.text}"

    @property
    def rank(self) -> str:
        """Its place in the draw, whatever else the module holds."""
        return hashlib.sha256(f"{self.key} {self.again}".encode()).hexdigest()


# --- what can be changed ---------------------------------------------------------------------------

COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
}  # fmt: skip
OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Add, ast.BitOr: ast.BitAnd, ast.BitAnd: ast.BitOr,
}  # fmt: skip
NAMES = {"min": "max", "max": "min", "any": "all", "all": "any"}
# Parts of a query that a call adds; dropping one leaves a wider or unordered query.
CLAUSES = ("where", "order_by", "having", "distinct", "limit", "desc")


def changes(node: ast.AST) -> Iterator[tuple[str, Callable[[], ast.AST | None]]]:
    """Each change of one node: what it does, and the node to put in its place (None removes a statement)."""
    if isinstance(node, ast.Compare):
        for i, op in enumerate(node.ops):
            if swap := COMPARISONS.get(type(op)):
                yield f"{ast.unparse(node)} -> {swap.__name__}", lambda i=i, swap=swap: _compared(node, i, swap)
    elif isinstance(node, ast.BoolOp):
        other = ast.Or if isinstance(node.op, ast.And) else ast.And
        yield f"{ast.unparse(node)} -> {other.__name__}", lambda: ast.BoolOp(other(), node.values)
        for i in range(len(node.values)):
            yield f"{ast.unparse(node)} without part {i}", lambda i=i: _without(node, i)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not | ast.USub):
        yield f"{ast.unparse(node)} -> {ast.unparse(node.operand)}", lambda: node.operand
    elif isinstance(node, ast.BinOp) and (swap := OPERATORS.get(type(node.op))):
        if not _is_text(node):
            yield (
                f"{ast.unparse(node)} -> {swap.__name__}",
                lambda: ast.BinOp(node.left, swap(), node.right),
            )
    elif isinstance(node, ast.Constant) and (new := _other_constant(node.value)) is not None:
        yield f"{node.value!r} -> {new!r}", lambda: ast.Constant(new)
    elif isinstance(node, ast.IfExp):
        yield f"{ast.unparse(node)[:70]} -> always the first", lambda: node.body
        yield f"{ast.unparse(node)[:70]} -> always the second", lambda: node.orelse
    elif isinstance(node, ast.Call):
        yield from _call_changes(node)
    elif isinstance(node, ast.Continue):
        yield "continue -> break", ast.Break
    elif isinstance(node, ast.AugAssign | ast.Assign) or _is_action(node):
        yield f"without {ast.unparse(node)[:90]}", lambda: None


def _compared(node: ast.Compare, i: int, swap: type[ast.cmpop]) -> ast.AST:
    ops = [swap() if i == j else op for j, op in enumerate(node.ops)]
    return ast.Compare(node.left, ops, node.comparators)


def _without(node: ast.BoolOp, i: int) -> ast.AST:
    rest = [value for j, value in enumerate(node.values) if j != i]
    return rest[0] if len(rest) == 1 else ast.BoolOp(node.op, rest)


def _is_text(node: ast.BinOp) -> bool:
    return any(isinstance(side, ast.JoinedStr) or _is_str(side) for side in (node.left, node.right))


def _is_str(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _is_action(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)


def _other_constant(value: object) -> object:
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return value + 1
    # Identifiers mean something to the program; sentences are read by people and checked elsewhere.
    if isinstance(value, str) and value and value.isidentifier():
        return value + "_"
    return None


def _call_changes(node: ast.Call) -> Iterator[tuple[str, Callable[[], ast.AST | None]]]:
    if isinstance(node.func, ast.Name) and (other := NAMES.get(node.func.id)):
        yield (
            f"{node.func.id} -> {other} in {ast.unparse(node)[:70]}",
            lambda: ast.Call(ast.Name(other, ast.Load()), node.args, node.keywords),
        )
    if isinstance(node.func, ast.Attribute) and node.func.attr in CLAUSES:
        inner = node.func.value
        yield f"without .{node.func.attr} of {ast.unparse(node)[-80:]}", lambda: inner
        if node.func.attr in ("where", "order_by") and len(node.args) > 1:
            for i in range(len(node.args)):
                rest = [arg for j, arg in enumerate(node.args) if j != i]
                text = f".{node.func.attr} without {ast.unparse(node.args[i])[:70]}"
                yield text, lambda rest=rest: ast.Call(node.func, rest, node.keywords)


def sites(tree: ast.Module) -> list[tuple[ast.AST, str, Callable[[], ast.AST | None]]]:
    """Every possible change of a module, in the order of its lines. Docstrings, annotations and the texts of
    errors and log lines are left out: their words are for people."""
    skipped: set[ast.AST] = set()
    for node in ast.walk(tree):
        for part in _words_and_types(node):
            skipped |= set(ast.walk(part))
    found = [
        (node, text, make) for node in ast.walk(tree) if node not in skipped for text, make in changes(node)
    ]
    return sorted(found, key=lambda site: (getattr(site[0], "lineno", 0), site[1]))


def _words_and_types(node: ast.AST) -> Iterator[ast.AST]:
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            yield from (
                arg.annotation for arg in ast.walk(node.args) if isinstance(arg, ast.arg) and arg.annotation
            )
            if node.returns:
                yield node.returns
            yield from node.decorator_list
        case ast.AnnAssign():
            yield node.annotation
        case ast.Expr(value=ast.Constant()):
            yield node
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(id="log")))):
            yield node
        case ast.Call(func=ast.Name(id="Refused")):
            yield from node.args
        case ast.ClassDef():
            yield from node.decorator_list


def mutants(module: str) -> list[Mutant]:
    tree = ast.parse(path_of(module).read_text())
    owners = dict(_functions(tree))
    found: list[Mutant] = []
    seen: Counter[tuple[str, str]] = Counter()
    for number, (node, text, _make) in enumerate(sites(tree)):
        words, within = " ".join(text.split()), owners.get(node, "")
        again = seen[within, words]
        seen[within, words] += 1
        found.append(Mutant(module, number, getattr(node, "lineno", 0), words, within, again))
    return found


def draw(module: str, sample: int, harmless: Set[str]) -> list[Mutant]:
    """``sample`` mutants of the module (0: all) in the order of lines, without the harmless.

    Those are named by their ``key``, or by module and text wherever in the module the change occurs.
    """
    found = [mutant for mutant in mutants(module) if not {mutant.key, f"{module} {mutant.text}"} & harmless]
    ranked = sorted(found, key=lambda mutant: mutant.rank)
    return sorted(ranked[: sample or None], key=lambda mutant: mutant.number)


def _functions(node: ast.AST, within: str = "") -> Iterator[tuple[ast.AST, str]]:
    """Each node below with the dotted name of its innermost function or class."""
    for child in ast.iter_child_nodes(node):
        named = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        name = f"{within}.{child.name}".lstrip(".") if named else within
        yield child, name
        yield from _functions(child, name)


def mutated(mutant: Mutant) -> ast.Module:
    """The module's tree with the change in it."""
    tree = ast.parse(path_of(mutant.module).read_text())
    target, _text, make = sites(tree)[mutant.number]
    new = make()
    return ast.fix_missing_locations(_Replace(target, copy.deepcopy(new) if new else None).visit(tree))


class _Replace(ast.NodeTransformer):
    def __init__(self, target: ast.AST, new: ast.AST | None) -> None:
        self._target, self._new = target, new

    def visit(self, node: ast.AST) -> ast.AST:
        if node is self._target:
            return ast.copy_location(self._new or ast.Pass(), node)
        self.generic_visit(node)
        return node


def path_of(module: str) -> Path:
    return ROOT.joinpath(*module.split(".")).with_suffix(".py")
