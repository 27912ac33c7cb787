"""One request as the routes see it, one answer as they give it, and the row of the route table."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from sandbox.hub.content.state import State
from sandbox.hub.wire.callers import Caller, Hand
from sandbox.hub.wire.problems import Refusal, Style
from sandbox.hub.wire.sessions import Sessions

SCIM_MEDIA_TYPE = "application/scim+json"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a route answers: JSON unless `text` is given, nothing where both are None."""

    status: int = 200
    data: Any = None
    text: str | None = None
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Call:
    """One request: path parameters, query, body, and the state it is asked of."""

    state: State
    sessions: Sessions
    method: str
    path: str
    origin: str
    params: Mapping[str, str]
    query: Mapping[str, str]
    body: bytes
    content_type: str
    caller: Caller

    @property
    def hand(self) -> Hand:
        """The caller's hand on the state."""
        return Hand(self.state, self.caller)

    def json(self) -> dict[str, Any]:
        """The body as a JSON object. Raises Refusal 400."""
        try:
            data = json.loads(self.body)
        except ValueError:
            raise Refusal(400, "the body is not JSON") from None
        if not isinstance(data, dict):
            raise Refusal(400, "the body is not a JSON object")
        return data

    def boolean(self, name: str) -> bool:
        """A query parameter that is true or false; absent is false. Raises Refusal 400."""
        text = self.query.get(name, "false").lower()
        if text not in {"true", "false", "1", "0"}:
            raise Refusal(400, f"{name} must be true or false", fields={name: "not a boolean"})
        return text in {"true", "1"}

    def choice(self, name: str, choices: tuple[str, ...], *, default: str) -> str:
        """A query parameter that is one of some words. Raises Refusal 400."""
        value = self.query.get(name, default)
        if name in self.query and value not in choices:
            raise Refusal(400, f"{name} must be one of {', '.join(choices)}", fields={name: "not a valid choice"})
        return value


@dataclass(frozen=True, slots=True)
class Route:
    """One row of the route table.

    `auth` says which credential the route takes; an `older` address is not in the contract, and refuses organization
    access tokens, as the whole of `/v2/repositories/` does.
    """

    method: str
    path: str
    act: Callable[[Call], Answer]
    family: str
    style: Style = Style.ERRINFO
    auth: Literal["bearer", "optional", "none", "scim"] = "bearer"
    older: bool = False


def text_in(data: Mapping[str, Any], name: str, *, limit: int = 255, default: str | None = None) -> str:
    """A text of a JSON body; required without a default. Raises Refusal 400 that names the field."""
    value = data.get(name, default)
    if not isinstance(value, str) or (default is None and not value.strip()):
        raise Refusal(400, f"{name} is required and must be a text", fields={name: "This field is required."})
    if len(value) > limit:
        raise Refusal(400, f"{name} has more than {limit} characters", fields={name: f"at most {limit} characters"})
    return value


def flag_in(data: Mapping[str, Any], name: str, *, default: bool | None = None) -> bool:
    """A boolean of a JSON body; required without a default. Raises Refusal 400 that names the field."""
    value = data.get(name, default)
    if not isinstance(value, bool):
        raise Refusal(400, f"{name} is required and must be true or false", fields={name: "This field is required."})
    return value


def texts_in(data: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """A list of texts of a JSON body, required. Raises Refusal 400 that names the field."""
    value = data.get(name)
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise Refusal(400, f"{name} is required and must be a list of texts", fields={name: "This field is required."})
    return tuple(value)
