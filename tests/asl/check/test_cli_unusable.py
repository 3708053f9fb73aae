"""The command line on unusable input: exit code 2, and one line on stderr that says what is wrong and where."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from asl.check.cli import main
from tests.asl.check.mutation import dropping, renaming, setting

ORDERS = Path(__file__).parents[3] / "docs/examples/orders"
MACHINE, MAPPING = "machine.json", "contracts/mapping.json"
ORDER = "contracts/order.json"

STATES = "States"
CHECK, ASK = f"{STATES}/CheckOrder", f"{STATES}/HasCoupon"


def refusal(folder: Path, capsys: pytest.CaptureFixture[str]) -> str:
    """Return the line on stderr for the example in folder, which has to be refused."""
    assert main([str(folder / MACHINE), "--contracts", str(folder / "contracts")]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    (line,) = printed.err.splitlines()
    assert line.startswith("asl-check: ")
    return line.removeprefix("asl-check: ")


@pytest.fixture
def orders(tmp_path: Path) -> Path:
    """Give a copy of the example to damage."""
    return Path(shutil.copytree(ORDERS, tmp_path / "orders"))


@pytest.mark.parametrize("file", [MACHINE, MAPPING, ORDER, "contracts/common.json"])
@pytest.mark.parametrize("text", ["", "{", "\xff", None])
def test_file_that_cannot_be_read(
    orders: Path, capsys: pytest.CaptureFixture[str], file: str, text: str | None
) -> None:
    """A file that is missing or holds no JSON is named."""
    if text is None:
        (orders / file).unlink()
    else:
        (orders / file).write_bytes(text.encode("latin-1"))
    message = refusal(orders, capsys)
    assert Path(file).stem in message
    assert "cannot be read" in message or "no contract" in message or "is not in" in message


@pytest.mark.parametrize("file", [MACHINE, MAPPING, ORDER])
def test_file_with_a_byte_order_mark(orders: Path, capsys: pytest.CaptureFixture[str], file: str) -> None:
    """An editor may have put it there. JSON does not have it, and Step Functions refuses it."""
    (orders / file).write_bytes(b"\xef\xbb\xbf" + (orders / file).read_bytes())
    message = refusal(orders, capsys)
    assert Path(file).stem in message
    assert "byte order mark" in message


@pytest.mark.parametrize("file", [MACHINE, MAPPING, ORDER])
def test_name_that_an_object_has_twice(orders: Path, capsys: pytest.CaptureFixture[str], file: str) -> None:
    """JSON keeps the last of two states, edges or keywords of one name, so that the first would not be checked."""
    text = (orders / file).read_text(encoding="utf-8").rstrip().removesuffix("}")
    (orders / file).write_text(f'{text}, "Twice\\u001b": 1, "Twice\\u001b": 2}}', encoding="utf-8")
    message = refusal(orders, capsys)
    assert Path(file).stem in message
    assert r"the name Twice\x1b twice" in message


def test_name_that_is_twice_in_yaml(orders: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As in JSON; the message has the line of the object."""
    (orders / "machine.yaml").write_text("StartAt: A\nStates:\n  A: {Type: Succeed}\n  A: {Type: Fail}\n")
    assert main([str(orders / "machine.yaml")]) == 2
    assert "line 3: an object has the name A twice" in capsys.readouterr().err


TWICE = '{"StartAt": "A", "States": {"A": {"Type": "Succeed"}, "A": {"Type": "Fail"}}}'
ONCE = "{StartAt: A, States: {A: {Type: Succeed}}}"


@pytest.mark.parametrize(
    ("definition", "code"),
    [(f"Definition: {TWICE}", 2), (f"DefinitionString: '{TWICE}'", 2), (f"Definition: {ONCE}", 0)],
)
def test_name_that_is_twice_in_a_template(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], definition: str, code: int
) -> None:
    """It matters in a definition only: templates that have one elsewhere are deployed."""
    function = "{Type: AWS::Lambda::Function, Properties: {Handler: a, Handler: b}}"
    machine = f"{{Type: AWS::StepFunctions::StateMachine, Properties: {{{definition}}}}}"
    (tmp_path / "t.yaml").write_text(f"Resources:\n  F: {function}\n  M: {machine}\n")
    assert main([str(tmp_path / "t.yaml")]) == code
    assert ("the name A twice" in capsys.readouterr().err) is (code == 2)


