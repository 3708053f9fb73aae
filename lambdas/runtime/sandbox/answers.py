"""Answers of the sandbox, checked like a stranger's: a decoder that was taken over may write anything."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn, TypedDict

from imaging.errors import ImageRefusedError, Reason
from imaging.formats import FORMATS, Format, sniff_format
from lambdas.runtime.sandbox.bounds import MAX_ANSWER
from workflow import contracts
from workflow.contracts.errors import ContractViolation

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

LENGTH = 4  # bytes, of the length of the JSON in front of it
MAX_JSON = 2**20  # bytes; the facts of an image must fit into a payload of 256 KB
MAX_MESSAGE = 200  # characters of the reason for which an image is refused
MAX_TRACEBACK = 8000  # characters
RENDITIONS = [FORMATS[name] for name in ("JPEG", "PNG", "WEBP")]  # that are encoded


class AnswerError(Exception):
    """The answer does not have the form that the work would give it."""


class FailedError(Exception):
    """The work failed for a reason that is not the image's, with this traceback."""


@dataclass(frozen=True)
class Answer:
    """What an operation returned: a JSON object, and the bytes of renditions; only their form is checked."""

    facts: dict[str, Any]
    renditions: list[bytes]


class Facts(TypedDict):
    """What is published of a rendition."""

    format: str
    contentType: str
    width: int  # pixels
    height: int  # pixels
    size: int  # bytes


@dataclass(frozen=True)
class Rendition:
    """An encoded image whose bytes begin as its format does."""

    edge: int  # pixels, into which it was to fit
    data: bytes
    format: Format
    facts: Facts


def read_answer(file: int) -> Answer:
    """Return the answer in a file.

    Raises ImageRefusedError if the image was refused, or nothing was written. Raises FailedError if the work failed, and
    AnswerError for all that the work would not write.
    """
    size = os.fstat(file).st_size
    if size == 0:
        raise ImageRefusedError(Reason.TOO_COMPLEX, TOO_COMPLEX)
    length = int.from_bytes(os.pread(file, LENGTH, 0), "big")
    if size > MAX_ANSWER or length > MAX_JSON:
        raise AnswerError("it is too long")
    match _parse(os.pread(file, length, LENGTH)):
        case {"facts": dict(facts), "sizes": list(sizes)}:
            return Answer(facts, _renditions(file, sizes, LENGTH + length))
        case {"refused": [str(reason), str(message)]} if reason in set(Reason):
            raise ImageRefusedError(Reason(reason), printable(message, MAX_MESSAGE))
        case {"failed": str(text)}:
            raise FailedError(printable(text, MAX_TRACEBACK, keep="\n"))
        case {"denied": str(error)}:
            raise AnswerError(f"it tried what is not allowed: {printable(error, MAX_MESSAGE)}")
    raise AnswerError("it has another form")


TOO_COMPLEX = "The image takes too much time or memory, or crashes its decoder."


def _parse(text: bytes) -> object:
    try:
        return json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise AnswerError("it is no JSON") from None


def _refuse_constant(_: str) -> NoReturn:
    raise ValueError("NaN and infinities are no JSON")


def _renditions(file: int, sizes: list[object], start: int) -> list[bytes]:
    found = []
    for size in sizes:
        if type(size) is not int or not 0 < size <= MAX_ANSWER:
            raise AnswerError("a size is wrong")
        data = os.pread(file, size, start)
        if len(data) != size:
            raise AnswerError("a rendition is not whole")
        found.append(data)
        start += size
    return found


def printable(text: str, most: int, *, keep: str = "") -> str:
    """Return text up to so many characters, with a question mark for each control character that is not kept."""
    return "".join(one if one.isprintable() or one in keep else "?" for one in text[:most])


def facts_of(contract: str, **known: object) -> Callable[[Answer], dict[str, Any]]:
    """Return the reader of an answer that has facts only, which together with what is known keep a contract."""

    def read(answer: Answer) -> dict[str, Any]:
        facts = {**answer.facts, **known}
        try:
            contracts.check(contract, facts)
        except ContractViolation as error:
            raise AnswerError(f"it violates its contract: {error}") from None
        return facts

    return read


def renditions_of(edges: Collection[int]) -> Callable[[Answer], list[Rendition]]:
    """Return the reader of an answer with renditions for some of these edges, in pixels."""

    def read(answer: Answer) -> list[Rendition]:
        claims = answer.facts.get("renditions")
        if not isinstance(claims, list) or not 0 < len(claims) == len(answer.renditions) <= len(edges):
            raise AnswerError("it has another number of renditions")
        found = [_rendition(claim, data) for claim, data in zip(claims, answer.renditions, strict=True)]
        if len({one.edge for one in found} & set(edges)) != len(found):
            raise AnswerError("it has a rendition of another edge")
        return found

    return read


def _rendition(claim: object, data: bytes) -> Rendition:
    match claim:
        case {"edge": int(edge), "format": str(name), "width": int(width), "height": int(height)}:
            format_ = sniff_format(data)
            if format_ not in RENDITIONS or format_.name != name:
                raise AnswerError("a rendition is of another format")
            if not (0 < width <= edge and 0 < height <= edge):
                raise AnswerError("a rendition is of another size")
            facts: Facts = {
                "format": format_.name,
                "contentType": format_.content_type,
                "width": width,
                "height": height,
                "size": len(data),
            }
            return Rendition(edge, data, format_, facts)
    raise AnswerError("a rendition is described in another form")
