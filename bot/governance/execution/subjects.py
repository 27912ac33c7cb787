"""What a request is about: two that share a subject are never done at once."""

from collections.abc import Mapping

from pydantic import ValidationError

from bot.db.models import OperationRequest
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

    Docker's names do not tell capitals apart. What this version does not know cannot be done, so it is about nothing.
    """
    if (found := known(request, operations)) is None:
        return ()
    operation, params = found
    names = (operation.alone_with or operation.subjects)(params)
    return tuple(sorted({f"{params.organization}/{name}".casefold() for name in names}))
