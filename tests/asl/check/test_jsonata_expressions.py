"""Expressions in JSONata: the verdicts of the checker, and what jsonata-python makes of them with payloads."""

from typing import Any

from hypothesis import given
from jsonata.jsonata import Jsonata

from asl.check.json_schema import shape_of
from asl.check.mapping import Contract, Mapping
from asl.check.prover import prove
from tests.asl.check.generated import from_schema
from tests.asl.check.jsonata_expressions import EVALUATING, FAILING, START, UNDECIDED
from tests.asl.check.schemas import examples

MAPPING = Mapping(Contract("start", shape_of(START)))
# Functions that only Step Functions has, and the context object, which the library is not given.
NOT_EVALUATED = ("$partition", "$range", "$hash", "$random", "$uuid", "$parse", "$states.context", "$eval")
LINE = {"k": "x", "p": 6}
# Payloads at the ends of what the contract allows: nothing that may be absent, and all of it.
LEAST = {"a": "a", "n": 1, "b": False, "l": [], "l1": [{"k": "x", "p": 1}], "t": [], "nn": [["a"]]}
MOST = {
    **LEAST,
    "n": 9,
    "b": True,
    "l": [LINE] * 5,
    "l1": [{**LINE, "o": "y"}] * 5,
    "t": ["a"] * 3,
    "may": "z",
    "mn": 9,
}
PAYLOADS = (
    LEAST,
    MOST,
    {**MOST, "l": [{"k": "q", "p": 1}]},
    {**LEAST, "b": True, "mn": 1},
    {**LEAST, "l1": [{**LINE, "k": "q"}] * 2},
)


def verdict(expression: str) -> str:
    """Return what the checker says of a state whose output has the value of an expression."""
    state = {"Type": "Pass", "Output": {"v": f"{{% {expression} %}}"}, "End": True}
    findings = prove({"QueryLanguage": "JSONata", "StartAt": "A", "States": {"A": state}}, MAPPING).findings
    return "refused" if any(one.decided for one in findings) else "undecided" if findings else "proved"


def is_evaluated(expression: str, payload: Any) -> bool:
    """Return whether an expression evaluates to something with this input."""
    try:
        parsed = Jsonata(expression)
        parsed.assign("states", {"input": payload})
        found = parsed.evaluate(None)
    except Exception:  # noqa: BLE001 - the library's own, of several kinds
        return False
    return isinstance(found, str | int | float | list | dict)


def evaluated(expressions: list[str]) -> list[str]:
    """Return those that the library can evaluate."""
    return [one for one in expressions if not any(name in one for name in NOT_EVALUATED)]


def test_verdicts() -> None:
    """The checker proves what always evaluates to something, refuses what may fail, and says where it does not know."""
    expected = dict.fromkeys(EVALUATING, "proved") | dict.fromkeys(FAILING, "refused")
    expected |= dict.fromkeys(UNDECIDED, "undecided")
    assert {one: verdict(one) for one in expected} == expected


def test_refused_expressions_fail() -> None:
    """For each expression that is refused there is a payload with which it fails."""
    never = [one for one in evaluated(FAILING) if all(is_evaluated(one, payload) for payload in PAYLOADS)]
    assert never == []


def test_proved_expressions_do_not_fail() -> None:
    """No expression that is proved fails with a payload at the ends of the contract."""
    failed = [(one, payload) for one in evaluated(EVALUATING) for payload in PAYLOADS if not is_evaluated(one, payload)]
    assert failed == []


@examples(80)
@given(from_schema(START))
def test_proved_expressions_do_not_fail_with_any_payload(payload: Any) -> None:
    """No expression that is proved fails with any payload that keeps the contract."""
    assert [one for one in evaluated(EVALUATING) if not is_evaluated(one, payload)] == []
