"""The gate around the steps: both contracts checked, the record kept up to date."""

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
    """Yield the path of every field that schema asks for, however deep."""
    for name in schema.get("required", []):
        yield (*path, name)
        yield from required(schema["properties"][name], (*path, name))


def parent(payload: Payload, path: Path) -> Payload:
    """Return the object in payload that the last name of path stands in."""
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
    """Without a field that its contract asks for no step begins; the error names place and field."""
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
    """A field of the wrong type is told by path and rule; its value is in no message."""
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
def test_a_field_that_breaks_its_pattern_is_not_told(contract: str) -> None:
    """A text of the wrong form is not repeated either."""
    event = example(contract)
    event["image"]["owner"] = SECRET
    with pytest.raises(ContractViolation) as broken:
        STEPS[contract](event, CONTEXT)
    assert (broken.value.path, broken.value.rule) == ("$.image.owner", "pattern")
    assert SECRET not in str(broken.value)


@step_handler("archive-image", StepSettings, stored_as="archive", final_status=SUCCEEDED)
def archived(event: StepInput, settings: StepSettings) -> Payload:
    """Find every picture archived."""
    del event, settings
    return dict(contracts.schema("archive-image.output")["examples"][0])


def test_what_is_found_is_returned_and_noted(account: Account) -> None:
    """A step's answer is what it found, and the record has it under the step's word and name."""
    event = account.begin(b"data")
    assert found_sound(event, CONTEXT) == VALIDATION
    record = account.record(event)
    assert record["validation"] == VALIDATION
    assert record["steps"].keys() == {"ValidateImage"}
    assert record["status"] == PROCESSING


def test_the_last_step_ends_the_record(account: Account) -> None:
    """Only the step that says so moves the record to an end."""
    event = {**example("archive-image"), **account.begin(b"data")}
    archived(event, CONTEXT)
    assert account.record(event)["status"] == SUCCEEDED


def test_an_answer_that_breaks_its_contract_goes_nowhere(account: Account) -> None:
    """What a step may not promise reaches neither the next step, nor the record, nor a message."""
    event = account.begin(b"data")
    before = account.record(event)
    with pytest.raises(ContractViolation) as broken:
        found_wrongly(event, CONTEXT)
    assert broken.value.contract == "validate-image.output"
    assert broken.value.path == "$.width"
    assert SECRET not in str(broken.value)
    assert account.record(event) == before


def test_an_error_of_the_work_passes_unchanged(account: Account) -> None:
    """A rejection leaves the function under its own name, with nothing noted as done."""
    event = account.begin(b"data")
    before = account.record(event)
    with pytest.raises(ImageRejected) as error:
        rejected(event, CONTEXT)
    contracts.check("rejection", json.loads(str(error.value)))
    assert account.record(event) == before


def test_more_than_the_contract_asks_for_is_let_in(account: Account) -> None:
    """A payload that has grown a field still keeps the contract."""
    event = account.begin(b"data")
    assert found_sound({**event, "colour": SECRET}, CONTEXT) == VALIDATION