def test_folder_of_contracts_that_is_missing(orders: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Where the folder of contracts is missing, the message names its mapping."""
    shutil.rmtree(orders / "contracts")
    assert f"{orders / MAPPING} cannot be read" in refusal(orders, capsys)


@pytest.mark.share(5)
@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda _: [], "this is no state machine: $: an array of 0 items, where an object of"),
        (dropping("StartAt"), "$.StartAt: nothing, where a string"),
        (dropping(STATES), "$.States: nothing, where an object is required"),
        (setting("StartAt", "Nowhere"), "StartAt leads to Nowhere"),
        (setting(f"{CHECK}/Next", "Nowhere"), "CheckOrder leads to Nowhere"),
        (setting(f"{CHECK}/Catch/0/Next", "Nowhere"), "CheckOrder leads to Nowhere"),
        (setting(f"{ASK}/Choices/0/Next", "Nowhere"), "HasCoupon leads to Nowhere"),
        (setting(f"{ASK}/Default", "Nowhere"), "HasCoupon leads to Nowhere"),
        (setting(f"{STATES}/ChargeAndPack/Branches/0/StartAt", "SaveOrder"), "StartAt leads to SaveOrder"),
        (dropping(f"{CHECK}/Next"), "$.States.CheckOrder: needs either Next or End: true"),
        (dropping(f"{CHECK}/Type"), "$.States.CheckOrder.Type: nothing, where a string"),
        (dropping(f"{CHECK}/Resource"), "$.States.CheckOrder.Resource: nothing, where a string"),
        (
            dropping(f"{CHECK}/Catch/0/ErrorEquals"),
            "$.States.CheckOrder.Catch[0].ErrorEquals: nothing, where an array",
        ),
        (setting(f"{CHECK}/ResultPath", 5), "$.States.CheckOrder.ResultPath: 5, where a string"),
        (dropping(f"{ASK}/Choices"), "$.States.HasCoupon.Choices: nothing, where an array"),
        (
            setting(f"{ASK}/Choices", []),
            "$.States.HasCoupon.Choices: an array of 0 items, where an array of at least 1",
        ),
        (
            setting(f"{ASK}/Choices/0/And/0", {"Variable": "$.order"}),
            "Choices[0].And[0]: needs one operator, and has none",
        ),
        (
            renaming(f"{ASK}/Choices/0/And/0/IsPresent", "IsPressent"),
            "Choices[0].And[0]: needs one operator, and has IsPressent",
        ),
        (renaming(f"{ASK}/Choices/0/And/0/Variable", "Comment"), "And[0].Variable: nothing, where a string"),
        (dropping(f"{STATES}/ReserveLines/ItemProcessor"), "ReserveLines: needs either Iterator or ItemProcessor"),
        (dropping(f"{STATES}/ChargeAndPack/Branches"), "ChargeAndPack.Branches: nothing, where an array"),
        (
            setting(f"{STATES}/ReserveLines/ItemProcessor", {"StartAt": "Pack", STATES: {"Pack": {"Type": "Succeed"}}}),
            "there are two states Pack",
        ),
    ],
)
def test_file_that_is_no_machine(
    orders: Path, capsys: pytest.CaptureFixture[str], change: Callable[[Any], Any], words: str
) -> None:
    """For what is not a state machine, or has states that lead to no state, the message names the place."""
    damage(orders / MACHINE, change)
    assert words in refusal(orders, capsys)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda _: [], "mapping.json: $: an array of 0 items, where an object of"),
        (dropping("startsWith"), "the mapping does not say what the machine startsWith"),
        (setting("startsWith", "ordr"), "there is no contract ordr in"),
        (setting("startsWith", 5), "mapping.json: $.startsWith: 5, where a string"),
        (setting("accept", {}), "the mapping has unknown fields: ['accept']"),
        (setting("states/Pack/gives", "pack.outptu"), "there is no contract pack.outptu in"),
        (
            setting("states/Pack/give", "pack.output"),
            "Pack: an edge is one of takes, gives, raises, says, leaves, not ['give']",
        ),
        (setting("states/Pcak", {}), "the mapping names Pcak, which the machine does not have"),
        (setting("states/Pack", "pack.input"), 'mapping.json: $.states.Pack: "pack.input", where an object'),
        (
            setting("states/HasCoupon", {"takes": "order"}),
            "HasCoupon: the mapping says what it takes, which no Choice does",
        ),
        (
            setting("states/Shipped", {"leaves": "order"}),
            "Shipped: the mapping says what it leaves, which no Succeed does",
        ),
        (
            setting("accepted", {"Pcak.Resource": "fine"}),
            "the mapping names Pcak.Resource, which the machine does not have",
        ),
        (
            setting("accepted", {"Pack.Resource": True}),
            "mapping.json: $.accepted.Pack.Resource: true, where a string",
        ),
    ],
)
def test_mapping_with_unknown_names(
    orders: Path, capsys: pytest.CaptureFixture[str], change: Callable[[Any], Any], words: str
) -> None:
    """For a mapping with an unknown contract, state, edge or field, the message names it."""
    damage(orders / MAPPING, change)
    assert words in refusal(orders, capsys)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda _: [], "order.json is no JSON Schema: it is no object"),
        (
            setting("properties/orderId", {"type": "string", "contentEncoding": "base64"}),
            "order/properties/orderId: ['contentEncoding'] on type string is",
        ),
        (
            setting("properties/lines/contains", {"type": "string"}),
            "order/properties/lines: ['contains'] on type array is outside",
        ),
        (
            setting("oneOf", [{"required": ["coupon"]}, {"required": ["orderId"]}]),
            "order: oneOf, of alternatives that may have a value in common, is outside the dialect",
        ),
        (setting("properties/coupon", {"maxLength": 3}), "order/properties/coupon: ['maxLength'] without a type is"),
        (
            setting("properties/coupon", {"not": {"type": "null"}, "type": "string"}),
            "order/properties/coupon: not, of anything but const",
        ),
        (
            setting("properties/coupon", {"enum": ["a"], "maxLength": 3}),
            "order/properties/coupon: enum beside ['maxLength']",
        ),
        (
            setting("properties/coupon", {"enum": ["a", 1], "type": "string"}),
            "order/properties/coupon: enum of another type",
        ),
        (
            setting("properties/coupon", {"type": "string", "pattern": "("}),
            "order/properties/coupon: the pattern ( (",
        ),
        (setting("properties/coupon", {"type": "text"}), "order/properties/coupon: type text is outside"),
        (setting("required", "orderId"), "order: required 'orderId' is outside"),
        (
            setting("properties/coupon", {"type": "string", "maxLength": "9"}),
            "order/properties/coupon: maxLength '9' is outside",
        ),
        (setting("properties/coupon", "text"), "order/properties/coupon: the schema 'text' is outside"),
        (setting("properties/coupon", {"$ref": "coupon.json"}), "refers to coupon.json, which is not in"),
        (setting("properties/coupon", {"$ref": "common.json#/$defs/coupon"}), "order refers to /$defs/coupon"),
        (setting("properties/coupon", {"$ref": "order.json"}), "refers to itself"),
    ],
)
def test_contract_that_cannot_be_used(
    orders: Path, capsys: pytest.CaptureFixture[str], change: Callable[[Any], Any], words: str
) -> None:
    """For an invalid schema, an unresolved reference or an unsupported keyword, the message names the contract and the place."""
    damage(orders / ORDER, change)
    assert words in refusal(orders, capsys)


def damage(file: Path, change: Callable[[Any], Any]) -> None:
    """Change the document in file in place, or to what change returns."""
    document = json.loads(file.read_text(encoding="utf-8"))
    returned = change(document)
    file.write_text(json.dumps(document if returned is None else returned), encoding="utf-8")


def test_machine_without_end_in_depth(orders: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A machine within a machine within a machine, and so on, is no traceback."""
    level = '{"StartAt": "A", "States": {"A": {"Type": "Parallel", "End": true, "Branches": ['
    (orders / MACHINE).write_text(level * 30_000, encoding="utf-8")
    assert "nested more than 128 levels deep" in refusal(orders, capsys)
