"""Ask whether AWS would refuse a template, before it is asked itself."""

import json
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from templates.refusals.bodies import bodies
from templates.refusals.filling import Filling
from templates.refusals.form import form
from templates.refusals.given import defaults, given
from templates.refusals.quotas import quotas
from templates.refusals.references import references
from templates.refusals.refusal import Refusal
from templates.refusals.services import services

NOTHING: Mapping[str, str] = MappingProxyType({})


class TemplateRefusedError(ValueError):
    """AWS would refuse a template, or what is said beside it; the message has a line for each reason."""


def refusals(text: str, parameters: Mapping[str, str] = NOTHING) -> list[Refusal]:
    """Return why AWS would refuse the template text, with parameters given to it; nothing if it would not."""
    template = json.loads(text)
    if found := list(form(template)):
        return found  # what follows reads the template as one of the right form
    filling = Filling(template, parameters)
    return [
        *quotas(text, template),
        *defaults(template),
        *references(template),
        *services(template, filling),
        *bodies(template, filling),
    ]


def check_template(text: str) -> None:
    """Raise TemplateRefusedError if AWS would refuse the template text whatever is given to it."""
    _raise("the template", refusals(text))


def check_deployment(text: str, stack: str, parameters: Mapping[str, str], tags: Mapping[str, str]) -> None:
    """Raise TemplateRefusedError if AWS would refuse to make stack from the template text with parameters and tags."""
    _raise("the deployment", [*given(json.loads(text), stack, parameters, tags), *refusals(text, parameters)])


def _raise(what: str, found: Iterable[Refusal]) -> None:
    if lines := [str(one) for one in found]:
        listed = f" {lines[0]}" if len(lines) == 1 else "".join(f"\n  {line}" for line in lines)
        raise TemplateRefusedError(f"AWS would refuse {what}:{listed}")
