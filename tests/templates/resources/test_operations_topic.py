"""For operators: the topic of the alarms, its key, and the executions' log."""

from tests.templates.emitted import arn, properties, ref, resources, statements, template


def test_only_alarms_of_this_account_publish_to_operators() -> None:
    """Only CloudWatch may publish to the operations topic, for alarms of this account and region."""
    (allowed,) = (one for one in statements("OperationsTopicPolicy") if one["Effect"] == "Allow")
    assert allowed["Principal"] == {"Service": "cloudwatch.amazonaws.com"}
    assert allowed["Condition"]["StringEquals"] == {"aws:SourceAccount": ref("AWS::AccountId")}
    assert allowed["Condition"]["ArnLike"]["aws:SourceArn"]["Fn::Sub"].endswith(":alarm:*")


def test_operators_messages_are_encrypted_with_a_key_that_alarms_can_use() -> None:
    """The operations topic has its own key, which is rotated, and which CloudWatch may use."""
    assert properties("OperationsTopic")["KmsMasterKeyId"] == ref("OperationsKey")
    key = properties("OperationsKey")
    assert key["EnableKeyRotation"] is True
    (use,) = (
        one for one in key["KeyPolicy"]["Statement"] if one["Principal"] == {"Service": "cloudwatch.amazonaws.com"}
    )
    assert use["Action"] == ["kms:Decrypt", "kms:GenerateDataKey"]
    (publish,) = (one for one in statements("OperationsTopicPolicy") if one["Effect"] == "Allow")
    assert use["Condition"] == publish["Condition"]


def test_account_may_administer_the_key_but_not_use_it() -> None:
    """The account may administer the key, so that it is not locked out; no action is a pattern, and none uses the key."""
    (keep,) = (one for one in properties("OperationsKey")["KeyPolicy"]["Statement"] if "AWS" in one["Principal"])
    assert "kms:PutKeyPolicy" in keep["Action"]
    assert not [action for action in keep["Action"] if "*" in action or "crypt" in action]


def test_alarms_are_mailed_if_there_is_an_address() -> None:
    """If AlarmEmail is given, it is subscribed to the operations topic."""
    subscription = resources()["OperationsEmail"]
    assert subscription["Condition"] == "HasAlarmEmail"
    assert subscription["Properties"] == {
        "TopicArn": ref("OperationsTopic"),
        "Protocol": "email",
        "Endpoint": ref("AlarmEmail"),
    }


def test_executions_are_traced_and_logged_without_payloads() -> None:
    """X-Ray traces executions; their log has no payloads unless the operator enables them."""
    machine = properties("ProcessingPipeline")
    assert machine["TracingConfiguration"] == {"Enabled": True}
    logging = machine["LoggingConfiguration"]
    assert logging["IncludeExecutionData"] == ref("WorkflowLogPayloads")
    assert logging["Level"] == ref("WorkflowLogLevel")
    (destination,) = logging["Destinations"]
    assert destination["CloudWatchLogsLogGroup"]["LogGroupArn"] == arn("ProcessingPipelineLogs")


def test_payloads_are_not_logged_by_default() -> None:
    """By default, the state machine logs errors without payloads."""
    parameters = template()["Parameters"]
    assert (parameters["WorkflowLogPayloads"]["Default"], parameters["WorkflowLogLevel"]["Default"]) == (
        "false",
        "ERROR",
    )
