"""The step handler: both contracts are checked, and the record is updated."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from lambdas.domain.outcomes import PROCESSING, SUCCEEDED
from lambdas.domain.step_handler import StepInput, step_handler
from lambdas.runtime.settings import StepSettings
from tests.fake_aws.account import Payload
from tests.lambdas.account import CONTEXT, STEPS, Account
from tests.lambdas.domain.example_steps import SECRET, VALIDATION, example, found_sound, found_wrongly, rejected
from workflow import contracts
from workflow.contracts.errors import ContractViolation, ImageRejected

Path = tuple[str, ...]


def required(schema: dict[str, Any], path: Path = ()) -> Iterator[Path]:
    """Yield the path of every required field of schema, at any depth."""
    for name in schema.get("required", []):
        yield (*path, name)
        yield from required(schema["properties"][name], (*path, name))


def parent(payload: Payload, path: Path) -> Payload:
    """Return the object in payload that holds the last name of path."""
    for name in path[:-1]:
        payload = payload[name]
    return payload


every_required_field = pytest.mark.parametrize(
    ("contract", "path"),
    [(contract, path) for contract in STEPS for path in required(contracts.resolved(f"{contract}.input"))],
    ids=lambda value: value if isinstance(value, str) else ".".join(value),
)


@every_required_field
def test_a_missing_field_is_named(contract: str, path: Path) -> None:
    """Without a required field no step begins; the error names path and field."""
    event = example(contract)
    del parent(event, path)[path[-1]]
    with pytest.raises(ContractViolation) as broken:
        STEPS[contract](event, CONTEXT)
    assert broken.value.contract == f"{contract}.input"
    assert broken.value.path == ".".join(("$", *path[:-1]))
    assert broken.value.rule == "required"
    assert path[-1] in broken.value.requirement


@every_required_field
def test_a_wrong_field_is_named_without_its_value(contract: str, path: Path) -> None:
    """A field of the wrong type is reported by path and rule, without its value."""
    event = example(contract)
    where = parent(event, path)
    where[path[-1]] = [SECRET] if not isinstance(where[path[-1]], list) else {SECRET: SECRET}
    with pytest.raises(ContractViolation) as broken:
        STEPS[contract](event, CONTEXT)
    assert broken.value.path == ".".join(("$", *path))
    assert broken.value.rule in {"type", "enum"}
    assert broken.value.path in str(broken.value)
    assert SECRET not in str(broken.value)


@pytest.mark.parametrize("contract", STEPS)
def test_a_field_that_violates_its_pattern_is_not_repeated(contract: str) -> None:
    """A text of the wrong form is not repeated in the message either."""
    event = example(contract)
    event["image"]["owner"] = SECRET
    with pytest.raises(ContractViolation) as broken:
        STEPS[contract](event, CONTEXT)
    assert (broken.value.path, broken.value.rule) == ("$.image.owner", "pattern")
    assert SECRET not in str(broken.value)


@step_handler("archive-image", StepSettings, stored_as="archive", final_status=SUCCEEDED)
def archived(event: StepInput, settings: StepSettings) -> Payload:
    """Return the example of an archived image."""
    del event, settings
    return dict(contracts.schema("archive-image.output")["examples"][0])


def test_result_is_returned_and_stored(account: Account) -> None:
    """A step returns its result, and the record holds it under the attribute and the step's name."""
    event = account.begin(b"data")
    assert found_sound(event, CONTEXT) == VALIDATION
    record = account.record(event)
    assert record["validation"] == VALIDATION
    assert record["steps"].keys() == {"ValidateImage"}
    assert record["status"] == PROCESSING


def test_only_the_last_step_makes_the_record_final(account: Account) -> None:
    """Only the step with a final status sets one in the record."""
    event = {**example("archive-image"), **account.begin(b"data")}
    archived(event, CONTEXT)
    assert account.record(event)["status"] == SUCCEEDED


def test_a_result_that_violates_its_contract_is_not_used(account: Account) -> None:
    """A result outside of the contract reaches neither the next step, nor the record, nor a message."""
    event = account.begin(b"data")
    before = account.record(event)
    with pytest.raises(ContractViolation) as broken:
        found_wrongly(event, CONTEXT)
    assert broken.value.contract == "validate-image.output"
    assert broken.value.path == "$.width"
    assert SECRET not in str(broken.value)
    assert account.record(event) == before


def test_an_error_of_the_work_passes_unchanged(account: Account) -> None:
    """A rejection leaves the function under its own name, and no step is stored as complete."""
    event = account.begin(b"data")
    before = account.record(event)
    with pytest.raises(ImageRejected) as error:
        rejected(event, CONTEXT)
    contracts.check("rejection", json.loads(str(error.value)))
    assert account.record(event) == before


def test_additional_fields_are_accepted(account: Account) -> None:
    """A payload with an additional field still keeps the contract."""
    event = account.begin(b"data")
    assert found_sound({**event, "color": SECRET}, CONTEXT) == VALIDATION
