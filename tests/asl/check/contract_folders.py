"""Folders of contracts that tests compare."""

import json
from pathlib import Path
from typing import Any

TEXT = {"type": "string", "minLength": 1, "maxLength": 20}
SCHEMA = {
    "type": "object",
    "properties": {
        "name": TEXT,
        "kind": {"enum": ["a", "b"]},
        "count": {"type": "integer", "minimum": 1, "maximum": 9},
        "may": TEXT,
        "of": {"$ref": "common.json#/$defs/of"},
    },
    "required": ["name", "kind", "count", "of"],
    "additionalProperties": False,
}
COMMON = {"$defs": {"of": {"type": "array", "items": TEXT, "maxItems": 3}}}
TAKEN, GIVEN = ("step.input", "pipeline-input"), ("step.output", "success-notification")

ALL = (*TAKEN, *GIVEN)


def tolerant(schema: Any) -> Any:
    """Return schema as a reader has it: open to properties that it does not name."""
    return {key: value for key, value in schema.items() if key != "additionalProperties"}


def written(folder: Path, schema: Any = SCHEMA, common: Any = COMMON) -> Path:
    """Return folder with the same schema in every place that a contract can have."""
    folder.mkdir()
    for name in ALL:
        (folder / f"{name}.json").write_text(json.dumps(tolerant(schema) if name == "step.input" else schema))
    (folder / "common.json").write_text(json.dumps(common))
    return folder
