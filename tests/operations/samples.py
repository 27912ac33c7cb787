"""Valid values for every operation's parameters, found by asking the parameters themselves."""

from datetime import date
from functools import cache
from typing import Annotated, Any

from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError, create_model

from bot.operations.kit.base import Intent, Operation, Params, Write
from bot.operations.kit.parameters import Parameter, parameters

HOSTILE = (
    "<!channel>",
    "<@U0OMAR>",
    "<!subteam^S0LEADS>",
    "*bold* _it_ ~gone~",
    "`code` ```more```",
    "a\nb\r\n• *Immutable tags*: on → off",
    "rtl \u202eevil\u2066 \u200b\x00",
    "&lt;!here&gt; & <b>",
    "\"both\" and 'single'",
    "“curly” ‘quotes’ — dash",
    "--flag=value",
    "=",
    "🐳" * 40,
    "x" * 3000,
)
CANDIDATES = (
    "acme",
    "api",
    "v1",
    "jane@example.com",
    "12",
    "0f1e2d3c-1111-2222-3333-444455556666",
    "repo.tag.push",
    "repo:read",
    "acme/api:image-pull",
    "member-read",
    "2026-11-23",
    "https://example.com",
    "v1.*",
    "(?i)^v[0-9]+(-rc.*|)$",
    'userName eq "jane@example.com"',
    *HOSTILE,
)
TEXTS = st.one_of(st.text(max_size=60), st.sampled_from(HOSTILE))


def intents(operation: Operation) -> st.SearchStrategy[Intent]:
    """Valid intents of an operation, as hostile as its parameters let through."""
    found = {p: values_of(operation.params, p) for p in parameters(operation.params)}
    values = st.fixed_dictionaries(
        {p.name: values for p, values in found.items() if p.info.is_required()},
        optional={p.name: values for p, values in found.items() if not p.info.is_required()},
    )
    reasons = TEXTS.map(str.strip).filter(lambda text: 0 < len(text) <= 1000)
    reason = reasons if isinstance(operation, Write) else st.just("")
    built = values.map(lambda given: build(operation.params, given)).filter(lambda params: params is not None)
    return st.builds(lambda params, why: Intent(operation, params, why), built, reason)


def values_of(params: type[Params], parameter: Parameter) -> st.SearchStrategy[Any]:
    """Valid values of one parameter."""
    if parameter.options:
        return st.sampled_from(parameter.options)
    if parameter.is_switch:
        return st.booleans()
    if parameter.annotation is int:
        return st.sampled_from([n for n in (0, 1, 2, 7, 100, 1000) if is_valid(params, parameter.name, n)])
    if parameter.annotation is date:
        return st.dates()
    if parameter.is_list:
        items = [text for text in CANDIDATES if is_valid(params, parameter.name, [text])]
        return st.lists(st.sampled_from(items), min_size=1, max_size=4)
    pool = [text for text in CANDIDATES if text.strip() and is_valid(params, parameter.name, text)]
    assert pool, f"no candidate is a valid {parameter.name}: add one to CANDIDATES"
    takes_anything = all(text in pool for text in HOSTILE[:3])
    return st.one_of(st.sampled_from(pool), TEXTS) if takes_anything else st.sampled_from(pool)


@cache
def model_of(params: type[Params], name: str) -> type[BaseModel]:
    """A model of this one field, beside an organization: some validators look at it."""
    info = next(p.info for p in parameters(params) if p.name == name)
    field: Any = Annotated[info.annotation, None, *info.metadata]
    return create_model("One", __config__=Params.model_config, organization=(str, "acme"), value=(field, ...))


def is_valid(params: type[Params], name: str, value: Any) -> bool:
    """Whether the parameter takes the value."""
    try:
        model_of(params, name).model_validate({"value": value})
    except ValidationError:
        return False
    return True


def build(params: type[Params], values: dict[str, Any]) -> Params | None:
    """The parameters, or None where they do not go together."""
    try:
        return params.model_validate(values)
    except ValidationError:
        return None


def sample_values(operation: Operation) -> dict[str, Any]:
    """One valid, ordinary value for every parameter, as somebody would type it."""
    return {p.name: sample_value(operation.params, p) for p in parameters(operation.params)}


def sample_value(params: type[Params], parameter: Parameter) -> Any:
    """One valid, ordinary value."""
    if parameter.options:
        return parameter.options[-1]
    if parameter.is_switch:
        return not parameter.info.default
    for text in CANDIDATES:
        if is_valid(params, parameter.name, [text] if parameter.is_list else text):
            return [text] if parameter.is_list else text
    raise AssertionError(f"no candidate is a valid {parameter.name}: add one to CANDIDATES")
