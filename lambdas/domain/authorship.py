"""Authorship: what of the metadata renditions keep."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

KEPT = ("artist", "copyright", "credit", "usageTerms", "digitalSourceType")


def authorship(about: Mapping[str, object]) -> dict[str, object]:
    """Return the fields of `about` that renditions keep. Executions that version 0.2 started have artist and copyright only."""
    return {name: about[name] for name in KEPT if name in about}
