"""The graph's ends: each recorded, told and noted in this order."""

import pytest

from tests.workflow.pipeline_graph import TOP, paths
from workflow.contracts.errors import ImageRejected, PreviousOutcomePending, StaleExecution


def test_every_error_is_recorded_and_told() -> None:
    """Each way through HandleError records an end, tells it, notes that and ends; but that of a picture with an end."""
    for path in paths("HandleError"):
        if path[-1] == "IgnoreStaleExecution":
            continue
        *_, record, publish, note, end = path
        for state, call in ((record, "dynamodb:updateItem"), (publish, "sns:publish"), (note, "dynamodb:updateItem")):
            assert TOP[state]["Resource"].endswith(f":::{call}")
        assert TOP[end]["Type"] in ("Succeed", "Fail")


@pytest.mark.parametrize("end", ["Rejection", "Failure"])
def test_an_end_is_told_only_once_it_is_recorded(end: str) -> None:
    """What cannot be recorded or told goes on to Failed at once, which is for others to settle."""
    for state in (f"Record{end}", f"Publish{end}"):
        assert [catcher["Next"] for catcher in TOP[state]["Catch"]] == ["Failed"]
    assert TOP["Failed"]["Type"] == "Fail"


def test_what_is_no_failure_is_chosen_by_its_name() -> None:
    """HandleError leads a rejection, and a picture that is another's to end, to ends that succeed, all else to Failed."""
    late, early, of_branch, rejected, *others = TOP["HandleError"]["Choices"]
    for rule, error in ((rejected, ImageRejected), (late, StaleExecution), (early, PreviousOutcomePending)):
        assert (rule["Variable"], rule["StringEquals"]) == ("$.error.Error", error.__name__)
    assert [path[-1] for path in paths(rejected["Next"])] == ["Rejected"]
    assert {late["Next"], early["Next"]} == {"IgnoreStaleExecution"}
    assert {TOP[end]["Type"] for end in ("Rejected", "IgnoreStaleExecution")} == {"Succeed"}
    for target in (*(rule["Next"] for rule in (of_branch, *others)), TOP["HandleError"]["Default"]):
        assert [path[-1] for path in paths(target)] == ["Failed"]
