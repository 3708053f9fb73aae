"""Answers of the sandbox, checked like a stranger's: a decoder that was taken over may write anything."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn, TypedDict

from imaging.errors import ImageRefusedError, Reason
from imaging.formats import Format, sniff_format
from lambdas.runtime.sandbox.bounds import MAX_ANSWER
from workflow import contracts
from workflow.contracts.errors import ContractViolation

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

LENGTH = 4  # bytes, of the length of the JSON in front of it
MAX_JSON = 2**20  # bytes; the facts of an image must fit into a payload of 256 KB
MAX_MESSAGE = 200  # characters of the reason for which an image is refused
MAX_TRACEBACK = 8000  # characters
FAMILIES = ("JPEG", "PNG", "WEBP")  # formats of renditions; they may have variants in others


class AnswerError(Exception):
    """The answer does not have the form that the work would give it."""


class FailedError(Exception):
    """The work failed for a reason that is not the image's, with this traceback."""


@dataclass(frozen=True)
class Answer:
    """What an operation returned: a JSON object, and the bytes of renditions; only their form is checked."""

    facts: dict[str, Any]
    renditions: list[bytes]


Size = tuple[int, int]  # width and height, pixels


class Facts(TypedDict):
    """What is published of a rendition."""

    format: str
    contentType: str
    width: int  # pixels
    height: int  # pixels
    size: int  # bytes


@dataclass(frozen=True)
class Encoded:
    """An image in one format, whose bytes begin as that format does."""

    data: bytes
    format: Format
    width: int  # pixels
    height: int  # pixels

    @property
    def facts(self) -> Facts:
        """What is published of it."""
        return {
            "format": self.format.name,
            "contentType": self.format.content_type,
            "width": self.width,
            "height": self.height,
            "size": len(self.data),
        }


@dataclass(frozen=True)
class Rendition:
    """A rendition, and the same in further formats."""

    within: Size  # into which it was to fit
    encoded: Encoded
    variants: list[Encoded]


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


def renditions_of(sizes: Collection[Size], variants: Collection[str] = ()) -> Callable[[Answer], list[Rendition]]:
    """Return the reader of an answer with renditions that fit into some of these sizes, and variants in these formats."""

    def read(answer: Answer) -> list[Rendition]:
        claims = answer.facts.get("renditions")
        if not isinstance(claims, list) or not 0 < len(claims) <= len(sizes):
            raise AnswerError("it has another number of renditions")
        contents = iter(answer.renditions)
        found = [_rendition(claim, contents, variants) for claim in claims]
        if next(contents, None) is not None:
            raise AnswerError("it has renditions that are not described")
        if len({one.within for one in found} & set(sizes)) != len(found):
            raise AnswerError("it has a rendition of another size")
        return found

    return read


def _rendition(claim: object, contents: Iterator[bytes], variants: Collection[str]) -> Rendition:
    """Return the rendition that is claimed, with the next contents in the formats that are claimed."""
    match claim:
        case {
            "within": [int(widest), int(highest)],
            "width": int(width),
            "height": int(height),
            "formats": list(names),
        } if bool not in map(type, (widest, highest, width, height)):  # true is an int in Python
            if not (0 < width <= widest and 0 < height <= highest):
                raise AnswerError("a rendition is larger than wanted")
            found = [_encoded(next(contents, b""), name, (width, height)) for name in names]
            first, *others = [one.format.name for one in found] or [""]
            if first not in FAMILIES or not set(others) <= set(variants) - {first} or len(set(others)) != len(others):
                raise AnswerError("a rendition is in another format")
            return Rendition((widest, highest), found[0], found[1:])
    raise AnswerError("a rendition is described in another form")


def _encoded(data: bytes, name: object, size: Size) -> Encoded:
    format_ = sniff_format(data)
    if format_ is None or format_.name != name:
        raise AnswerError("a rendition is of another format")
    return Encoded(data, format_, *size)
