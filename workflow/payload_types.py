"""Types of the payloads, generated from the contracts: `python -m workflow.payload_types` prints the module.

A payload is a dictionary, and its contract is checked at run time. With its type, a type checker finds a mistyped key, a
missing key or a value of another type before that.
"""

from __future__ import annotations

if __name__ == "__main__":  # before the imports that take time, which Ctrl-C may end
    import sys

    from asl.command import run_module

    sys.exit(run_module("payload_types", "workflow.payload_types"))

from typing import TYPE_CHECKING, Any

from workflow import contracts

if TYPE_CHECKING:
    from collections.abc import Iterator

HEAD = '''"""Types of the payloads, generated from the contracts by `python -m workflow.payload_types`: do not edit."""

from typing import NotRequired, TypedDict'''
NAMES = {str: "str", bool: "bool", int: "int", float: "float", type(None): "None"}
SCALARS = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "null": "None"}
SHARED = "common"  # the contract with the definitions that the others refer to

Schema = dict[str, Any]


class PayloadTypes:
    """The type of every contract; each is defined before it is used."""

    def __init__(self) -> None:
        """Define the types of all contracts."""
        self._definitions: dict[str, str] = {}
        for name in contracts.names():
            if name != SHARED:
                self._contract(name)

    def module(self) -> str:
        """Return the text of the module with the types."""
        return "\n\n\n".join([HEAD, *self._definitions.values()])

    def _contract(self, name: str) -> str:
        return self._type(contracts.schema(name), class_name(name), f"The contract `{name}`.", name)

    def _type(self, schema: Schema, name: str, docstring: str, contract: str) -> str:
        """Return the expression for the type of schema. For an object with properties, define the class called name."""
        if "$ref" in schema:
            return self._referenced(schema["$ref"], contract)
        if "anyOf" in schema:
            options = enumerate(schema["anyOf"], 1)
            return " | ".join(self._type(option, f"{name}{number}", docstring, contract) for number, option in options)
        if "properties" in schema:
            return self._define(schema, name, docstring, contract)
        if schema.get("type") == "array":
            return f"list[{self._type(schema['items'], f'{name}Item', docstring, contract)}]"
        if schema.get("type") == "object":
            return f"dict[str, {self._type(schema['additionalProperties'], f'{name}Value', docstring, contract)}]"
        return scalar(schema)

    def _referenced(self, reference: str, contract: str) -> str:
        """Return the type of another contract, or of a definition in one."""
        target, _, definition = reference.partition("#/$defs/")
        target = target.removesuffix(".json") or contract
        if not definition:
            return self._contract(target)
        schema = contracts.schema(target)["$defs"][definition]
        return self._type(schema, class_name(definition), f"`{definition}` of the contract `{target}`.", target)

    def _define(self, schema: Schema, name: str, docstring: str, contract: str) -> str:
        """Define a class for an object with properties, unless it is defined, and return its name."""
        if name not in self._definitions:
            fields = {key: self._field(schema, key, name, contract) for key in schema["properties"]}
            self._definitions[name] = "\n".join(class_lines(name, docstring, fields))
        return name

    def _field(self, schema: Schema, key: str, name: str, contract: str) -> str:
        kind = self._type(schema["properties"][key], name + class_name(key), f"`{key}` of {name}.", contract)
        return kind if key in schema.get("required", []) else f"NotRequired[{kind}]"


def class_name(name: str) -> str:
    """Return the class for a contract or a key: `archive-image.input` becomes ArchiveImageInput."""
    words = name.replace(".", "-").split("-")
    return "".join(word[:1].upper() + word[1:] for word in words)


def scalar(schema: Schema) -> str:
    """Return the type of a schema without parts. An enumeration has the type of its members."""
    if "type" in schema:
        return SCALARS[schema["type"]]
    members = schema["enum"] if "enum" in schema else [schema["const"]]
    return " | ".join(dict.fromkeys(NAMES[type(member)] for member in members))


def class_lines(name: str, docstring: str, fields: dict[str, str]) -> Iterator[str]:
    """Yield the lines that define a class. A key that is no identifier needs the form of a call."""
    if all(key.isidentifier() for key in fields):
        yield from (f"class {name}(TypedDict):", f'    """{docstring}"""', "")
        yield from (f"    {key}: {kind}" for key, kind in fields.items())
        return
    yield from (f"{name} = TypedDict(  # {docstring}", f'    "{name}",', "    {")
    yield from (f'        "{key}": {kind},' for key, kind in fields.items())
    yield from ("    },", ")")


def main() -> None:
    """Print the types."""
    print(PayloadTypes().module())
