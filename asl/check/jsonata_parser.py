"""The parser of JSONata expressions, which is jsonata-python's."""

from functools import cache
from typing import Any

from asl.check.budget import spend
from asl.check.jsonata_errors import ExpressionError, UndecidedExpressionError

MAX_LENGTH = 10_000  # characters of an expression
MAX_SHOWN = 300  # of them, in a message


def parse(expression: str) -> Any:
    """Return the syntax tree of an expression; raises ExpressionError."""
    from jsonata.jexception import JException

    spend(len(expression))
    shown = expression if len(expression) <= MAX_SHOWN else f"{expression[:MAX_SHOWN]}…"
    if len(expression) > MAX_LENGTH:
        raise UndecidedExpressionError(f"an expression of {len(expression):,} characters", f"at most {MAX_LENGTH:,}")
    try:
        return _parser().parse(expression)
    except JException as error:
        raise ExpressionError(f"`{shown}`, which is no JSONata ({error})", "a JSONata expression") from error
    except Exception as error:  # the library's own, of several kinds
        raise UndecidedExpressionError(f"`{shown}`", "an expression that the checker can parse") from error


@cache
def _parser() -> Any:
    """Return the library's parser, without what it does for its evaluation: a call that ends a function stays a call.

    The library wraps such a call in another function, which its evaluation unwraps, so that recursion needs no stack.
    """
    from jsonata.parser import Parser

    parser: Any = Parser()
    parser.tail_call_optimize = lambda node: node
    return parser
