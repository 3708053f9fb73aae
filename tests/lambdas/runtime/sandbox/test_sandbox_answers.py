"""An answer as it is read: a decoder that was taken over may write anything, and none of it passes as a sound answer."""

import json
import os

import pytest

from imaging.errors import ImageRefusedError, Reason
from lambdas.runtime.sandbox.answers import MAX_JSON, Answer, AnswerError, FailedError, facts_of, read_answer
from lambdas.runtime.sandbox.bounds import MAX_ANSWER
from lambdas.runtime.sandbox.messages import memory_file, write

FACTS = {"width": 3}


def read(content: bytes, length: int = 0) -> Answer:
    """Return what is read of a file with that content, and zeros up to a length in bytes."""
    file = memory_file()
    try:
        write(file, content)
        os.ftruncate(file, max(length, len(content)))
        return read_answer(file)
    finally:
        os.close(file)


def framed(text: str) -> bytes:
    """Return a JSON text as an answer has it, with its length in front."""
    return len(text.encode()).to_bytes(4, "big") + text.encode()


def answer(**fields: object) -> bytes:
    """Return an answer of these fields."""
    return framed(json.dumps(fields))


def test_renditions_follow_the_facts() -> None:
    """Each rendition has the bytes that its size says."""
    assert read(answer(facts=FACTS, sizes=[2, 1]) + b"abc") == Answer(FACTS, [b"ab", b"c"])


STRANGE = {
    "no JSON": framed("{"),
    "nested without end": framed("[" * 10**5),
    "a number that is none": answer(facts={"width": float("nan")}, sizes=[]),
    "more facts than fit a payload": answer(facts={"text": "x" * MAX_JSON}, sizes=[]),
    "another form": answer(facts=[], sizes=[]),
    "a reason that does not exist": answer(refused=["NICE", "A message."]),
    "an empty rendition": answer(facts=FACTS, sizes=[0]),
    "a negative size": answer(facts=FACTS, sizes=[-1]),
    "a size that is none": answer(facts=FACTS, sizes=[True]) + b"a",
    "a size that no memory has": answer(facts=FACTS, sizes=[2**62]),
    "a rendition that is cut": answer(facts=FACTS, sizes=[3]) + b"ab",
    "a call that is not allowed": answer(denied="EPERM"),
}


@pytest.mark.parametrize("content", STRANGE.values(), ids=STRANGE)
def test_a_strange_answer_is_refused(content: bytes) -> None:
    """It is reported as what no sound decoder writes."""
    with pytest.raises(AnswerError):
        read(content)


def test_facts_that_violate_their_contract_are_refused() -> None:
    """They do not reach the next step."""
    with pytest.raises(AnswerError):
        facts_of("validate-image.output")(Answer(FACTS, []))


def test_an_answer_is_only_as_long_as_all_renditions_may_be() -> None:
    """Nothing of a longer file is read into the memory of the handler."""
    assert read(answer(facts=FACTS, sizes=[]), MAX_ANSWER) == Answer(FACTS, [])
    with pytest.raises(AnswerError):
        read(answer(facts=FACTS, sizes=[]), MAX_ANSWER + 1)


def test_no_answer_is_an_image_that_is_too_complex() -> None:
    """A process without memory for its image writes nothing."""
    with pytest.raises(ImageRefusedError) as refused:
        read(b"")
    assert refused.value.reason == Reason.TOO_COMPLEX


def test_texts_have_no_control_characters() -> None:
    """What the process wrote reaches a record and a log: lines of a traceback stay, and all else that is not printed goes."""
    with pytest.raises(ImageRefusedError) as refused:
        read(answer(refused=["CORRUPT", "It is\n\x1b broken."]))
    assert refused.value.message == "It is?? broken."
    with pytest.raises(FailedError) as failed:
        read(answer(failed="Traceback\n\x1b no"))
    assert str(failed.value) == "Traceback\n? no"
