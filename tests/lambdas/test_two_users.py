"""Two users: whatever one asks of any route of the API, nothing of the other's images is in the answer."""

import json
from importlib import import_module
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from templates.resources.routes import ROUTES, Route
from tests.effort import times
from tests.fake_aws.account import ARCHIVE_BUCKET, OWNER
from tests.lambdas.account import CONTEXT, ORIGIN, Account
from tests.lambdas.url_requests import PARAMETERS
from tests.templates.emitted import properties
from workflow import contracts

ANOTHER = "5d3b8a1e-92c4-4f07-8e6d-1c7a40b2f9e3"
NAME = "a name that only its owner may read"
RECORDS = contracts.schema("metadata-record")["examples"]  # one for each status
UNKNOWN = "00000000-0000-4000-8000-000000000000"

pytestmark = pytest.mark.usefixtures("account")


def request(route: Route, image_id: str, query: dict[str, str]) -> dict[str, Any]:
    """Return the event of a request by the other user, with image_id wherever the route takes one."""
    return {
        "httpMethod": route.method,
        "headers": {"origin": ORIGIN},
        "pathParameters": {"imageId": image_id} if "{imageId}" in route.path else None,
        "queryStringParameters": query,
        "requestContext": {"authorizer": {"claims": {"sub": ANOTHER}}},
    }


def answer(route: Route, image_id: str, query: dict[str, str]) -> dict[str, Any]:
    """Return the answer of the route's function, as the template names it."""
    module = properties(route.function)["Handler"].removesuffix(".handler")
    found: dict[str, Any] = import_module(module).handler(request(route, image_id, query), CONTEXT)
    return found


def of_owner(record: dict[str, Any], image_id: str) -> dict[str, Any]:
    """Return a record of the owner with a name that is nowhere else."""
    archive = {"archive": {**record["archive"], "bucket": ARCHIVE_BUCKET}} if "archive" in record else {}
    named: dict[str, Any] = {
        part: {**record[part], "filename": NAME} for part in ("validation", "announced") if part in record
    }
    return {**record, **archive, **named, "imageId": image_id, "owner": OWNER}


@pytest.mark.share(2)
@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.operation)
@settings(max_examples=times(15, 100), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_nothing_of_another_users_is_answered(account: Account, route: Route, data: st.DataObject) -> None:
    """For every status and any parameters, the answer about another's image is the one about none, and names nothing of it."""
    image_id = str(UUID(int=data.draw(st.integers(0, 2**128 - 1)), version=4))
    account.store(of_owner(data.draw(st.sampled_from(RECORDS)), image_id))
    names = sorted(contracts.schema(f"{route.contract}.request")["properties"])
    values = st.sampled_from(["true", "20", "SUCCEEDED", "FAILED", "AWAITING_UPLOAD", image_id, OWNER])
    drawn = data.draw(st.dictionaries(st.sampled_from([*names, "owner", "sub"]), values, max_size=3))
    query = {**PARAMETERS, **drawn} if route.path == "upload-url" else drawn
    own, none = answer(route, image_id, query), answer(route, UNKNOWN, query)
    assert own["statusCode"] == none["statusCode"]
    assert own["statusCode"] != 200 or "{imageId}" not in route.path
    for secret in {OWNER, NAME, image_id} - set(query.values()):
        assert secret not in json.dumps(own)
    if "{imageId}" in route.path:
        assert own == none
