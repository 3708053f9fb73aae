"""The check whether AWS would refuse a template or a deployment, before AWS is called."""

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
    """AWS would refuse a template or a deployment of it; the message has a line for each reason."""


def refusals(text: str, parameters: Mapping[str, str] = NOTHING) -> list[Refusal]:
    """Return the reasons for which AWS would refuse the template text with parameters."""
    template = json.loads(text)
    if found := list(form(template)):
        return found  # the checks below need a template of the right form
    filling = Filling(template, parameters)
    return [
        *quotas(text, template),
        *defaults(template),
        *references(template),
        *services(template, filling),
        *bodies(template, filling),
    ]


def check_template(text: str) -> None:
    """Raise TemplateRefusedError if AWS would refuse the template text with its default parameters."""
    _raise("the template", refusals(text))


def check_deployment(text: str, stack: str, parameters: Mapping[str, str], tags: Mapping[str, str]) -> None:
    """Raise TemplateRefusedError if AWS would refuse to create stack from the template text with parameters and tags."""
    _raise("the deployment", [*given(json.loads(text), stack, parameters, tags), *refusals(text, parameters)])


def _raise(what: str, found: Iterable[Refusal]) -> None:
    if lines := [str(one) for one in found]:
        listed = f" {lines[0]}" if len(lines) == 1 else "".join(f"\n  {line}" for line in lines)
        raise TemplateRefusedError(f"AWS would refuse {what}:{listed}")
