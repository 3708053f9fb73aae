"""The proof of a call of an intrinsic function agrees with what the function does with values."""

from typing import Any

from hypothesis import event, given
from hypothesis import strategies as st

from asl.check.context import context_object
from asl.check.intrinsic_parser import Call, parse_call
from asl.check.intrinsic_templates import FormatTemplate
from asl.check.json_schema import shape_of
from asl.check.shapes import NULL, Shape
from asl.check.steps import parse_path
from asl.check.surroundings import NO_VARIABLES, Scope
from asl.check.templates import Evaluation
from tests.asl.check.evaluator import selected
from tests.asl.check.evaluator_functions import FUNCTIONS
from tests.asl.check.membership import is_member
from tests.asl.check.schemas import (
    Schema,
    arrays,
    examples,
    jsons,
    leaves,
    numbers,
    objects,
    of,
    schemas,
    some,
    texts,
)
from tests.asl.check.values import values

long_texts = st.sampled_from((9_999, 10_000, 10_001)).map(lambda most: {"type": "string", "maxLength": most})
few = st.integers(-2, 5)
halves = st.sampled_from((-0.5, 0.4, 0.5, 1.5, 4.6))
indices = of("integer", some(minimum=few, maximum=few)) | of("number", some(minimum=few | halves, maximum=few | halves))
large = of("integer", some(minimum=st.sampled_from((-(2**32), -5)), maximum=st.sampled_from((5, 2**31 - 2, 2**32))))
algorithms = st.sampled_from(
    ({"const": "MD5"}, {"enum": ["SHA-1", "SHA-512"]}, {"enum": ["SHA-1", "CRC"]}, {"type": "string"})
)
closed = objects().map(lambda schema: {**schema, "additionalProperties": False, "required": []})

# Each call with what its arguments are.
CALLS: dict[str, tuple[Any, ...]] = {
    "States.Format('{}-{}', $.a, $.b)": (leaves | texts | numbers, leaves | numbers),
    "States.StringToJson($.a)": (jsons(),),
    "States.JsonToString($.a)": (schemas(1),),
    "States.StringToJson(States.JsonToString($.a))": (schemas(1),),
    "States.Array($.a, 'b', null, true, 1.5, States.Array())": (schemas(1),),
    "States.ArrayPartition($.a, $.b)": (arrays(), indices),
    "States.ArrayContains($.a, $.b)": (arrays(), leaves),
    "States.ArrayRange($.a, $.b, 2)": (indices, indices),
    "States.ArrayRange(1, $.a, $.b)": (large, indices),
    "States.ArrayGetItem($.a, $.b)": (arrays(), indices),
    "States.ArrayGetItem($.a, 1)": (arrays(),),
    "States.ArrayLength($.a)": (arrays() | schemas(1),),
    "States.ArrayUnique($.a)": (arrays(),),
    "States.Base64Encode($.a)": (texts | long_texts,),
    "States.Base64Decode(States.Base64Encode($.a))": (texts,),
    "States.Base64Decode($.a)": (texts,),
    "States.Hash($.a, $.b)": (texts | long_texts, algorithms),
    "States.JsonMerge($.a, $.b, false)": (closed | objects(), closed | objects()),
    "States.MathRandom($.a, $.b)": (indices, indices | large),
    "States.MathAdd($.a, $.b)": (indices | large, large),
    "States.StringSplit($.a, $.b)": (texts, texts),
    "States.StringSplit(States.Format('a.{}', $.a), '.')": (texts,),
    "States.StringSplit(States.Format('{}:{}:b', $.a, $.b), ':')": (texts, texts | numbers),
    "States.ArrayGetItem(States.StringSplit(States.Format('x:{}', $.a), ':'), 1)": (texts,),
    "States.UUID()": (),
}


def run(call: Call | str | Shape, data: Any) -> Any:
    """Return the result of a call for the values in data."""
    if isinstance(call, str):
        return selected(data, parse_path(call))
    if isinstance(call, FormatTemplate):
        return "{}".join(call.texts)
    if isinstance(call, Shape):
        return next(value for value in LITERALS if is_member(value, call))
    return FUNCTIONS[call.name](*(run(argument, data) for argument in call.arguments))


LITERALS: tuple[Any, ...] = (".", ":", "b", None, True, False, 1.5, 1, 2)


@examples(600)
@given(st.data(), st.sampled_from(sorted(CALLS)))
def test_result_of_an_accepted_call_has_the_proved_shape(data: st.DataObject, text: str) -> None:
    """A call without findings fails for no value, and its result has the proved shape."""
    given_schemas: dict[str, Schema] = dict(zip("ab", (data.draw(one) for one in CALLS[text]), strict=False))
    fields = {
        "type": "object",
        "properties": given_schemas,
        "required": sorted(given_schemas),
        "additionalProperties": False,
    }
    shape = shape_of(fields)
    evaluation = Evaluation(Scope(shape, context_object(NULL, "A"), NO_VARIABLES))
    returned = evaluation.expression(text, "Parameters.v.$")
    event(f"{parse_call(text).name} {'refused' if evaluation.problems else 'accepted'}")
    for value in data.draw(st.lists(values(fields), min_size=1, max_size=3)) if not evaluation.problems else ():
        assert is_member(run(parse_call(text), value), returned)


def test_a_sum_beyond_32_bits_may_be_any_integer() -> None:
    """States.MathAdd wraps around."""
    least, most = -(2**31), 2**31 - 1
    fields = {
        "type": "object",
        "properties": {"a": {"type": "integer", "minimum": 2, "maximum": most}},
        "required": ["a"],
    }
    scope = Scope(shape_of(fields), context_object(NULL, "A"), NO_VARIABLES)
    returned = Evaluation(scope).expression("States.MathAdd($.a, 1)", "Parameters.v.$")
    assert is_member(least, returned)
