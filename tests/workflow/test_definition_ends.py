"""The graph's ends: each recorded, told and noted in this order, and each failure told where it was."""

import pytest

from tests.workflow.asl import TOP, Machine, paths
from workflow.contracts.errors import AlreadyEnded, ImageRejected, NotYet


def test_a_success_is_told_and_then_noted() -> None:
    """Behind PublishSuccess nothing happens but the note that it was told, and a success it is without the note too."""
    assert list(paths("PublishSuccess")) == [["PublishSuccess", "NoteSuccess", "Succeeded"]]
    assert TOP["Succeeded"]["Type"] == "Succeed"


def test_every_error_is_recorded_and_told() -> None:
    """Each way through HandleError records an end, tells it, notes that and ends; but that of a picture with an end."""
    for path in paths("HandleError"):
        if path[-1] == "AlreadyEnded":
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


@pytest.mark.parametrize("end", ["Success", "Rejection", "Failure"])
def test_a_note_that_fails_changes_no_end(end: str) -> None:
    """The execution ends as it would have: the sweep tells the end again."""
    note = TOP[f"Note{end}"]
    assert [(catcher["Next"], catcher["ResultPath"]) for catcher in note["Catch"]] == [(note["Next"], None)]


def test_what_is_no_failure_is_chosen_by_its_name() -> None:
    """HandleError leads a rejection, and a picture that is another's to end, to ends that succeed, all else to Failed."""
    rejected, late, early, *others = TOP["HandleError"]["Choices"]
    for rule, error in ((rejected, ImageRejected), (late, AlreadyEnded), (early, NotYet)):
        assert (rule["Variable"], rule["StringEquals"]) == ("$.error.Error", error.__name__)
    assert [path[-1] for path in paths(rejected["Next"])] == ["Rejected"]
    assert {late["Next"], early["Next"]} == {"AlreadyEnded"}
    assert {TOP[end]["Type"] for end in ("Rejected", "AlreadyEnded")} == {"Succeed"}
    for target in (*(rule["Next"] for rule in others), TOP["HandleError"]["Default"]):
        assert [path[-1] for path in paths(target)] == ["Failed"]


def test_the_state_that_failed_is_what_is_not_there_yet() -> None:
    """What a branch says stands; else the first state whose result is missing is named, and at last ArchiveImage."""
    told, *missing = [rule for rule in TOP["HandleError"]["Choices"] if "IsPresent" in rule]
    assert (told["Variable"], told["IsPresent"], told["Next"]) == ("$.error.failedIn", True, "RecordFailure")
    steps = ["ValidateImage", "ExtractMetadata", "ParallelProcessing"]
    assert [(rule["Variable"], rule["IsPresent"]) for rule in missing] == [
        (TOP[state]["ResultPath"], False) for state in steps
    ]
    located = [TOP[target] for target in (*(rule["Next"] for rule in missing), TOP["HandleError"]["Default"])]
    assert [state["Result"] for state in located] == [*steps, "ArchiveImage"]
    assert {(state["ResultPath"], state["Next"]) for state in located} == {("$.error.failedIn", "RecordFailure")}


@pytest.mark.parametrize("branch", TOP["ParallelProcessing"]["Branches"], ids=lambda branch: branch["StartAt"])
def test_an_error_of_a_branch_says_which(branch: Machine) -> None:
    """A rejection leaves its branch as it came; any other error with the branch's name, which is put right behind."""
    task = branch["StartAt"]
    rejected, failed = (branch["States"][catcher["Next"]] for catcher in branch["States"][task]["Catch"])
    assert len(branch["States"]) == 3
    assert rejected == {"Type": "Fail", "Error": ImageRejected.__name__, "CausePath": "$.error.Cause"}
    assert failed == {"Type": "Fail", "Error": f"{task}Failed", "CausePath": "$.error.Error"}
    named = [catcher for catcher in TOP["ParallelProcessing"]["Catch"] if catcher["ErrorEquals"] == [failed["Error"]]]
    (renamed,) = (TOP[catcher["Next"]] for catcher in named)
    assert renamed["Parameters"] == {"Error.$": "$.error.Cause", "failedIn": task}
    assert TOP["ParallelProcessing"]["Catch"][-1]["ErrorEquals"] == ["States.ALL"]
