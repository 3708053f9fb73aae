"""Sound answers of each operation, as small as possible."""

from __future__ import annotations

from imaging.decoding.samples import sample_file
from workflow import contracts

JPEG = sample_file("JPEG")
SOUND = {
    "examine": (
        {"format": "JPEG", "contentType": "image/jpeg", "width": 8, "height": 8, "frames": 1, "size": len(JPEG)},
        [],
    ),
    "describe": (contracts.schema("extract-metadata.output")["examples"][0], []),
    "resize": ({"renditions": [{"within": [30, 30], "width": 8, "height": 8, "formats": ["JPEG"]}]}, [JPEG]),
    "crop": ({"renditions": [{"within": [20, 20], "width": 8, "height": 8, "formats": ["JPEG"]}]}, [JPEG]),
}
