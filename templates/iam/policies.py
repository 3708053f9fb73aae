"""Policy documents and their statements; each statement is named by its purpose."""

from collections.abc import Sequence
from typing import Any

from awacs.aws import Action, Allow, Bool, Condition, Deny, PolicyDocument, Principal, Statement, StringEquals
from awacs.sts import AssumeRole
from troposphere import Ref, Sub

ALL_RESOURCES = "*"  # only where the service has no narrower resource; each use says so


def allow(purpose: str, actions: Sequence[Action], *resources: Any, **fields: Any) -> Statement:
    """Return a statement that allows actions on resources; its Sid is made of the words of purpose.

    docs/permissions.md shows the Sids as words again.
    """
    sid = "".join(word.capitalize() for word in purpose.split())
    return Statement(Sid=sid, Effect=Allow, Action=list(actions), Resource=list(resources), **fields)


def policy_document(*statements: Statement) -> PolicyDocument:
    """Return a policy document of statements."""
    return PolicyDocument(Version="2012-10-17", Statement=list(statements))


def trust_policy(service: str, **fields: Any) -> PolicyDocument:
    """Return the trust policy that lets service, such as "lambda", assume the role.

    A role can be passed only within its own account. A condition on the account is for services that are documented to send
    it when they assume a role, as Step Functions is. AWS documents this neither for Lambda nor for API Gateway's logs, and a
    condition on a key that is not sent would deny the service.
    """
    principal = Principal("Service", f"{service}.amazonaws.com")
    return policy_document(Statement(Effect=Allow, Principal=principal, Action=[AssumeRole], **fields))


def in_this_account() -> Condition:
    """Return the condition that a service acts for a resource of this account."""
    return Condition(StringEquals("aws:SourceAccount", Ref("AWS::AccountId")))


def deny_without_tls(actions: list[Action], resources: list[Any]) -> Statement:
    """Return the statement that denies actions on resources to every caller without TLS."""
    return Statement(
        Sid="WhateverIsNotEncryptedOnItsWay",
        Effect=Deny,
        Principal=Principal("*"),
        Action=actions,
        Resource=resources,
        Condition=Condition(Bool("aws:SecureTransport", False)),
    )


def object_arns(bucket: str, prefix: str = "") -> Sub:
    """Return the ARN of the objects below prefix in the bucket with the logical ID bucket."""
    return Sub(f"${{{bucket}.Arn}}/{prefix}*")
