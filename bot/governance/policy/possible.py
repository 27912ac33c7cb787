"""Whether an operation's parameter can ever match a pattern: one that it cannot would never hold, a slip of the pen."""

from functools import lru_cache
from typing import Any

from pydantic import ValidationError, create_model
from pydantic.fields import FieldInfo

from bot.globs import Glob
from bot.operations.kit.base import Params, marker_of
from bot.operations.kit.fields import Spelled
from bot.operations.kit.parameters import Parameter
from bot.validation import fault


def never(glob: Glob, parameter: Parameter) -> str | None:
    """Why the parameter, or an item of it, never matches; None where it can, as far as is cheaply known."""
    options = ("true", "false") if parameter.is_switch else parameter.options
    if options:
        return None if any(map(glob.matches, options)) else f"It can be: {', '.join(options)}"
    spelled = marker_of(parameter.info, Spelled)
    said = misspelled(glob, spelled) if spelled else None
    return said or (misread(glob, parameter) if glob.is_literal else None)


def misspelled(glob: Glob, spelled: Spelled) -> str | None:
    """Why no text that is spelled so matches; None where that is not known."""
    if part := glob.foreign_part(spelled.alphabet):
        return f"“{part}” stands in none of its values"
    return f"It has at most {spelled.longest} characters" if glob.shortest > spelled.longest else None


def misread(glob: Glob, parameter: Parameter) -> str | None:
    """Why the one text that the pattern stands for is no value of the parameter, or becomes another when it is read."""
    # What stands before a slash, as in acme/api, is taken for the organization that the rest belongs to.
    organization, _, _ = glob.pattern.partition("/")
    given = [glob.pattern] if parameter.is_list else glob.pattern
    try:
        read = alone(parameter.info).model_validate({"organization": organization, "value": given})
    except ValidationError as error:
        said = fault(dict(error.errors(include_url=False)[0]))
        return said[:1].upper() + said[1:]
    value: Any = read.model_dump()["value"]
    values = value if isinstance(value, tuple) else (value,)
    return None if any(glob.matches(str(each)) for each in values) else f"It is read as {', '.join(map(str, values))}"


@lru_cache(maxsize=1024)
def alone(info: FieldInfo) -> type[Params]:
    """Parameters of this one, called `value`, and the organization that it may want to know."""
    value: Any = (info.annotation, info)
    return create_model("Alone", __base__=Params, value=value)
