"""What the statement of Slack's contract finds wrong with a payload, and what it leaves alone."""

import copy
import inspect
from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from tests.contract.slack import (
    answer_schema,
    argument_breaches,
    arguments_schema,
    breaches,
    event_schema,
    manifest_schema,
    names,
    payload_schema,
)

COMMAND: dict[str, Any] = {
    "team_id": "T0ACME",
    "channel_id": "C0GENERAL",
    "user_id": "U0ANN",
    "command": "/hub",
    "text": "",
    "response_url": "https://example.com/",
    "trigger_id": "1.2",
}

# Of slack_sdk's parameters: what is sent as a header, and what is Python's.
NO_ARGUMENTS = {"app_token", "self", "kwargs"}


def test_whatever_is_stated_can_be_read() -> None:
    schemas = [
        *map(answer_schema, names("methods")),
        *map(arguments_schema, names("methods")),
        *map(payload_schema, names("payloads")),
        *map(event_schema, names("events")),
        manifest_schema(),
    ]
    assert all(schema["additionalProperties"] is False for schema in schemas)


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({}, []),
        ({"surprise": 1}, ["$: Additional properties are not allowed ('surprise' was unexpected)"]),
        ({"text": None}, ["$.text: None is not of type 'string'"]),
        ({"is_enterprise_install": 0}, ["$.is_enterprise_install: 0 is not of type 'boolean'"]),
    ],
)
def test_a_key_too_many_and_a_wrong_type_are_found(change: dict[str, Any], found: list[str]) -> None:
    assert breaches({**COMMAND, **change}, payload_schema("slash_command")) == found


def test_a_key_that_has_to_be_there_is_missed() -> None:
    command = copy.copy(COMMAND)
    del command["trigger_id"]
    assert breaches(command, payload_schema("slash_command")) == ["$: 'trigger_id' is a required property"]


def test_a_true_is_no_number() -> None:
    assert breaches({"ok": True, "expires_in": True}, answer_schema("auth.test")) != []


@pytest.mark.parametrize("method", names("methods"))
def test_slacks_own_client_takes_the_arguments_that_are_stated(method: str) -> None:
    taken = inspect.signature(getattr(AsyncWebClient, method.replace(".", "_"))).parameters
    schema = arguments_schema(method)
    assert schema["properties"].keys() <= taken.keys()
    assert set(schema.get("required", ())) == {
        name for name, one in taken.items() if one.default is one.empty and name not in NO_ARGUMENTS
    }
    for name, stated in schema["properties"].items():
        kinds = {
            kind for kind, word in (("boolean", "bool"), ("integer", "int")) if word in str(taken[name].annotation)
        }
        assert {stated["type"]} & {"boolean", "integer"} == kinds, name


def test_arguments_may_be_texts_as_a_query_has_them() -> None:
    assert argument_breaches("conversations.list", {"limit": "5", "exclude_archived": "1", "types": "im"}) == []
    assert argument_breaches("conversations.list", {"limit": 5, "exclude_archived": True}) == []


@pytest.mark.parametrize("arguments", [{"limit": "five"}, {"limits": "5"}, {"exclude_archived": 1}])
def test_an_argument_of_another_name_or_type_is_found(arguments: dict[str, Any]) -> None:
    assert len(argument_breaches("conversations.list", arguments)) == 1


def test_the_workspace_that_slacks_libraries_add_to_every_call_is_no_breach() -> None:
    assert argument_breaches("auth.test", {"team_id": "T0ACME"}) == []
    assert argument_breaches("auth.test", {"team": "T0ACME"}) != []


def test_an_argument_that_a_method_needs_is_missed() -> None:
    assert argument_breaches("chat.update", {"channel": "C0GENERAL"}) == ["$: 'ts' is a required property"]
