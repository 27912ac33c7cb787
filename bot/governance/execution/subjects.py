"""What a request is about: two that share a subject are never done at once."""

from collections.abc import Mapping

from pydantic import ValidationError

from bot.db.models import OperationRequest
from bot.governance.stored import load_about
from bot.operations.kit.base import Operation, Params, Write


def known(request: OperationRequest, operations: Mapping[str, Operation]) -> tuple[Write, Params] | None:
    """What the row asks for; None where this version has no such write, or no such parameters."""
    operation = operations.get(request.operation)
    if not isinstance(operation, Write):
        return None
    try:
        return operation, operation.params.model_validate(request.params)
    except ValidationError:
        return None


def subjects_of(request: OperationRequest, operations: Mapping[str, Operation]) -> tuple[str, ...]:
    """The names of what it touches, each with its organization, since names are one organization's.

    Somebody whom it is about is there by each of their names: one request says their Docker ID, another their address.
    Docker's names do not tell capitals apart. What this version does not know cannot be done, so it is about nothing.
    """
    if (found := known(request, operations)) is None:
        return ()
    operation, params = found
    people = [name for somebody in load_about(request.about) or () for name in somebody.names]
    names = (*(operation.alone_with or operation.subjects)(params), *people)
    return tuple(sorted({f"{params.organization}/{name}".casefold() for name in names}))
