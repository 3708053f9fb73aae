"""The recorder of every AWS call of a handler in this process; it refuses what the role does not allow."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError
from botocore.handlers import BUILTIN_HANDLERS

from tests.permissions.attribution import role_at_work
from tests.permissions.calls import NOTHING_THERE, REGION, UnknownCallError, listing, needed
from tests.permissions.ledger import Ledger

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from botocore.awsrequest import AWSRequest
    from botocore.model import OperationModel

    from tests.permissions.calls import Permission

Context = dict[str, Any]  # what botocore carries along with a call

CALL = "the role that makes this call, and the call's parameters"  # key in that context
DENIED = {"s3": "AccessDenied"}  # the error code of S3; the other services append `Exception`


class Recorder:
    """A listener to botocore: each request and signature under a handler is judged by the handler's role.

    It covers sessions that are created after its installation, and the thread of the handler.
    """

    def __init__(self) -> None:
        """Start with a ledger of the grants in the whole template."""
        self.ledger = Ledger()
        self._listeners: list[tuple[str, Callable[..., None]]] = [
            ("provide-client-params", self._check_call),
            ("after-call.s3", self._hide_missing_object),
            ("before-sign.s3", self._refuse_form),
        ]

    def install(self) -> None:
        """Listen to every session that is created from now on."""
        BUILTIN_HANDLERS.extend(self._listeners)

    def remove(self) -> None:
        """Stop listening to new sessions."""
        for listener in self._listeners:
            BUILTIN_HANDLERS.remove(listener)

    @contextmanager
    def judging(self, ledger: Ledger) -> Iterator[Ledger]:
        """Use another ledger for a while."""
        usual, self.ledger = self.ledger, ledger
        try:
            yield ledger
        finally:
            self.ledger = usual

    def _check_call(self, params: Context, model: OperationModel, context: Context, **_: object) -> None:
        """Check a call before it is sent. A pre-signed URL allows what its signer may do, so signing counts as a call."""
        role = role_at_work()
        if role is None:
            return
        context[CALL] = role, dict(params)  # a copy, since botocore rewrites the parameters for itself
        for permission in self._needed(model, params, context.get("client_region", REGION)):
            if not self.ledger.allows(role, permission):
                raise self._denied(role, permission, model)

    def _needed(self, model: OperationModel, params: Context, region: str) -> list[Permission]:
        try:
            return needed(f"{model.service_model.service_name}:{model.name}", params, region)
        except UnknownCallError as error:
            self.ledger.refuse(str(error))
            raise

    def _denied(self, role: str, permission: Permission, model: OperationModel) -> ClientError:
        """Record the refusal and return it in the form of AWS."""
        reason = f"{role} is not allowed {permission.action} on {permission.arn}"
        self.ledger.refuse(reason)
        code = DENIED.get(model.service_model.service_name, "AccessDeniedException")
        return ClientError({"Error": {"Code": code, "Message": reason}}, model.name)

    def _hide_missing_object(self, parsed: Context, context: Context, **_: object) -> None:
        """Report that an object does not exist only to a handler that may list the bucket, as S3 does."""
        error = parsed.get("Error", {})
        if CALL not in context or error.get("Code") not in NOTHING_THERE:
            return
        role, params = context[CALL]
        if not self.ledger.allows(role, listing(params)):
            error["Code"], error["Message"] = "AccessDenied", f"{role} is not allowed to list the bucket"

    def _refuse_form(self, request: AWSRequest, operation_name: str, **_: object) -> None:
        """Refuse a pre-signed form: only forms are signed without a preceding request event."""
        if "s3-presign-post-policy" in request.context and role_at_work():
            reason = f"a form for {operation_name} is signed, which this recorder cannot check"
            self.ledger.refuse(reason)
            raise UnknownCallError(reason)
