"""A function's exception keeps its class name.

AWS: Lambda reports an exception with its class as errorType, its message and its stack, and keeps the execution environment
warm. Step Functions takes errorType as the error name, which Retry and Catch match.
https://docs.aws.amazon.com/lambda/latest/dg/python-exceptions.html
https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html

ministack: Every exception is a Runtime.HandlerError, which no Catch on an error name matches, and the worker ends.

Patched: The worker answers with class, message and stack, and stays; the service hands them on as the function's error.

Upstream: No report found. Function errors of the Docker executor, which is not in use here, were corrected in
https://github.com/ministackorg/ministack/pull/1348
"""

from local.emulator.patch import SourcePatch

_WORKER = SourcePatch(
    module="ministack.core.lambda_runtime",
    name="_PYTHON_WORKER_SCRIPT",
    found='"status": "error", "error": str(e), "trace": traceback.format_exc()',
    replacement="""
                "status": "ok",
                "trace": traceback.format_exc(),
                "raised": {
                    "errorMessage": str(e),
                    "errorType": type(e).__name__,
                    "requestId": context.aws_request_id,
                    "stackTrace": traceback.format_tb(e.__traceback__)[1:],
                },
            """,
)
_SERVICE = SourcePatch(
    module="ministack.services.lambda_svc",
    name="_execute_function_warm",
    found='if result.get("status") == "ok":',
    replacement="""if raised := result.get("raised"):
            return {"body": raised, "error": True, "log": result["log"] + result["trace"]}
        elif result.get("status") == "ok":""",
)
PATCHES = (_WORKER, _SERVICE)
