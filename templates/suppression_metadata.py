"""One suppression of checkers' findings, and its form in the metadata of a resource."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from troposphere import AWSObject


@dataclass(frozen=True)
class Suppression:
    """One deviation from rules of checkov, cdk-nag or Guard, on some resources, and its reason."""

    on: tuple[str, ...]  # logical IDs, or a type for all resources of it
    reason: str
    checkov: str = ""
    cdk_nag: tuple[str, ...] = ()
    guard: tuple[str, ...] = ()  # of the rules registry and of Control Tower (CT)

    @property
    def rules(self) -> list[str]:
        """All rules that are suppressed."""
        return [rule for rule in (self.checkov, *self.cdk_nag, *self.guard) if rule]

    def applies_to(self, resource: AWSObject) -> bool:
        """Return whether the rules are suppressed on resource."""
        return resource.title in self.on or resource.resource_type in self.on


def metadata(suppressions: Sequence[Suppression]) -> dict[str, Any]:
    """Return suppressions in the form of each tool; cfn-guard has no reasons."""
    skip = [{"id": one.checkov, "comment": one.reason} for one in suppressions if one.checkov]
    suppress = [{"id": rule, "reason": one.reason} for one in suppressions for rule in one.cdk_nag]
    rules = [rule for one in suppressions for rule in one.guard]
    return {
        **({"checkov": {"skip": skip}} if skip else {}),
        **({"cdk_nag": {"rules_to_suppress": suppress}} if suppress else {}),
        **({"guard": {"SuppressedRules": rules}} if rules else {}),
    }
