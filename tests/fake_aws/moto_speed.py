"""What moto does anew for each test is left out, or done once in a process."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from moto.core import models
from moto.core.base_backend import BaseBackend

Addresses = Mapping[str, Any]  # what answers, by the pattern of its address


def install(patch: pytest.MonkeyPatch) -> None:
    """Put this into moto."""
    # It would register hundreds of addresses for each method of the library requests, with which tests only upload.
    patch.setattr(models, "RESPONSES_METHODS", ("PUT",))
    patch.setattr(BaseBackend, "urls", property(_urls(vars(BaseBackend)["urls"])))


def _urls(made: property) -> Callable[[BaseBackend], Addresses]:
    """Return what gives the addresses that a service answers, which moto puts together anew for each call."""
    known: dict[type[BaseBackend], Addresses] = {}

    def urls(service: BaseBackend) -> Addresses:
        if type(service) not in known:
            known[type(service)] = made.__get__(service)
        return known[type(service)]

    return urls
