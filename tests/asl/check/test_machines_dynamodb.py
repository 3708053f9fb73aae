"""Small machines that call DynamoDB: its items, their values, and its responses."""

from typing import Any

import pytest

from tests.asl.check.test_machines import (
    TEXT,
    Found,
    State,
    closed,
    ending,
    found,
    proof_of,
)
from tests.asl.check.test_machines_services import START, calling, errors_in

KEY = {"id": {"S.$": "$.id"}}
READ = ("B", "Parameters.read.$", True)


def dynamodb(action: str, **parameters: Any) -> State:
    """Return a task that calls DynamoDB."""
    return {
        "Type": "Task",
        "Resource": f"arn:aws:states:::dynamodb:{action}",
        "Parameters": {"TableName": "t", **parameters},
    }


@pytest.mark.parametrize(
    ("call", "parameters", "findings"),
    [
        ("putItem", {"TableName": "t", "Item": KEY}, set()),
        ("putItem", {"TableName": "t", "Item": {"n": {"N.$": "States.Format('{}', $.n)"}}}, set()),
        ("putItem", {"TableName": "t", "Item": {"n": {"N.$": "$.n"}}}, errors_in("Item.n.N.$")),
        ("putItem", {"TableName": "t", "Item": {"id.$": "$.id"}}, {("A", "Parameters.Item.id.$", False)}),
        ("putItem", {"TableName": "t", "Item": {"id": {"S.$": "$.may"}}}, errors_in("Item.id.S.$")),
        ("putItem", {"TableName": "t", "Item": {"tags": {"SS.$": "$.tags"}}}, set()),
        (
            "putItem",
            {"TableName": "t", "Item": {"a": {"BOOL": True}, "b": {"NULL": True}, "c": {"L": []}, "d": {"M": {}}}},
            set(),
        ),
        ("putItem", {"TableName": "t", "Item": {"a": {"BOOL": "true"}}}, {("A", "Parameters.Item.a.BOOL", False)}),
        ("putItem", {"Table": "t", "Item": KEY}, errors_in("Table", "TableName")),
        ("putItem", {"TableName": "t", "Key": KEY}, errors_in("Item", "Key")),
        ("deleteItem", {"TableName": "t", "Key": KEY}, set()),
        ("deleteItem", {"TableName": "t", "Item": KEY}, errors_in("Item", "Key")),
        ("deleteItem", {"TableName": "t", "Key": KEY, "ConditionExpression": "attribute_exists(id)"}, set()),
        ("updateItem", {"TableName": "t", "Key": KEY, "UpdateExpression": "SET n = :n"}, set()),
        ("updateItem", {"TableName": "t", "Key": KEY, "ReturnValues": "NEW"}, errors_in("ReturnValues")),
        (
            "updateItem",
            {"TableName": "t", "Key": KEY, "ExpressionAttributeValues": {":n": {"N.$": "$.n"}}},
            errors_in("ExpressionAttributeValues.:n.N.$"),
        ),
        ("getItem", {"TableName": "t", "Key": KEY, "UpdateExpression": "x"}, errors_in("UpdateExpression")),
    ],
)
def test_dynamodb(call: str, parameters: State, findings: Found) -> None:
    """A call of DynamoDB takes its own parameters, and each attribute value under its type, as the right JSON type."""
    gives = {"gives": closed({"Item": closed({"id": closed({"S": TEXT})})})}
    assert calling(f"dynamodb:{call}", parameters, gives) == findings


def test_item_that_is_read() -> None:
    """An item that is read may be absent, unless a contract says what is there."""
    read = {"TableName": "t", "Key": KEY}
    assert READ in calling("dynamodb:getItem", read, path="$.Item.id.S")
    assert calling("dynamodb:getItem", read) == set()
    known = {"gives": closed({"Item": closed({"id": closed({"S": TEXT})})})}
    assert calling("dynamodb:getItem", read, known, "$.Item.id.S") == set()


def test_size_of_an_item() -> None:
    """An item of any size is warned of, unless a contract bounds it; the response to a write has no item."""
    put, get = ending(dynamodb("putItem", Item=KEY)), ending(dynamodb("getItem", Key=KEY))
    known = {"A": {"gives": closed({"Item": closed({"id": closed({"S": TEXT})})})}}
    proofs = [proof_of(put, START), proof_of(get, START), proof_of(get, START, known)]
    assert [("A", "result") in proof.warnings for proof in proofs] == [False, True, False]


@pytest.mark.parametrize(
    ("value", "holds"),
    [
        ({"M": {"n": {"N.$": "$.order.pieces"}}}, False),
        ({"M": {"n": {"N.$": "States.Format('{}', $.order.pieces)"}}}, True),
        ({"L": [{"S.$": "$.order.id"}, {"L": [{"N": 5}]}]}, False),
        ({"L": [{"S.$": "$.order.id"}, {"L": [{"N": "5"}]}]}, True),
        ({"M": {"n": "plain"}}, True),
        ({"M": {"n": 5}}, False),
        ({"S": "$.order.id"}, False),
        ({"S": "$.order.other"}, True),
    ],
)
def test_attribute_values_at_any_depth(value: State, holds: bool) -> None:
    """Maps and lists hold attribute values, whose numbers are strings; a path without `.$` is text, and certainly a mistake."""
    certain = {one for one in found(ending(dynamodb("putItem", Item={"id": {"S": "1"}, "v": value}))) if one[2]}
    assert (certain == set()) is holds


@pytest.mark.parametrize(
    "more",
    [
        {"ReturnValuesOnConditionCheckFailure": "ALL_OLD"},
        {"ConditionalOperator": "AND"},
        {"ReturnConsumedCapacity": "TOTAL"},
    ],
)
def test_parameters_that_dynamodb_takes(more: State) -> None:
    """All parameters of DynamoDB's own model are known."""
    assert found(ending(dynamodb("putItem", Item={"id": {"S": "1"}}, **more))) == set()
