"""The quotas of CloudFormation: the size of a template, the number of its entries, and the length of names."""

import re
from collections.abc import Iterator
from typing import Any

from templates.refusals.refusal import Limit, Node, Refusal, below

# All of them are from this page: its source of 2023 and a later copy.
QUOTAS = "CloudFormation: Understand CloudFormation quotas"
DIVIDE = "split the stack, for example into nested stacks"
# Of a template in S3, where operations.cloudformation.artifacts puts every one, for a request itself takes 51,200 bytes. The page says 1 MB; the
# service answers "may not exceed 1000000 bytes".
IN_S3 = Limit(1_000_000, "bytes", QUOTAS, "remove metadata, or split the stack")
ENTRIES = {
    "Resources": Limit(500, "resources", QUOTAS, DIVIDE),
    "Parameters": Limit(200, "parameters", QUOTAS, "put several values into one list"),
    "Outputs": Limit(200, "outputs", QUOTAS, DIVIDE),
    "Mappings": Limit(200, "mappings", QUOTAS, DIVIDE),
}
ATTRIBUTES = Limit(200, "attributes", QUOTAS, "split the mapping")
NAME = Limit(255, "characters in the name", QUOTAS)
VALUE = Limit(4096, "bytes", QUOTAS, "shorten it, or split it into several parameters")
DYNAMIC_REFERENCES = Limit(60, "dynamic references", QUOTAS, "pass some as parameters")
DESCRIPTIONS = {
    ("Description",): Limit(1024, "bytes", QUOTAS),
    ("Outputs", "*", "Description"): Limit(1024, "bytes", "CloudFormation: Outputs"),
    ("Parameters", "*", "Description"): Limit(4000, "characters", "CloudFormation: Parameters"),
}
_ALPHANUMERIC = re.compile(r"[A-Za-z0-9]+")


def quotas(text: str, template: Node) -> Iterator[Refusal]:
    """Yield the quotas that template exceeds; text is its JSON."""
    yield from IN_S3.exceeded("$", _bytes(text))
    yield from DYNAMIC_REFERENCES.exceeded("$", text.count("{{resolve:"))
    for section, limit in ENTRIES.items():
        entries = template.get(section, {})
        yield from limit.exceeded(f"$.{section}", len(entries))
        for name in entries:
            yield from _named(f"$.{section}.{name}", name)
    for path, mapping in below(template, "Mappings", "*", "*"):
        yield from NAME.exceeded(path, len(path.removeprefix("$.Mappings.").partition(".")[2]))
        yield from ATTRIBUTES.exceeded(path, len(mapping))
        for name in mapping:
            yield from NAME.exceeded(f"{path}.{name}", len(name))
    for steps, limit in DESCRIPTIONS.items():
        for path, value in below(template, *steps):
            yield from limit.exceeded(path, _bytes(value) if limit.unit == "bytes" else len(value))


def _named(path: str, name: str) -> Iterator[Refusal]:
    yield from NAME.exceeded(path, len(name))
    if not _ALPHANUMERIC.fullmatch(name):
        yield Refusal(path, "a name may only have A-Z, a-z and 0-9", "rename it", "CloudFormation: Template anatomy")


def _bytes(value: Any) -> int:
    return len(str(value).encode())
