"""The intrinsic functions of the Amazon States Language: the shape of what each returns."""

from collections.abc import Callable

from asl.check import intrinsic_arrays as arrays
from asl.check import intrinsic_json as json
from asl.check import intrinsic_numbers as numbers
from asl.check import intrinsic_strings as strings
from asl.check.intrinsic_arguments import IntrinsicCallError
from asl.check.shapes import Shape, Unknown, members, union

MANY = 100  # arguments
# Each with the fewest and the most arguments that it takes.
FUNCTIONS: dict[str, tuple[Callable[..., Shape], int, int]] = {
    "States.Format": (strings.format_text, 1, MANY),
    "States.StringToJson": (json.string_to_json, 1, 1),
    "States.JsonToString": (json.json_to_string, 1, 1),
    "States.Array": (arrays.array, 0, MANY),
    "States.ArrayPartition": (arrays.array_partition, 2, 2),
    "States.ArrayContains": (arrays.array_contains, 2, 2),
    "States.ArrayRange": (arrays.array_range, 3, 3),
    "States.ArrayGetItem": (arrays.array_get_item, 2, 2),
    "States.ArrayLength": (arrays.array_length, 1, 1),
    "States.ArrayUnique": (arrays.array_unique, 1, 1),
    "States.Base64Encode": (strings.base64_encode, 1, 1),
    "States.Base64Decode": (strings.base64_decode, 1, 1),
    "States.Hash": (strings.hash_text, 2, 2),
    "States.JsonMerge": (json.json_merge, 3, 3),
    "States.MathRandom": (numbers.math_random, 2, 3),
    "States.MathAdd": (numbers.math_add, 2, 2),
    "States.StringSplit": (strings.string_split, 2, 2),
    "States.UUID": (strings.uuid, 0, 0),
}


def result_of(name: str, arguments: list[Shape]) -> Shape:
    """Return the shape of what the function name returns for arguments; raises IntrinsicCallError."""
    if name not in FUNCTIONS:
        raise IntrinsicCallError(f"`{name}`", "one of the intrinsic functions")
    function, low, high = FUNCTIONS[name]
    if not low <= len(arguments) <= high:
        raise IntrinsicCallError(f"{len(arguments)} arguments of {name}", f"{low} to {high}")
    known = [[one for one in members(argument) if not isinstance(one, Unknown)] for argument in arguments]
    if not all(known):
        return Unknown()
    try:
        return function(*(union(*one) for one in known))
    except IntrinsicCallError as error:
        unstated = any(getattr(member, "unstated", False) for one in known for member in one)
        raise IntrinsicCallError(error.what, error.required, decided=error.decided, unstated=unstated) from error
