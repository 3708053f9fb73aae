"""The deployment of a new version while executions run: it updates one function after the other, and the definition."""

from __future__ import annotations

import json
from collections import Counter
from functools import cache
from typing import TYPE_CHECKING, Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

from tests.chaos.faults import Fault
from tests.chaos.invocations import module_of
from workflow import contracts, releases
from workflow.contracts.errors import ContractViolation, NotConfigured
from workflow.steps import STEPS

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.chaos.context import Context

RELEASE = releases.FOLDER / releases.released()[-1]  # the version before the deployment
OTHERS = ["lambdas.sqs_trigger", "lambdas.finalize", "lambdas.sweep"]  # functions that name the state machine
CONTRACTS = {module_of(step.function): step.contract for step in STEPS}
REFUSALS = 4  # of a function at most, while its code is new and its configuration is old: that takes seconds
BEGINS = 0.05  # of the world's turns


class Deployment:
    """A deployment of the current version over the last released one, or none in this schedule.

    An execution that was started before continues under the definition of its start. The functions of the release stand
    for its code: they accept and return what its contracts have, and no more.
    """

    def __init__(self, context: Context) -> None:
        """Begin with the release, if faults draw the deployment; otherwise everything is of the current version."""
        self._scheduler = context.scheduler
        self._faults = context.faults
        self._account = context.account
        self._old: set[str] = set()
        self._updating: Counter[str] = Counter()  # refusals that are left
        self._waits = self._faults.draw({Fault.DEPLOYED: 1}, often=3) is not None
        if self._waits:
            self._old = {*CONTRACTS, *OTHERS}
        context.journal.deployed = self._waits
        self._account.define(released_definition() if self._waits else None)

    def act(self, *, at_once: bool = False) -> None:
        """Begin the deployment now, or not yet."""
        if self._waits and (at_once or self._scheduler.random.random() < BEGINS):
            self._waits = False
            self._scheduler.spawn("deployment", self._run)

    def _run(self) -> None:
        """Update what refers to nothing first, as CloudFormation does: steps, the definition, the functions around it."""
        for module in self._scheduler.random.sample(list(CONTRACTS), len(CONTRACTS)):
            self._update(module)
        self._account.define(None)
        self._scheduler.pause("definition is new")
        for module in self._scheduler.random.sample(OTHERS, len(OTHERS)):
            self._update(module)

    def _update(self, module: str) -> None:
        self._old.discard(module)
        self._updating[module] = REFUSALS
        self._scheduler.linger(f"code of {module} is new")
        del self._updating[module]
        self._scheduler.pause(f"configuration of {module} is new")

    def handle(self, module: str, handler: Callable[[Any, Any], Any], event: Any, context: Any) -> Any:
        """Return what the function of module, in its version of now, returns for event."""
        if self._updating[module]:
            self._updating[module] -= 1
            self._faults.count(Fault.NOT_CONFIGURED)
            raise NotConfigured("A_NEW_VARIABLE is not set")
        if module not in self._old or module not in CONTRACTS:
            return handler(event, context)
        contract = CONTRACTS[module]
        _check(f"{contract}.input", event)
        answer = projected(_released(f"{contract}.output"), handler(event, context))
        _check(f"{contract}.output", answer)
        return answer


@cache
def released_definition() -> dict[str, Any]:
    """Return the definition of the release, whose placeholders are not replaced."""
    definition: dict[str, Any] = json.loads((RELEASE / releases.DEFINITION).read_text(encoding="utf-8"))
    return definition


@cache
def _released(name: str) -> Any:
    return contracts.resolved(name, RELEASE)


def _check(name: str, payload: Any) -> None:
    """Raise ContractViolation if payload violates the release's contract called name."""
    if error := best_match(Draft202012Validator(_released(name)).iter_errors(payload)):
        raise ContractViolation(name, error.json_path, str(error.validator), f"violates {RELEASE.name}'s contract")


def projected(schema: Any, payload: Any) -> Any:
    """Return payload without the properties that schema, which is closed, does not have."""
    if isinstance(payload, dict) and "properties" in schema:
        known = schema["properties"]
        return {name: projected(known[name], value) for name, value in payload.items() if name in known}
    if isinstance(payload, list) and "items" in schema:
        return [projected(schema["items"], value) for value in payload]
    return payload
