"""hypothesis-jsonschema 0.23.1 as fast as its strategies are few, and on a Hypothesis that has moved on since."""

import json
from functools import cache
from types import SimpleNamespace
from typing import Any

from hypothesis.internal.conjecture import utils
from hypothesis.strategies import SearchStrategy
from hypothesis_jsonschema import _from_schema

Strategy = SearchStrategy[Any]


class _Elements:
    """What `many` was: asked by more() for each element, where it is now gone through in a with-block."""

    def __init__(self, *sizes: Any, **named: Any) -> None:
        self._elements = utils.many(*sizes, **named)
        self._opened = iter(self._elements.__enter__())

    def more(self) -> bool:
        """Begin another element, or close the collection and return False."""
        for _ in self._opened:
            return True
        self._elements.__exit__(None)
        return False

    def reject(self) -> None:
        """Do not count the element that was begun last."""
        self._elements.reject()


@cache
def _mended() -> None:
    """Give the library what it asks for, and let it make each strategy once where it makes one for each draw."""
    if not hasattr(utils.many, "more"):
        vars(_from_schema)["cu"] = SimpleNamespace(many=_Elements)
    make = vars(_from_schema)["__from_schema"]

    @cache
    def made(schema: str, alphabet: Any) -> Strategy:
        strategy: Strategy = make(json.loads(schema), alphabet=alphabet, custom_formats=None)
        return strategy

    def remembered(schema: Any, *, alphabet: Any, custom_formats: None) -> Strategy:
        assert custom_formats is None
        return made(json.dumps(schema), alphabet)

    vars(_from_schema)["__from_schema"] = remembered


def from_schema(schema: dict[str, Any] | bool) -> Strategy:
    """Return the strategy of values that keep schema, in Draft 7, its references resolved."""
    _mended()
    strategy: Strategy = _from_schema.from_schema(schema)
    return strategy
