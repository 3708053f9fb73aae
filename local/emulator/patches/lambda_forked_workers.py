"""Workers are forked, with the AWS SDK and the layers imported.

AWS: The Python runtime brings the AWS SDK, and a function runs in an interpreter that starts with the variables of the
function.
https://docs.aws.amazon.com/lambda/latest/dg/lambda-python.html

ministack: Each worker is a new interpreter, which takes 0.3 s of processor time to import the SDK and to read its data.

Patched: A fork server has imported both, and forks each worker in milliseconds (local/emulator/workers.py). It starts when
CloudFormation creates a function with its layers.

Upstream: No report found.
"""

from local.emulator.patch import SourcePatch
from local.emulator.workers import prepare_workers, start_worker

_SPAWN = SourcePatch(
    module="ministack.core.lambda_runtime",
    name="Worker._spawn",
    found="self._proc = subprocess.Popen(",
    replacement="self._proc = start_worker(",
    helpers=(start_worker,),
)
_CREATE = SourcePatch(
    module="ministack.services.cloudformation.provisioners",
    name="_lambda_create",
    found="replaced = name in _lambda_svc._functions",
    replacement="""prepare_workers(func["config"], _lambda_svc._resolve_layer_zip)
    replaced = name in _lambda_svc._functions""",
    helpers=(prepare_workers,),
)
PATCHES = (_SPAWN, _CREATE)
