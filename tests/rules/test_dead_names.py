"""Nothing is defined that nothing uses: what vulture cannot tell from templates and frameworks, words can."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from parsed import ROOT, modules, nodes_of, tree_of

# Called by name by the library that the class belongs to (gunicorn, Flask-Login, html.parser, Prometheus).
CALLED_BY_LIBRARIES = {
    "load_config",
    "get_id",
    "collect",
    "handle_starttag",
    "handle_endtag",
    "handle_data",
}
# Functions with another decorator are called by what the decorator registers them with.
PLAIN_DECORATORS = {"property", "cached_property", "staticmethod", "classmethod", "contextmanager", "cache"}


def definitions(path: Path) -> Iterator[str]:
    """Functions, classes, methods and module constants of a file; no fields of tables, which queries read."""
    tree = tree_of(path)
    for node in tree.body:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
                yield name
    for scope in (tree, *(node for node in nodes_of(path) if isinstance(node, ast.ClassDef))):
        for node in scope.body:
            if isinstance(node, ast.ClassDef) or (isinstance(node, ast.FunctionDef) and is_plain(node)):
                yield node.name


def is_plain(function: ast.FunctionDef) -> bool:
    return all(ast.unparse(decorator) in PLAIN_DECORATORS for decorator in function.decorator_list)


def test_every_name_is_used_somewhere_else() -> None:
    """By the program, its templates or its benchmarks: what only a test uses is dead, too."""
    tops = ("templates", "benchmarks", "tools")
    texts = [
        *modules(),
        *(path for top in tops for path in ROOT.glob(f"{top}/**/*.*") if path.suffix != ".pyc"),
    ]
    words = Counter(word for path in texts for word in re.findall(r"[A-Za-z_]\w*", path.read_text()))
    dead = [
        f"{path.relative_to(ROOT)}: {name}"
        for path in modules()
        for name in definitions(path)
        if words[name] < 2 and name not in CALLED_BY_LIBRARIES and not name.startswith("__")
    ]
    assert not dead, "\n".join(dead)
