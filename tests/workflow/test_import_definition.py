"""The import pipeline: its states, what it reads, and how a run and a batch are tried again."""

from typing import Any

import pytest
from statelint.linter import Linter

from asl.language import each_state
from tests.fake_aws.interpreter import substituted
from workflow import contracts, proof
from workflow.import_definition import states_language
from workflow.steps import BATCH_SIZE, IMPORT

MACHINE = states_language()
MAPS = {name: state for name, state in MACHINE["States"].items() if state["Type"] == "Map"}
TASKS = {name: state for name, state in each_state(MACHINE) if state["Type"] == "Task"}
EXPRESS_SECONDS = 300  # after which AWS ends an EXPRESS execution

each_map = pytest.mark.parametrize("name", MAPS)


def test_data_flow_is_proved() -> None:
    """Every state gets what its contract needs. Only the lines of inventories are undecided, and accepted."""
    found = proof.IMPORT.prove()
    assert found.open_findings == []
    assert {finding.state for finding in found.findings} == {"ImportInventoryBatch"}


def test_a_source_of_each_kind_has_a_map() -> None:
    """The kinds of the contract are those that the Choice knows; the last one needs no rule."""
    kinds = [
        one["properties"]["kind"]["const"]
        for one in contracts.resolved("import-input")["properties"]["source"]["anyOf"]
    ]
    choice = MACHINE["States"]["ChooseSource"]
    ruled = {rule["StringEquals"]: rule["Next"] for rule in choice["Choices"]}
    assert [*ruled, "INVENTORY"] == kinds
    assert {*ruled.values(), choice["Default"]} == MAPS.keys()


@each_map
def test_a_map_runs_express_executions(name: str) -> None:
    """Each batch has an EXPRESS execution, and results go to S3: neither fits the history or the payload of one execution."""
    state = MAPS[name]
    assert state["ItemProcessor"]["ProcessorConfig"] == {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"}
    assert state["ResultWriter"]["Parameters"]["Bucket"] == "${UploadBucket}"
    assert "Iterator" not in state


@each_map
def test_input_decides_how_fast_and_how_much(name: str) -> None:
    """Concurrency, tolerated failures and the limit are parameters of the run, and the batch is the one that the contract allows."""
    state = MAPS[name]
    assert state["MaxConcurrencyPath"] == "$.maxConcurrency"
    assert state["ToleratedFailurePercentagePath"] == "$.toleratedFailurePercentage"
    assert state["ItemReader"]["ReaderConfig"]["MaxItemsPath"] == "$.limit"
    items = contracts.resolved("import-images.input")["properties"]["items"]
    assert state["ItemBatcher"]["MaxItemsPerBatch"] == BATCH_SIZE == items["maxItems"]


@each_map
def test_a_run_is_tried_again_for_hours(name: str) -> None:
    """A run of which too many batches failed is tried again for longer than an hour, and goes on where it was."""
    (retrier,) = (one for one in MAPS[name]["Retry"] if "States.ExceedToleratedFailureThreshold" in one["ErrorEquals"])
    delays = (
        min(retrier["MaxDelaySeconds"], retrier["IntervalSeconds"] * retrier["BackoffRate"] ** n)
        for n in range(retrier["MaxAttempts"])
    )
    assert sum(delays) > 6 * 3600


@pytest.mark.parametrize("name", TASKS)
def test_two_attempts_fit_an_express_execution(name: str) -> None:
    """A batch whose function is killed at its time limit gets another attempt, and nothing of it is lost by an error."""
    assert 2 * TASKS[name]["TimeoutSeconds"] < EXPRESS_SECONDS
    assert TASKS[name]["Retry"][-1]["ErrorEquals"] == ["States.ALL"]
    assert TASKS[name]["Parameters"]["FunctionName"] == f"${{{IMPORT.function}}}"


def test_linter_of_the_language_finds_nothing() -> None:
    """The linter accepts the machine, but for the fields of ReaderConfig, which it does not know."""
    values = dict.fromkeys(("Partition", "UploadBucket", IMPORT.function), "x")
    assert list(_problems(substituted(MACHINE, **values))) == []


def _problems(machine: dict[str, Any]) -> list[str]:
    return [found for found in Linter.validate(machine) if "ItemReader.ReaderConfig" not in found]
