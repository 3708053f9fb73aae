"""Any bytes end as an image or as a rejection."""

import os
import random
import time
from collections.abc import Callable, Iterator

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from imaging.errors import Reason
from tests.effort import times
from tests.hostile.kind import IMAGE
from tests.hostile.mutations import damaged
from tests.hostile.not_images import BEGINNINGS

CASES = times(60, 300)  # of damaged files, unless a variable sets another number
ENDS = {IMAGE, *Reason}


def seeds() -> Iterator[int]:
    """Yield the seeds of CASES files, then new ones for FUZZ_SECONDS seconds."""
    yield from range(CASES)
    last = time.monotonic() + float(os.environ.get("FUZZ_SECONDS", "0"))
    while time.monotonic() < last:
        yield random.getrandbits(64)


def test_damaged_files_do_no_harm(ended: Callable[[bytes], str]) -> None:
    """Files of every format, damaged at random, end as an image or as a rejection.

    The environment variable FUZZ_SECONDS sets the duration. A failure prints the seed: damaged(seed) of mutations.py
    returns the file.
    """
    for seed in seeds():
        end = ended(damaged(seed))
        assert end in ENDS, f"seed {seed}: {end}"


@settings(max_examples=times(30, 100), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(beginning=st.sampled_from(sorted(BEGINNINGS.values())), rest=st.binary(max_size=2000))
def test_any_bytes_do_no_harm(ended: Callable[[bytes], str], beginning: bytes, rest: bytes) -> None:
    """Any bytes after the signature of a format end as an image or as a rejection."""
    end = ended(beginning + rest)
    assert end in ENDS, end
