"""One map of routes for the apps of all tests: each would compile its two hundred rules anew, which is most of
the time that an app takes to begin."""

from typing import Any

from werkzeug.routing import Map, Rule
from werkzeug.routing.matcher import StateMachineMatcher
from werkzeug.routing.rules import RuleFactory

Compiled = tuple[StateMachineMatcher, dict[Any, list[Rule]]]
_compiled: dict[tuple[Any, ...], Compiled] = {}


class OneMap(Map):
    """A map that compiles its rules when it is first asked, unless another one has compiled the same."""

    def __init__(self, *args: Any, **options: Any) -> None:
        self._added: list[Rule] = []
        super().__init__(*args, **options)

    def add(self, rulefactory: RuleFactory) -> None:
        self._added += rulefactory.get_rules(self)
        self._remap = True

    def update(self) -> None:
        if self._remap:
            key = self.host_matching, *((r.rule, r.endpoint, frozenset(r.methods or ())) for r in self._added)
            if key not in _compiled:
                _compiled[key] = self._compile()
            self._matcher, self._rules_by_endpoint = _compiled[key]
            self._remap = False

    def _compile(self) -> Compiled:
        own = Map(host_matching=self.host_matching)
        for rule in self._added:
            rule.map = None  # type: ignore[assignment]
            own.add(rule)
        own.update()
        return own._matcher, own._rules_by_endpoint
