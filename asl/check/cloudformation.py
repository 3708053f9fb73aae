"""State machines in CloudFormation and SAM templates, also those that CDK wrote, before their deployment."""

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from asl.check.machine_types import STANDARD, UNKNOWN_TYPES, MachineTypes
from asl.check.yaml_documents import Place, PlacedDocument, Way, parse_yaml
from asl.documents import parse_json, refuse_ambiguous

TYPE = "AWS::StepFunctions::StateMachine"
TYPES = (TYPE, "AWS::Serverless::StateMachine")
FILES = ("DefinitionUri", "DefinitionS3Location")
# A placeholder that stands for a number or a truth value, outside of quotes.
BARE = re.compile(r'([:\[,]\s*)\$\{([^}"]+)\}(?=\s*[,}\]])')
LITERAL = re.compile(r"\$\{!([^}]+)\}")


@dataclass(frozen=True)
class FoundMachine:
    """A state machine in a template: its logical ID, and its definition with the document that has it.

    The definition is at `way` in the document, whose first character is at `start` in its file.
    """

    name: str
    definition: Any
    file: Path
    document: PlacedDocument
    way: Way
    start: Place = (1, 1)
    types: MachineTypes = UNKNOWN_TYPES


def is_template(document: Any) -> bool:
    """Return whether a document is a CloudFormation template, and no state machine."""
    return isinstance(document, dict) and isinstance(document.get("Resources"), dict) and "StartAt" not in document


def machines_in(document: PlacedDocument, file: Path) -> Iterator[FoundMachine]:
    """Yield the state machines in a template, which is in file; raises ValueError or OSError."""
    found = {name: one for name, one in document.value["Resources"].items() if _is_machine(one)}
    types = {name: known for name, one in found.items() if (known := _type(_properties(one)))}
    for name, one in found.items():
        machine = _Resource(name, _properties(one), document, file).machine()
        is_object = one["Type"] == TYPE and "Definition" in _properties(one)  # SAM makes a text of its own
        yield replace(machine, types=MachineTypes(types.get(name, ""), types, is_object))


def _is_machine(resource: Any) -> bool:
    return isinstance(resource, dict) and resource.get("Type") in TYPES


def _properties(resource: dict[str, Any]) -> dict[str, Any]:
    properties = resource.get("Properties")
    return properties if isinstance(properties, dict) else {}


def _type(properties: dict[str, Any]) -> str:
    """Return the type of a machine, which a resource of CloudFormation and one of SAM name differently; empty if it is computed."""
    written = properties.get("StateMachineType", properties.get("Type", STANDARD))
    return written if isinstance(written, str) else ""


@dataclass(frozen=True)
class _Resource:
    """A state machine's resource in a template."""

    name: str
    properties: dict[str, Any]
    document: PlacedDocument
    file: Path

    def machine(self) -> FoundMachine:
        """Return its machine, wherever the definition is; raises ValueError or OSError."""
        if "Definition" in self.properties:
            refuse_ambiguous(self.properties["Definition"])
            return self._found(plain(self.properties["Definition"]), self.document, self._way("Definition"))
        if "DefinitionString" in self.properties:
            return self._in_text(self._way("DefinitionString"))
        for key in FILES:
            if isinstance(uri := self.properties.get(key), str):
                file = self.file.parent / uri
                found = parse_definition(file.read_text(encoding="utf-8"), file.name, self._substitutions)
                return FoundMachine(self.name, self._substituted(found.value), file, found, ())
        kinds = "Definition, DefinitionString or a file in DefinitionUri"
        raise ValueError(f"{self.name} has no definition that can be read: {kinds}")

    def _way(self, key: str) -> Way:
        return "Resources", self.name, "Properties", key

    @property
    def _substitutions(self) -> dict[str, Any]:
        known = self.properties.get("DefinitionSubstitutions")
        return known if isinstance(known, dict) else {}

    def _substituted(self, definition: Any) -> Any:
        return substituted(definition, self._substitutions)

    def _found(self, definition: Any, document: PlacedDocument, way: Way, start: Place = (1, 1)) -> FoundMachine:
        return FoundMachine(self.name, self._substituted(definition), self.file, document, way, start)

    def _in_text(self, way: Way) -> FoundMachine:
        text = str(plain(self.properties["DefinitionString"]))
        first = next((place for at, place in self.document.texts.items() if at[: len(way)] == way), None)
        try:
            found = parse_definition(text, "", self._substitutions)
        except ValueError as error:
            raise ValueError(f"{self.name}: its DefinitionString cannot be read: {error}") from error
        if first is None:  # in one line with what is around it, where there are no lines of its own
            return self._found(found.value, self.document, way)
        return self._found(found.value, found, (), first)


