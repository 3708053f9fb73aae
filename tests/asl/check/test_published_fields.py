"""The table of fields, held against what the published schemas of two other tools allow: a record of facts, read in November 2026.

asl-validator 4.0.0 and amazon-states-language-service 1.16.1 (both on npm) have one schema for both query languages.
"""

from asl.check.fields import JSONATA_FIELDS, JSONPATH

ALL = "Type Comment QueryLanguage"
ON = "Next End Assign"
IO = "InputPath OutputPath"
# By type of state: the fields that asl-validator allows.
PUBLISHED = {
    "Task": f"{ALL} {ON} {IO} ResultPath Parameters ResultSelector Arguments Output Retry Catch Resource Credentials "
    "TimeoutSeconds TimeoutSecondsPath HeartbeatSeconds HeartbeatSecondsPath",
    "Parallel": f"{ALL} {ON} {IO} ResultPath Parameters ResultSelector Arguments Output Retry Catch Branches",
    "Map": f"{ALL} {ON} {IO} ResultPath Parameters ResultSelector Output Retry Catch Iterator ItemProcessor ItemReader ItemBatcher "
    "ItemSelector ItemsPath Items ResultWriter Label MaxConcurrency MaxConcurrencyPath ToleratedFailureCount "
    "ToleratedFailureCountPath ToleratedFailurePercentage ToleratedFailurePercentagePath",
    "Pass": f"{ALL} {ON} {IO} ResultPath Parameters Result Output",
    "Wait": f"{ALL} {ON} {IO} Output Seconds SecondsPath Timestamp TimestampPath",
    "Choice": f"{ALL} {IO} Output Assign Choices Default",
    "Succeed": f"{ALL} {IO} Output",
    "Fail": f"{ALL} Error ErrorPath Cause CausePath",
}
# asl-validator lets a Choice have End. The Amazon States Language says that it has neither Next nor End.
MORE_OF_ASL_VALIDATOR = {"Choice": {"End"}}
# What the language service's schema lacks, though the specification and AWS's documentation have it.
LESS_OF_LANGUAGE_SERVICE = {
    "Pass": {"Assign", "Result"},
    "Task": {"Credentials"},
    "Wait": {"Assign"},
    "Parallel": {"Assign"},
    "Map": {"Assign"},
}


def test_fields_are_those_of_the_published_schemas() -> None:
    """Each type has the fields in one language or the other that the schemas allow."""
    ours = {kind: {*JSONPATH[kind], *JSONATA_FIELDS[kind]} for kind in JSONPATH}
    assert ours == {kind: set(fields.split()) for kind, fields in PUBLISHED.items()}


def test_differences_are_of_fields_that_states_have() -> None:
    """A field that the language service lacks is in our table, and one that only asl-validator has is not."""
    for kind, fields in LESS_OF_LANGUAGE_SERVICE.items():
        assert fields <= {*JSONPATH[kind], *JSONATA_FIELDS[kind]}
    assert all(not fields & set(JSONPATH[kind]) for kind, fields in MORE_OF_ASL_VALIDATOR.items())
