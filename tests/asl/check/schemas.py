"""Random small schemas of the dialect."""

from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st

from tests.effort import times

Schema = dict[str, Any]
Keywords = st.SearchStrategy[Schema]

SHARE = 8  # one example in so many is tried in `make test`

SLOW = (HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large)

NAMES = ("a", "b", "cc")
PATTERNS = ("^[ab]+$", "^[a-c]{1,3}$", "^a.*$", "^[^a]*$", "^(a|b)$", "^[0-9]{2}$", "^a|b$", "^x?$", "^\\w$")
NUMBERS = (-20, -1, 0, 1, 2.5, 100)
VALUES: tuple[Any, ...] = (
    None,
    True,
    False,
    0,
    1,
    2.5,
    "",
    "a",
    "b",
    "ab",
    'q"\\',
    "\u0000",
    "\U0001f600",
    "12",
    "a\n",
)
ORDERED = (
    *(("minLength", "maxLength"), ("minItems", "maxItems"), ("minimum", "maximum")),
    ("minProperties", "maxProperties"),
)

lengths = st.integers(0, 4)


def examples(number: int, *, shrink: bool = True) -> settings:
    """Return the settings of a property that is tried with number of examples, or a share of them.

    What failed is printed, to be run again.
    """
    phases = (Phase.explicit, Phase.generate, *((Phase.shrink,) if shrink else ()))
    common = settings(deadline=None, database=None, print_blob=True, suppress_health_check=SLOW)
    return settings(common, max_examples=times(number // SHARE, number), phases=phases)


def some(**keywords: st.SearchStrategy[Any]) -> Keywords:
    """Return the strategy of schemas with any of keywords."""
    return st.fixed_dictionaries({}, optional=dict(keywords))


def of(name: str, keywords: Keywords) -> Keywords:
    """Return the strategy of schemas of the type name with keywords, none of which rules out all values."""

    def made(keywords: Schema) -> Schema:
        for low, high in ORDERED:
            if low in keywords and high in keywords:
                keywords = {
                    **keywords,
                    low: min(keywords[low], keywords[high]),
                    high: max(keywords[low], keywords[high]),
                }
        if "required" in keywords:
            known = (
                keywords.get("properties", {})
                if keywords.get("additionalProperties") is False
                else keywords["required"]
            )
            keywords = {
                **keywords,
                "required": [one for one in keywords["required"] if one in known][: keywords.get("maxProperties")],
            }
        return {"type": name, **keywords}

    return keywords.map(made)


_bounds = some(
    minimum=st.sampled_from(NUMBERS),
    maximum=st.sampled_from(NUMBERS),
    exclusiveMinimum=st.sampled_from((-21, -1, 0.5)),
    exclusiveMaximum=st.sampled_from((2, 100, 2.5)),
    multipleOf=st.sampled_from((1, 2, 0.5)),
)
_excluded = st.sampled_from(({"const": "a"}, {"enum": ["ab", ""]}))
texts = of(
    "string", some(minLength=lengths, maxLength=lengths, pattern=st.sampled_from(PATTERNS), **{"not": _excluded})
)
numbers = of("number", _bounds) | of("integer", _bounds)
_others: tuple[Schema, ...] = ({"type": "boolean"}, {"type": "null"}, {"type": ["string", "null"], "maxLength": 2})
leaves = st.one_of(
    texts,
    numbers,
    st.sampled_from(_others),
    st.sampled_from(VALUES).map(lambda value: {"const": value}),
    st.lists(st.sampled_from(VALUES), min_size=1, max_size=3).map(lambda values: {"enum": values}),
)


def objects(inner: Keywords = leaves) -> Keywords:
    """Return the strategy of schemas of objects whose properties keep schemas of inner."""
    return of(
        "object",
        some(
            properties=st.dictionaries(st.sampled_from(NAMES), inner, max_size=3),
            required=st.just(list(NAMES)) | st.lists(st.sampled_from(NAMES), max_size=2, unique=True),
            additionalProperties=st.booleans() | inner,
            propertyNames=st.sampled_from(({"maxLength": 2}, {"pattern": "^[a-c]{1,3}$", "maxLength": 3})),
            minProperties=st.integers(0, 2),
            maxProperties=lengths,
        ),
    )


def arrays(inner: Keywords = leaves) -> Keywords:
    """Return the strategy of schemas of arrays whose items keep schemas of inner."""
    first = st.lists(inner, min_size=1, max_size=2)
    keywords = some(
        prefixItems=first,
        items=st.booleans() | inner,
        minItems=lengths,
        maxItems=lengths,
        uniqueItems=st.booleans(),
    )
    return of("array", keywords)


def jsons(inner: Keywords = leaves) -> Keywords:
    """Return the strategy of schemas of strings that hold JSON that keeps schemas of inner."""
    keywords = {"contentMediaType": st.just("application/json"), "contentSchema": st.just(True) | inner}
    return of("string", st.fixed_dictionaries(keywords, optional={"maxLength": st.integers(1, 60)}))


@st.composite
def schemas(draw: st.DrawFn, depth: int = 2) -> Schema:
    """Return a schema with at most depth schemas in one another."""
    kind = draw(st.sampled_from((leaves, objects, objects, objects, arrays, jsons, None)))
    if depth == 0 or isinstance(kind, st.SearchStrategy):
        return draw(leaves)
    inner = schemas(depth - 1)
    if kind:
        return draw(kind(inner))
    if draw(st.booleans()):
        return {"anyOf": draw(st.lists(inner, min_size=1, max_size=3))}
    both = draw(st.sampled_from((objects, arrays)))
    return {"allOf": [draw(both(inner)), draw(both(inner))]}
