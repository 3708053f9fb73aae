"""The hooks of a schedule with an outage: what a service refuses fails, and a retry waits for as long as it would."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.chaos.fault_hooks import FaultHooks

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.chaos.outages.world import OutageWorld


class OutageHooks(FaultHooks):
    """Hooks without faults of their own."""

    _world: OutageWorld

    def call(self, client: Any, operation: str, *rest: Any, **named: Any) -> Any:
        """Make an AWS call, which fails if a function makes it and its service is down."""
        if self._scheduler.works():
            self._world.count()
            if self._world.refuses(client.meta.service_model.service_name, operation):
                self._scheduler.note(operation, "refused")
                raise self._world.outage.of_call(client, operation)
        return super().call(client, operation, *rest, **named)

    def attempt(self, state: str, service: str, do: Callable[[], None]) -> None:
        """Run an attempt of a state's task, once Step Functions is not down; it fails if the task's service is."""
        self._world.count()
        self._world.await_step_functions()
        if self._world.is_down(service):
            self._scheduler.note(state, "refused")
            raise self._world.outage.of_task(service)
        super().attempt(state, service, do)

    def begin(self, execution: Any, run: Callable[[], None]) -> None:
        """Start an execution, which Step Functions ends at its time limit."""
        super().begin(execution, run)
        self._world.limit(execution)
