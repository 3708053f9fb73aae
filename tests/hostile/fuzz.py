"""Fuzzing: damaged files by their seeds, in forked processes without the sandbox.

A case is one file. That of an odd seed is damaged anywhere. It is examined, described, resized and cropped until it is refused.
That of an even seed has a damaged block. Its metadata are read; that of an EIGHTH goes through all operations instead. Facts must
keep their contract, and renditions must be sound.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import traceback
from collections import Counter
from dataclasses import dataclass, field
from io import BytesIO
from typing import TYPE_CHECKING, Any, NoReturn, TextIO

from PIL import Image

from imaging import operations
from imaging.decoding.picture import open_picture
from imaging.errors import ImageRefusedError, Reason
from imaging.formats import FORMATS
from imaging.limits import Limits
from imaging.metadata.embedded import read_embedded
from imaging.metadata.properties import read_properties
from lambdas.runtime.sandbox.confinement import Parent
from tests.hostile.blocks import damaged_block
from tests.hostile.kind import IMAGE
from tests.hostile.mutations import damaged
from workflow import contracts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LIMITS = Limits(frozenset(FORMATS), max_pixels=2**22, max_edge=16_384, max_frames=100).to_json()
STEPS: dict[str, dict[str, Any]] = {  # the operations in their order, and their arguments
    "examine": {},
    "describe": {},
    "resize": {"edges": [40, 20], "quality": 80, "authorship": {"artist": "A name"}},
    "crop": {"sizes": [[16, 16]], "quality": 80, "authorship": {}},
}
FACTS = "extract-metadata.output"  # contract
MEMORY = 2**30  # bytes of address space, beyond that of the first process
SECONDS = 8  # of processor time for a case, as in the sandbox
EIGHTH = 8  # a seed in so many; appearance and renditions take nine tenths of the time of a damaged block
BATCH = 500  # cases of a process: what a decoder leaves in it does not reach all others
KILLED, FAULT = "process ended", "fault"  # outcomes beside an image and the reasons

End = tuple[str, str]  # an outcome, and a traceback or a signal; empty where the outcome is right


@dataclass
class Tally:
    """How cases ended. One that ended its process may be the decoder's fault: the sandbox contains it."""

    outcomes: Counter[str] = field(default_factory=Counter)
    unusual: list[tuple[int, End]] = field(default_factory=list)  # with their seeds

    @property
    def cases(self) -> int:
        """How many there were."""
        return self.outcomes.total()

    @property
    def is_sound(self) -> bool:
        """Whether each ended as an image, as a rejection or with its process."""
        return FAULT not in self.outcomes

    def add(self, seed: int, end: End) -> None:
        """Count a case."""
        self.outcomes[end[0]] += 1
        if end[1]:
            self.unusual.append((seed, end))

    def merge(self, other: Tally) -> None:
        """Count the cases of another tally."""
        self.outcomes += other.outcomes
        self.unusual += other.unusual


def end_of_case(seed: int) -> End:
    """Return how the case of a seed ends."""
    if seed % 2:
        return end_of(damaged(seed))
    return end_of(damaged_block(seed), process if seed % EIGHTH == 0 else read)


def process(data: bytes) -> None:
    """Pass a file through all operations; raises ImageRefusedError."""
    for name, options in STEPS.items():
        facts, renditions = operations.run(name, data, {"limits": LIMITS, **options})
        text = json.dumps(facts, allow_nan=False)
        if name == "describe":
            contracts.check(FACTS, json.loads(text))
        for rendition in renditions:
            Image.open(BytesIO(rendition)).load()


def read(data: bytes) -> None:
    """Read the properties and the metadata of a file; raises ImageRefusedError."""
    picture = open_picture(data, Limits.from_json(LIMITS))
    appearance = contracts.schema(FACTS)["examples"][0]["appearance"]
    facts = {"properties": read_properties(picture), **read_embedded(picture), "appearance": appearance}
    contracts.check(FACTS, json.loads(json.dumps(facts, allow_nan=False)))


def end_of(data: bytes, work: Callable[[bytes], None] = process) -> End:
    """Return how a file ends: as an image, with the reason of its rejection, or as a fault with a traceback."""
    try:
        work(data)
    except ImageRefusedError as refused:
        return refused.reason, ""
    except MemoryError:
        return Reason.TOO_COMPLEX, ""
    except Exception:  # noqa: BLE001 - all other errors are looked for
        return FAULT, traceback.format_exc()
    return IMAGE, ""


def run(seeds: range, end: Callable[[int], End] | None = None) -> Tally:
    """Return how the cases of seeds end, in a forked process; in another one behind a case that ends it."""
    tally = Tally()
    while tally.cases < len(seeds):
        rest = seeds[tally.cases :]
        for seed, found in zip(rest, _forked(rest, end or end_of_case), strict=False):
            tally.add(seed, found)
    return tally


def _forked(seeds: range, end: Callable[[int], End]) -> Iterator[End]:
    """Yield the end of each case, until one ends the process."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        _work(seeds, end, os.fdopen(writer, "w", encoding="utf-8"))
    os.close(writer)
    try:
        with os.fdopen(reader, encoding="utf-8") as lines:
            for line in lines:
                outcome, more = json.loads(line)
                yield outcome, more
    finally:  # also if there is no case left
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    yield KILLED, f"status {status}"


def _work(seeds: range, end: Callable[[int], End], answers: TextIO) -> NoReturn:
    """Write the end of each case, a line each, and exit."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # decoders write there, too
        _limit_memory()
        for seed in seeds:
            signal.setitimer(signal.ITIMER_PROF, SECONDS)  # its signal ends the process
            print(json.dumps(end(seed)), file=answers, flush=True)
    finally:
        os._exit(0)


def _limit_memory() -> None:
    space = Parent.here().space
    if space is not None:
        resource.setrlimit(resource.RLIMIT_AS, (space + MEMORY, space + MEMORY))
