"""The graph's outcomes: each is stored, published and marked, in this order."""

import pytest

from tests.workflow.pipeline_graph import TOP, paths
from workflow.contracts.errors import ImageRejected, PreviousOutcomePending, StaleExecution


def test_every_error_is_stored_and_published() -> None:
    """Each path through HandleError stores an outcome, publishes it and marks it, except that of a stale execution."""
    for path in paths("HandleError"):
        if path[-1] == "IgnoreStaleExecution":
            continue
        *_, record, publish, note, end = path
        for state, call in ((record, "dynamodb:updateItem"), (publish, "sns:publish"), (note, "dynamodb:updateItem")):
            assert TOP[state]["Resource"].endswith(f":::{call}")
        assert TOP[end]["Type"] in ("Succeed", "Fail")


@pytest.mark.parametrize("end", ["Rejection", "Failure"])
def test_an_outcome_is_published_only_after_it_is_stored(end: str) -> None:
    """An outcome that cannot be stored or published leads to Failed, and is finalized by others, unless it is stale."""
    late, failed = TOP[f"Record{end}"]["Catch"]
    assert late["ErrorEquals"] == ["DynamoDB.ConditionalCheckFailedException"]
    assert TOP[late["Next"]].get("Next", late["Next"]) == "IgnoreStaleExecution"
    assert [catcher["Next"] for catcher in (failed, *TOP[f"Publish{end}"]["Catch"])] == ["Failed", "Failed"]
    assert [catcher["Next"] for catcher in TOP["CheckDeletion"]["Catch"]] == ["Failed"]
    assert TOP["Failed"]["Type"] == "Fail"


def test_errors_that_are_no_failure_are_chosen_by_name() -> None:
    """HandleError leads a rejection and a stale execution to ends that succeed, and any other error to Failed."""
    late, early, of_branch, rejected, *others = TOP["HandleError"]["Choices"]
    for rule, error in ((rejected, ImageRejected), (late, StaleExecution), (early, PreviousOutcomePending)):
        assert (rule["Variable"], rule["StringEquals"]) == ("$.error.Error", error.__name__)
    assert [path[-1] for path in paths(rejected["Next"])] == ["Rejected"]
    assert {late["Next"], early["Next"]} == {"IgnoreStaleExecution"}
    assert {TOP[end]["Type"] for end in ("Rejected", "IgnoreStaleExecution")} == {"Succeed"}
    for target in (*(rule["Next"] for rule in (of_branch, *others)), TOP["HandleError"]["Default"]):
        assert [path[-1] for path in paths(target)] == ["Failed"]
