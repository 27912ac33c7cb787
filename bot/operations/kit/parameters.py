"""An operation's parameters as people see them: their names, how they are typed, which values they may have."""

import typing
from dataclasses import dataclass
from typing import Any, Literal

from pydantic.fields import FieldInfo

from bot.operations.kit.base import Params, marker_of
from bot.operations.kit.fields import AtMost

LINE = 255


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter as people see it. `name` is what forms and policy call it, `flag` what is typed."""

    name: str
    flag: str
    info: FieldInfo

    @property
    def annotation(self) -> Any:
        """The type without None."""
        return strip_none(self.info.annotation)

    @property
    def is_list(self) -> bool:
        """Whether it takes several values."""
        return typing.get_origin(self.annotation) is tuple

    @property
    def is_switch(self) -> bool:
        """Whether it is on or off."""
        return self.annotation is bool

    @property
    def options(self) -> tuple[str, ...]:
        """The values that it may have, where they are few and fixed."""
        return typing.get_args(self.annotation) if typing.get_origin(self.annotation) is Literal else ()

    @property
    def is_long(self) -> bool:
        """Whether it takes a text of more than a line."""
        limit = marker_of(self.info, AtMost)
        return limit is not None and limit.max_length > LINE

    @property
    def is_positional(self) -> bool:
        """Whether it is typed without its flag: all that is required, the organization apart."""
        return self.info.is_required() and self.name != "organization"


def strip_none(annotation: Any) -> Any:
    """`X` of `X | None`."""
    arguments = [a for a in typing.get_args(annotation) if a is not type(None)]
    is_optional = (
        len(arguments) == 1 and len(typing.get_args(annotation)) == 2 and type(None) in typing.get_args(annotation)
    )
    return strip_annotated(arguments[0] if is_optional else annotation)


def strip_annotated(annotation: Any) -> Any:
    """`X` of `Annotated[X, …]`."""
    return typing.get_args(annotation)[0] if hasattr(annotation, "__metadata__") else annotation


def parameters(params: type[Params]) -> tuple[Parameter, ...]:
    """An operation's parameters, in the order in which they are typed."""
    found = []
    for field_name, info in params.model_fields.items():
        name = info.alias or field_name
        flag = name.replace("_", "-")
        is_list = typing.get_origin(strip_none(info.annotation)) is tuple
        found.append(Parameter(name, flag.removesuffix("s") if is_list else flag, info))
    return tuple(found)
