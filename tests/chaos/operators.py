"""Operators: people who run `python -m operations` at any time, with the real code of its commands."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from operations.command_line import main
from operations.commands import outcomes, sweep
from operations.stack import Stack
from templates.release import contracts_digest, version
from tests.chaos.faults import Fault
from tests.fake_aws.resources import TABLE, UPLOADS

if TYPE_CHECKING:
    import pytest

    from tests.chaos.account import Account
    from tests.chaos.journal import Journal
    from tests.chaos.scheduler import Scheduler

REDRIVE, REPROCESS, SWEEP = "redrive", "reprocess", "sweep"  # commands, which name their actors
DRY_RUN = 0.1  # of the commands


@dataclass(frozen=True)
class ChaosStack(Stack):
    """The stack of a schedule."""

    def function(self, logical_id: str) -> str:
        """Return the name of the function; it is its logical ID here."""
        return logical_id


def install(patch: pytest.MonkeyPatch, account: Account) -> None:
    """Let the commands find the stack of account, which no CloudFormation has created."""

    def find(name: str) -> Stack:
        named = {
            "WorkflowType": "WORKFLOW_TYPE",
            "RecordRetentionDays": "RECORD_RETENTION_DAYS",
            "MaxConcurrency": "MAX_CONCURRENCY",
        }
        settings = {name: os.environ[variable] for name, variable in named.items()}
        found = {
            "UploadBucketName": UPLOADS,
            "MetadataTableName": TABLE,
            "DeadLetterQueueUrl": account.dead_letters,
            "ProcessingPipelineArn": account.machine,
            "Version": version(),
            "ContractsDigest": contracts_digest(),
        }
        return ChaosStack(name, found, settings)

    for command in (outcomes, sweep):
        patch.setattr(command, "find_stack", find)


class Operators:
    """Operators, each of whom runs one command."""

    def __init__(self, scheduler: Scheduler, journal: Journal) -> None:
        """Let them act in the schedule of scheduler, on the images in journal."""
        self._scheduler = scheduler
        self._random = scheduler.random
        self._journal = journal

    def act(self, command: Fault) -> None:
        """Run a command, on everything or on one image."""
        one = self._random.choice(list(self._journal.uploads) or ["00000000-0000-4000-8000-000000000000"])
        arguments = {
            Fault.REDRIVE: [REDRIVE, self._random.choice([one, "--all"])],
            Fault.REPROCESS: [REPROCESS, self._random.choice([one, "uploads/"])],
            Fault.OPERATORS_SWEEP: [SWEEP, *self._random.choice([[], ["--everything"]])],
        }[command]
        dry = command is not Fault.OPERATORS_SWEEP and self._random.random() < DRY_RUN
        self.run(*arguments, *(["--dry-run"] if dry else []))

    def run(self, *arguments: str) -> None:
        """Run `python -m operations` with arguments; it prints its errors, and must raise none."""
        self._scheduler.note(" ".join(arguments))
        self._scheduler.spawn(arguments[0], partial(main, list(arguments)), works=True)