def parse_definition(text: str, name: str, substitutions: dict[str, Any] | None = None) -> PlacedDocument:
    """Return the definition in text, as JSON or YAML, with the places of its parts; raises ValueError.

    substitutions are the values of placeholders that stand without quotes, as far as they are known. A template may have a
    name twice outside of its definitions, which is deployed.
    """
    document = _parsed(text, name, substitutions or {})
    if not is_template(document.value):
        refuse_ambiguous(document.value)
    return document


def _parsed(text: str, name: str, substitutions: dict[str, Any]) -> PlacedDocument:
    if name.endswith((".yaml", ".yml")):
        return parse_yaml(text)
    try:
        return _parse_json(text, substitutions)
    except ValueError:
        if name.endswith(".json") or text.lstrip().startswith(("{", "[")):
            raise
        return parse_yaml(text)


def _parse_json(text: str, substitutions: dict[str, Any]) -> PlacedDocument:
    """Return JSON, in which placeholders may stand without quotes: what looks like one in a string is left as it is."""
    with suppress(ValueError):
        return PlacedDocument(parse_json(text), text=text)
    whole = BARE.sub(lambda match: match[1] + _bare(match[2], substitutions), text)
    return PlacedDocument(parse_json(whole), text=whole)


def _bare(name: str, substitutions: dict[str, Any]) -> str:
    """Return what replaces a placeholder without quotes: its value, or itself as a text."""
    value = plain(substitutions.get(name))
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, str | int | float) and "${" not in str(value) else f'"${{{name}}}"'


def plain(value: Any) -> Any:
    """Return value with each function of CloudFormation in it as text, in which placeholders stand for what is not known."""
    if isinstance(value, list):
        return [plain(one) for one in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        ((name, argument),) = value.items()
        if name == "Ref" or name.startswith("Fn::"):
            return _text(name, argument)
    return {name: plain(one) for name, one in value.items()}


def _text(name: str, argument: Any) -> str:
    match name, argument:
        case "Ref", str():
            return f"${{{argument}}}"
        case "Fn::GetAtt", list():
            return f"${{{'.'.join(map(str, argument))}}}"
        case "Fn::Sub", str():
            return LITERAL.sub(r"${\1}", argument)
        case "Fn::Sub", [str() as text, dict() as values]:
            return LITERAL.sub(r"${\1}", _replaced(text, values))
        case "Fn::Join", [str() as separator, list() as parts]:
            return separator.join(str(plain(part)) for part in parts)
    return f"${{{name}}}"


def _replaced(text: str, values: dict[str, Any]) -> str:
    for name, value in values.items():
        if isinstance(known := plain(value), str | int | float) and not isinstance(known, bool):
            text = text.replace(f"${{{name}}}", str(known))
    return text


def substituted(value: Any, substitutions: dict[str, Any]) -> Any:
    """Return a definition in which DefinitionSubstitutions that are written out, or are other placeholders, are put in."""
    if isinstance(value, str):
        return _replaced(value, substitutions)
    if isinstance(value, list):
        return [substituted(one, substitutions) for one in value]
    if isinstance(value, dict):
        return {name: substituted(one, substitutions) for name, one in value.items()}
    return value
