"""A template may have a branding of managed login.

AWS: A client whose user pool domain has managed login, version 2, needs a branding: without one, its sign-in shows "Login pages
unavailable".
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cognito-managedloginbranding.html

ministack: CloudFormation does not have the type. Its pages have one look, for every client.

Patched: CloudFormation accepts the type, and creates nothing.

Upstream: No report found.
"""

import importlib
from dataclasses import dataclass
from uuid import uuid4

from local.emulator.patch import UnexpectedSourceError

_MODULE, _TABLE = "ministack.services.cloudformation.provisioners", "_RESOURCE_HANDLERS"


def _create(_logical_id: str, properties: dict[str, str], _stack: str) -> tuple[str, dict[str, str]]:
    """Return the ID and the attributes of a branding; CloudFormation's Ref is pool and branding."""
    branding = str(uuid4())
    return f"{properties['UserPoolId']}|{branding}", {"ManagedLoginBrandingId": branding}


def _delete(_physical_id: str, _properties: dict[str, str]) -> None:
    """Delete nothing."""


@dataclass(frozen=True)
class TypePatch:
    """Adds a type of resources to CloudFormation."""

    name: str

    def apply(self, file: str) -> None:
        """Add the type, which must be missing; raises UnexpectedSourceError."""
        handlers = getattr(importlib.import_module(_MODULE), _TABLE, None)
        if not isinstance(handlers, dict) or self.name in handlers:
            raise UnexpectedSourceError(f"{_MODULE}.{_TABLE}", file)
        handlers[self.name] = {"create": _create, "delete": _delete}


PATCHES = (TypePatch("AWS::Cognito::ManagedLoginBranding"),)
