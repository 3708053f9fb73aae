"""Create or update a stack: check, upload what is missing, create a change set, and execute it once it is approved."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from operations.cloudformation import preflight
from operations.cloudformation.artifacts import FOR_LAMBDA, Packager, upload_missing, upload_template, validate_template
from operations.cloudformation.change_sets import Change, Specification, create_change_set
from operations.cloudformation.concurrency import Outlook, outlook
from operations.cloudformation.logs_role import logs_role
from operations.cloudformation.stacks import ARTIFACT_BUCKET, OnProgress, describe, is_new, outputs
from operations.cloudformation.sweep_index import sweep_index
from operations.cloudformation.target import Target
from operations.errors import OperationError
from templates.refusals.check import TemplateRefusedError, check_deployment

FORMATS = "EnabledFormats"  # the parameter that decides which layers a stack needs


def render() -> str:
    """Return the template of the stack; raises TemplateRefusedError."""
    from templates import stack  # takes half a second to import, which a caller with a template need not wait for

    return stack.render()


@dataclass(frozen=True)
class Options:
    """How to deploy.

    Parameters and tags that are not named keep the stack's value, or take the template's default. `approve` gets the
    changes, and raises an exception if they are not to be applied. `notice` gets a sentence for each choice that the
    caller did not make, and one if there is nothing to change. `on_outlook` gets what the account's Lambda concurrency means for a burst. An emulator that runs functions on this interpreter needs a packager of its own.
    """

    parameters: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    approve: Callable[[list[Change]], None] = lambda _: None
    on_progress: OnProgress = lambda _: None
    notice: Callable[[str], None] = lambda _: None
    on_outlook: Callable[[Outlook], None] | None = None  # without it, the account is not asked
    packager: Packager = FOR_LAMBDA
    template: Callable[[], str] = lambda: render()  # noqa: PLW0108 - tests replace render


def deploy(target: Target, stack: str, folder: Path, options: Options) -> dict[str, str]:
    """Deploy stack, with zips written below folder, and return its outputs.

    Raises OperationError, or what `options.approve` raises; then only the uploads have been done.
    """
    template = _checked_template(target, stack, options)
    _check_names(template, options.parameters)
    preflight.check(target, stack)
    url = upload_template(target, template)
    validate_template(target, url)
    upload_missing(target, folder, options.packager, _formats(target, stack, options.parameters))
    chosen = logs_role(target, stack, options.parameters, options.notice)
    chosen |= sweep_index(target, stack, template, options.parameters, options.notice)
    parameters = {**chosen, **options.parameters, ARTIFACT_BUCKET: target.bucket}
    if options.on_outlook and (found := outlook(target, stack, template, parameters)):
        options.on_outlook(found)
    if change_set := create_change_set(target, stack, Specification(template, url, parameters, options.tags)):
        try:
            options.approve(change_set.changes)
        except BaseException:  # Ctrl-C too
            change_set.delete()
            raise
        change_set.execute(options.on_progress)
    else:
        options.notice(f"Stack {stack} is up to date: there is nothing to change.")
    return outputs(target.cloudformation, stack)


def _formats(target: Target, stack: str, parameters: dict[str, str]) -> str:
    """Return the EnabledFormats of a deployment: named, or the stack's own; empty if it will be the template's default."""
    description = describe(target.cloudformation, stack)
    found = [] if is_new(description) else description.get("Parameters", [])
    own: dict[str, str] = {one["ParameterKey"]: one.get("ParameterValue", "") for one in found}
    return parameters.get(FORMATS) or own.get(FORMATS, "")


def _checked_template(target: Target, stack: str, options: Options) -> str:
    """Return the template; raises OperationError for what AWS would refuse, also where an emulator would accept it."""
    try:
        template = options.template()
        check_deployment(template, stack, {**options.parameters, ARTIFACT_BUCKET: target.bucket}, options.tags)
    except TemplateRefusedError as error:
        raise OperationError(*str(error).split("\n")) from error
    return template


def _check_names(template: str, parameters: dict[str, str]) -> None:
    known = sorted(json.loads(template)["Parameters"])
    if unknown := sorted(parameters.keys() - set(known)):
        raise OperationError(f"the template has no parameter {', '.join(unknown)}; it has {', '.join(known)}")
