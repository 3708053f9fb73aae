"""YAML and JSON documents with the places of their values, within limits that the tools can process.

JSON is read as YAML here, to get the places: nearly all JSON is YAML.
"""

from contextlib import suppress
from dataclasses import dataclass, field
from math import isfinite
from typing import Any

import yaml

from asl.documents import MAX_DEPTH, object_of

MAX_NODES = 500_000  # with those that aliases repeat
MAX_PLACED = 1_000_000  # characters of JSON in which places are looked for
Place = tuple[int, int]  # line and column, from 1
Way = tuple[str | int, ...]  # keys and indices
TIMESTAMP = "tag:yaml.org,2002:timestamp"


@dataclass
class PlacedDocument:
    """A document, and where each of its values is.

    The places in JSON are looked for when they are needed, in its text.
    """

    value: Any = None
    found: dict[Way, Place] | None = None
    text: str = ""
    texts: dict[Way, Place] = field(default_factory=dict)  # of block texts: where their first character is

    @property
    def places(self) -> dict[Way, Place]:
        """The line and column of each value; none of JSON that is large, or that is no YAML."""
        if self.found is None:
            self.found = {}
            if len(self.text) <= MAX_PLACED:
                with suppress(ValueError):
                    self.found = parse_yaml(self.text.replace("\t", " ")).places
        return self.found


# The loader of plain data; a date stays text.
_Loader: Any = type("_Loader", (getattr(yaml, "CSafeLoader", yaml.SafeLoader),), {})  # LibYAML's, where PyYAML has it
_Loader.yaml_implicit_resolvers = {
    sign: [(tag, pattern) for tag, pattern in resolvers if tag != TIMESTAMP]
    for sign, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def parse_yaml(text: str) -> PlacedDocument:
    """Return the document in text, in which CloudFormation's short forms such as !Sub are objects; raises ValueError."""
    try:
        loader = _Loader(text)
        node = loader.get_single_node()
    except yaml.YAMLError as error:
        raise ValueError(_problem(error)) from error
    except RecursionError:
        raise ValueError(f"it is nested more than {MAX_DEPTH} levels deep") from None
    reader = _Reader(loader, text.splitlines())
    reader.document.value = reader.value(node, ()) if node is not None else None
    return reader.document


def _problem(error: yaml.YAMLError) -> str:
    """Return what is wrong, and its line and column; PyYAML names a text that is no file `<unicode string>`."""
    return " ".join(str(error).split()).replace(' in "<unicode string>",', ",")


class _Reader:
    """The reader of the nodes of one document."""

    def __init__(self, loader: Any, lines: list[str]) -> None:
        self._loader = loader
        self._lines = lines
        self._nodes = 0
        self.document = PlacedDocument(found={})
        self._places = self.document.places

    def value(self, node: yaml.Node, way: Way) -> Any:
        """Return the value of node, and record where it is; raises ValueError."""
        self._nodes += 1
        if self._nodes > MAX_NODES or len(way) > MAX_DEPTH:
            raise ValueError(f"it has more than {MAX_NODES:,} values, or more than {MAX_DEPTH} levels")
        self._places.setdefault(way, (node.start_mark.line + 1, node.start_mark.column + 1))
        if isinstance(node, yaml.ScalarNode) and node.style in ("|", ">"):
            self.document.texts[way] = self._block(node.start_mark.line + 1)
        tag = str(node.tag)
        if tag.startswith("!") and len(tag) > 1:
            return self._short_form(node, tag[1:], way)
        return self._plain(node, way)

    def _block(self, line: int) -> Place:
        """Return where a block text begins; line is the number of the line before it."""
        first = self._lines[line] if line < len(self._lines) else ""
        return line + 1, len(first) - len(first.lstrip()) + 1

    def _plain(self, node: yaml.Node, way: Way) -> Any:
        if isinstance(node, yaml.MappingNode):
            return self._object(node, way)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(one, (*way, number)) for number, one in enumerate(node.value)]
        return self._single(node)

    def _single(self, node: yaml.Node) -> Any:
        """Return a text, a number, a truth value or null; raises ValueError if node is none of these."""
        try:
            found = self._loader.construct_object(node)
            if found is None or isinstance(found, str) or isfinite(found):
                return found
        except yaml.YAMLError as error:
            raise ValueError(_problem(error)) from error
        except (LookupError, OverflowError, TypeError, ValueError):  # of PyYAML's readers, and of what is no number
            pass
        tag = str(node.tag).rpartition(":")[2]
        raise ValueError(f"line {node.start_mark.line + 1}: a value of the type {tag} that JSON does not have")

    def _object(self, node: yaml.MappingNode, way: Way) -> dict[str, Any]:
        pairs = [self._property(key, value, way) for key, value in node.value]
        return object_of(pairs, f"line {node.start_mark.line + 1}: ")

    def _property(self, key: yaml.Node, value: yaml.Node, way: Way) -> tuple[str, Any]:
        if not isinstance(key, yaml.ScalarNode):
            raise ValueError(f"line {key.start_mark.line + 1}: a key is no text")  # noqa: TRY004 - of a document
        name = str(key.value)
        self._places[*way, name] = (key.start_mark.line + 1, key.start_mark.column + 1)
        return name, self.value(value, (*way, name))

    def _short_form(self, node: yaml.Node, name: str, way: Way) -> dict[str, Any]:
        """Return the long form of `!Ref X`, `!GetAtt X.Arn`, `!Sub text` and others."""
        long = name if name in ("Ref", "Condition") else f"Fn::{name}"
        inner: Any = str(node.value) if isinstance(node, yaml.ScalarNode) else self._plain(node, (*way, long))
        if way in self.document.texts:
            self.document.texts[*way, long] = self.document.texts[way]
        if long == "Fn::GetAtt" and isinstance(inner, str):
            inner = inner.split(".", 1)
        return {long: inner}
