"""Policy documents: small functions that return statements, each named by what it is for."""

from collections.abc import Sequence
from typing import Any

from awacs.aws import Action, Allow, Bool, Condition, Deny, PolicyDocument, Principal, Statement, StringEquals
from awacs.sts import AssumeRole
from troposphere import Ref, Sub

ALL_RESOURCES = "*"  # as a resource only where the service offers no other; each use says so


def allow(purpose: str, actions: Sequence[Action], *resources: Any, **fields: Any) -> Statement:
    """Return a statement that allows actions on resources; purpose, in plain words, becomes its Sid.

    docs/permissions.md turns Sids back into words.
    """
    sid = "".join(word.capitalize() for word in purpose.split())
    return Statement(Sid=sid, Effect=Allow, Action=list(actions), Resource=list(resources), **fields)


def policy_document(*statements: Statement) -> PolicyDocument:
    """Return a policy document of statements."""
    return PolicyDocument(Version="2012-10-17", Statement=list(statements))


def trust_policy(service: str, **fields: Any) -> PolicyDocument:
    """Return the trust policy that lets service, such as "lambda", take the role.

    A role can be passed within its own account only. A condition on the account is for services that are documented to send
    it when they take a role, as Step Functions is. Of Lambda, and of API Gateway for its logs, AWS documents no such thing,
    and a condition on a key that is not sent would keep the service out.
    """
    principal = Principal("Service", f"{service}.amazonaws.com")
    return policy_document(Statement(Effect=Allow, Principal=principal, Action=[AssumeRole], **fields))


def in_this_account() -> Condition:
    """Return the condition that a service acts for something in this account."""
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
