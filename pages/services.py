"""Make the checker's table of AWS's services from botocore's models: `python -m pages.services asl/check/services.zip`.

The table has what the checker reads of a model: operations, members, types, and which members are required. A service is an
entry of the archive, called as Step Functions calls it after `aws-sdk:`.
"""

if __name__ == "__main__":  # before the imports that take time, which Ctrl-C may end
    import sys

    from asl.command import run_module

    sys.exit(run_module("services", "pages.services"))

import json
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from botocore import __version__
from botocore.loaders import Loader

EPOCH = (1980, 1, 1, 0, 0, 0)  # of each entry, so that the same models make the same file
# The code of each type of a single value; "a" is one of any type.
CODES = {
    "string": "t",
    "character": "t",
    "boolean": "b",
    "timestamp": "d",
    "blob": "x",
    **dict.fromkeys(("integer", "long", "short", "byte", "biginteger"), "i"),
    **dict.fromkeys(("float", "double", "bigdecimal"), "f"),
}


def main() -> None:
    """Write the table to the file that the argument names."""
    with zipfile.ZipFile(Path(sys.argv[1]), "w") as archive:
        _write(archive, "VERSION", __version__)
        for name, model in sorted(_models().items()):
            _write(archive, name, json.dumps(compact(model), separators=(",", ":")))


def _write(archive: zipfile.ZipFile, name: str, text: str) -> None:
    archive.writestr(zipfile.ZipInfo(name, EPOCH), text, zipfile.ZIP_DEFLATED, 9)


def _models() -> dict[str, dict[str, Any]]:
    """Return the model of each service, by the name in `aws-sdk:`: its service ID in lower case, without spaces."""
    loader = Loader()
    loaded = (loader.load_service_model(name, "service-2") for name in loader.list_available_services("service-2"))
    return {one["metadata"]["serviceId"].lower().replace(" ", ""): one for one in loaded}


def compact(model: dict[str, Any]) -> dict[str, Any]:
    """Return the operations (`o`) of a model with the numbers of their shapes, and these shapes (`s`)."""
    compacting = _Compacting(model["shapes"])
    operations = {
        name: [compacting.of(one.get(side, {}).get("shape")) for side in ("input", "output")]
        for name, one in model["operations"].items()
    }
    return {"o": operations, "s": compacting.shapes}


class _Compacting:
    """The shapes of one model, numbered as they are met."""

    def __init__(self, shapes: dict[str, Any]) -> None:
        self._known = shapes
        self._numbers: dict[str, int] = {}
        self.shapes: list[Any] = []

    def of(self, name: str | None) -> int | str | None:
        """Return the code or the number of the shape called name."""
        if name is None:
            return None
        shape = self._known[name]
        if shape.get("document"):
            return "a"
        if shape["type"] in CODES:
            return CODES[shape["type"]]
        if name not in self._numbers:
            self._numbers[name] = len(self.shapes)
            self.shapes.append(None)
            self.shapes[self._numbers[name]] = self._inner(shape)
        return self._numbers[name]

    def _inner(self, shape: dict[str, Any]) -> Any:
        """Return a structure as [members, required], a list as [item], and a map as {"": value}."""
        if shape["type"] == "list":
            return [self.of(shape["member"]["shape"])]
        if shape["type"] == "map":
            return {"": self.of(shape["value"]["shape"])}
        members = {name: self.of(one["shape"]) for name, one in shape["members"].items()}
        return [members, list(self._required(shape))]

    def _required(self, shape: dict[str, Any]) -> Iterator[str]:
        """Yield the required members, without those that an SDK fills in."""
        for name in shape.get("required", []):
            member = shape["members"][name]
            if not member.get("idempotencyToken") and not self._known[member["shape"]].get("idempotencyToken"):
                yield name
