"""Options: how renditions are encoded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from imaging.rendering.authorship import Notes


@dataclass(frozen=True)
class Options:
    """How a rendition is encoded."""

    quality: int  # 1 to 100, of what is lossy
    notes: Notes
    is_graphic: bool = False  # the original has few colors, which lossy coding would blur
    is_thumbnail: bool = False
