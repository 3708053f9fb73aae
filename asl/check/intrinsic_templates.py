"""Templates of States.Format: the text between the places for its values.

A backslash makes a quote, a brace or a backslash part of the text. Step Functions refuses a brace without one.
"""

import re
from dataclasses import dataclass

from asl.check.intrinsic_arguments import IntrinsicCallError
from asl.check.shapes import Shape, Text

PART = re.compile(r"(\$\{[^}]*\})|\\(.)|(\{\})|([{}])|([^\\{}$]+|.)", re.DOTALL)


@dataclass(frozen=True)
class FormatTemplate(Shape):
    """A template as it is written out: the texts before, between and after its places."""

    texts: tuple[str, ...]


def template_of(raw: str) -> FormatTemplate:
    """Return the template that is written as raw, without its quotes; raises IntrinsicCallError."""
    texts = [""]
    for placeholder, escaped, place, brace, text in PART.findall(raw):
        if brace:
            raise IntrinsicCallError(
                f"a template with `{brace}` that is no place `{{}}`", "`\\{` and `\\}` for braces in States.Format"
            )
        if place:
            texts.append("")
        else:
            texts[-1] += placeholder or escaped or text
    return FormatTemplate(tuple(texts))


def template_from(value: Shape) -> FormatTemplate:
    """Return the template that a value of the payload is; raises IntrinsicCallError if it is not known."""
    if isinstance(value, FormatTemplate):
        return value
    if not isinstance(value, Text) or value.values is None or len(value.values) > 1:
        raise IntrinsicCallError("a template that is not written out", "a literal template", decided=False)
    return template_of(next(iter(value.values)))
