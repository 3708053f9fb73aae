"""JSON Schemas beside the code of a template's functions, such as those that Pydantic writes.

Nobody's code is run: a schema is a file, `event.schema.json` or `response.schema.json` for example, in the folder that CodeUri names.
"""

import re
from pathlib import Path
from typing import Any

from asl.check.cloudformation import is_template, parse_definition
from asl.documents import parse_json
from asl.language import STDIN

MAX_FILES = 1000  # that are looked at in the folder of a function
EDGES = {
    "takes": re.compile(r"input|event|request", re.IGNORECASE),
    "gives": re.compile("output|response|result", re.IGNORECASE),
}


def schemas_of(file: str) -> dict[tuple[str, str], dict[str, Any]]:
    """Return the schemas in the code of each function of a template, by its logical ID and the edge."""
    if file == STDIN:
        return {}
    document = parse_definition(Path(file).read_text(encoding="utf-8"), file).value
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for name, resource in document["Resources"].items() if is_template(document) else ():
        properties = resource.get("Properties") if isinstance(resource, dict) else None
        code = properties.get("CodeUri", properties.get("Code")) if isinstance(properties, dict) else None
        if isinstance(code, str) and (folder := Path(file).parent / code).is_dir():
            found |= {(name, edge): schema for edge, schema in _in_folder(folder).items()}
    return found


def _in_folder(folder: Path) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for path in sorted(folder.rglob("*.json"))[:MAX_FILES]:
        edge = next((edge for edge, named in EDGES.items() if named.search(path.name)), None)
        schema = _schema(path) if edge and "node_modules" not in path.parts else None
        if edge is not None and schema is not None:
            found.setdefault(edge, schema)
    return found


def _schema(path: Path) -> dict[str, Any] | None:
    try:
        document = parse_json(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    is_schema = isinstance(document, dict) and ("$schema" in document or {"type", "properties"} <= set(document))
    return document if is_schema else None
