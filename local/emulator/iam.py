"""Asks ministack's evaluator of permissions whether AWS would let one of its services do something.

Ministack is imported in the functions: it reads the environment and sets up logging when it is imported.
"""

import importlib
from typing import Any


def role_may(role: str, action: str, resource: str) -> bool:
    """Return whether the policies of a role, given by its ARN, and of the resource allow an action on it."""
    evaluator, own_account = _evaluator(), account()
    name = role.rsplit("/", 1)[-1]
    session = f"arn:aws:sts::{own_account}:assumed-role/{name}/service"
    context = evaluator.EvalContext(session, "AssumedRole", own_account, action, resource, region())
    own = evaluator.evaluate(context, evaluator._gather_role_policies(name, own_account))  # noqa: SLF001 - no other way
    found = evaluator._resource_policy(action.partition(":")[0], resource)  # noqa: SLF001 - no other way
    return bool((evaluator.combine_resource_policy(own, context, *found) if found else own).decision == "Allow")


def function_allows(function: str, service: str, source: str) -> bool:
    """Return whether the policy of a function lets a service invoke it on behalf of source, an ARN."""
    policy, _ = ministack_service("lambda_svc").function_policy_for_arn(function) or ({}, None)
    request = {"action": "lambda:InvokeFunction", "resource_arn": function, "region": region()}
    context = _evaluator().EvalContext("*", "Service", "", **request, service_context={"aws:sourcearn": source})
    return bool(_evaluator().evaluate_resource_policy(policy, context, service=service).decision == "Allow")


def caller_arn() -> str:
    """Return who sent the request that is being handled."""
    return str(_evaluator().caller_arn())


def account() -> str:
    """Return the account of the request that is being handled."""
    return str(importlib.import_module("ministack.core.responses").get_account_id())


def region() -> str:
    """Return the region of the request that is being handled."""
    return str(importlib.import_module("ministack.core.responses").get_region())


def ministack_service(name: str) -> Any:
    """Return ministack's module of a service."""
    return importlib.import_module(f"ministack.services.{name}")


def _evaluator() -> Any:
    return importlib.import_module("ministack.core.iam_evaluator")
