"""The manifest, the listeners and the Web API calls say the same: nothing is declared in vain, nothing is forgotten."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock

import pytest
import yaml
from slack_sdk.web.async_client import AsyncWebClient

import bot
from bot.governance.ledger.lifecycle import Status
from bot.governance.preferences import Preferences
from bot.operations import BY_NAME, OPERATIONS
from bot.operations.kit.base import Answer
from bot.slack import app as slack_app
from bot.slack import modals
from bot.slack.alerts_said import alert_message
from bot.slack.answers import answer_message
from bot.slack.card import request_card
from bot.slack.help import help_message, small_message
from bot.slack.home_view import home_view
from bot.slack.links import Links
from bot.slack.offers import ask_again, asked_again, propose_button
from bot.slack.receipts import receipt_message
from bot.slack.settings_view import settings_view
from tests.contract.slack import breaches, manifest_schema
from tests.slack.samples import request_view
from tests.slack.test_alerts_said import ALERT
from tests.slack.test_home_view import facts

SOURCE = Path(bot.__file__).parent
MANIFEST: dict[str, Any] = yaml.safe_load((SOURCE.parent / "manifest.yml").read_text(encoding="utf-8"))
ASKED = MANIFEST["oauth_config"]["scopes"]
OPTIONAL = set(ASKED["bot_optional"])
GRANTED = set(ASKED["bot"]) | OPTIONAL
# The bot scopes of each method that we call: https://docs.slack.dev/reference/methods/<method>
SCOPES = {
    "auth.teams.list": set[str](),
    "auth.test": set[str](),
    "chat.delete": {"chat:write"},
    "chat.postEphemeral": {"chat:write"},
    "chat.postMessage": {"chat:write"},
    "chat.unfurl": {"links:write"},
    "chat.update": {"chat:write"},
    "conversations.history": {"channels:history", "groups:history", "im:history"},
    "conversations.info": {"channels:read", "groups:read"},
    "conversations.members": {"channels:read", "groups:read"},
    "conversations.list": {"channels:read", "groups:read"},
    "conversations.replies": {"channels:history", "groups:history", "im:history"},
    "conversations.open": {"im:write"},
    "files.info": {"files:read"},
    "files.upload.v2": {"files:write"},
    "files.completeUploadExternal": {"files:write"},
    "files.getUploadURLExternal": {"files:write"},
    "usergroups.users.list": {"usergroups:read"},
    # the second for the address: https://docs.slack.dev/reference/methods/users.info
    "users.info": {"users:read", "users:read.email"},
    "users.list": {"users:read", "users:read.email"},
    "views.open": set(),
    "views.publish": set(),
    "views.update": set(),
}
# https://docs.slack.dev/reference/events/<event>
EVENT_SCOPES = {
    "app_mention": "app_mentions:read",
    "app_home_opened": "",
    "link_shared": "links:read",
    "member_joined_channel": "channels:read",
    "message.im": "im:history",
    "subteam_members_changed": "usergroups:read",
    "subteam_updated": "usergroups:read",
    "team_join": "users:read",
    "user_change": "users:read",
}
FAMILY = r"(?:auth|bots|chat|conversations|files|reactions|team|usergroups|users|views)"


class Recorder:
    """Stands for the Bolt app and remembers what was registered, in order."""

    def __init__(self, **_options: Any) -> None:
        self.registered: list[tuple[str, Any]] = []

    def error(self, _listener: Any) -> None:
        """The error handler listens to nothing of Slack's."""

    def __getattr__(self, kind: str) -> Any:
        def register(constraint: Any) -> Any:
            self.registered.append((kind, constraint))
            return lambda listener: listener

        return register

    def names(self, kind: str) -> set[str]:
        """The constraints of a kind that are plain names."""
        return {constraint for found, constraint in self.registered if found == kind and isinstance(constraint, str)}

    def takes(self, kind: str, name: str) -> bool:
        """Whether a listener other than the last takes it."""
        constraints = [constraint for found, constraint in self.registered if found == kind]
        return any(c == name if isinstance(c, str) else c.search(name) for c in constraints[:-1])


@pytest.fixture
def recorder(monkeypatch: pytest.MonkeyPatch) -> Recorder:
    """What `build_app` registers."""
    monkeypatch.setattr(slack_app, "AsyncApp", Recorder)
    built: Any = slack_app.build_app(AsyncWebClient(token="xoxb-none"), MagicMock())
    assert isinstance(built, Recorder)
    return built


def called_methods() -> set[str]:
    """The Web API methods that our code names, as methods of the client or as texts."""
    found = set()
    for path in (SOURCE / "slack").glob("*.py"):
        found |= set(methods_in(ast.parse(path.read_text(encoding="utf-8"))))
    return found


def methods_in(tree: ast.AST) -> Iterator[str]:
    """The methods that a module names."""
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(attr=name) if re.fullmatch(rf"{FAMILY}_[a-zA-Z_0-9]+", name) and "client" in ast.unparse(
                node.value
            ):
                yield name.replace("_", ".")
            case ast.Constant(value=str(text)) if re.fullmatch(rf"{FAMILY}\.[a-z][a-zA-Z.]+", text):
                yield text


def test_the_manifest_fits_slacks_schema() -> None:
    assert breaches(MANIFEST, manifest_schema()) == []


def test_every_method_that_is_called_has_its_scopes_in_the_manifest() -> None:
    methods = called_methods()
    assert methods - set(SCOPES) == set(), "add the method and its scopes to this test's table"
    assert {scope for method in methods for scope in SCOPES[method]} - GRANTED == set()


def test_no_scope_is_asked_for_without_use() -> None:
    used = {scope for method in called_methods() for scope in SCOPES[method]} | {"commands"}
    used |= {EVENT_SCOPES[event] for event in MANIFEST["settings"]["event_subscriptions"]["bot_events"]}
    assert GRANTED - used == set()


def test_what_is_optional_is_not_asked_for_twice_and_nothing_else_stands_on_it() -> None:
    assert OPTIONAL.isdisjoint(ASKED["bot"])
    needed = {
        scope
        for method in called_methods()
        if not method.startswith(("files.", "chat.unfurl"))
        for scope in SCOPES[method]
    }
    assert OPTIONAL & needed == set()


def test_the_search_for_methods_finds_both_spellings() -> None:
    code = "self._client.users_info(user=u)\nclient.chat_postMessage()\ncall('conversations.history')\nteams.users_x"
    assert set(methods_in(ast.parse(code))) == {"users.info", "chat.postMessage", "conversations.history"}


def test_events_are_subscribed_to_and_listened_for_alike(recorder: Recorder) -> None:
    subscribed = {event.partition(".")[0] for event in MANIFEST["settings"]["event_subscriptions"]["bot_events"]}
    assert subscribed == recorder.names("event")


def test_the_slash_commands_are_those_that_are_listened_for(recorder: Recorder) -> None:
    assert {one["command"] for one in MANIFEST["features"]["slash_commands"]} == recorder.names("command")


def test_the_slash_command_asks_slack_for_ids_of_people_and_channels() -> None:
    assert all(one["should_escape"] for one in MANIFEST["features"]["slash_commands"])


def test_the_shortcuts_are_those_that_are_listened_for(recorder: Recorder) -> None:
    assert {one["callback_id"] for one in MANIFEST["features"]["shortcuts"]} == recorder.names("shortcut")


@pytest.mark.parametrize("kind", ["command", "action", "shortcut", "options", "view", "view_closed", "event"])
def test_the_last_listener_of_a_kind_takes_everything(recorder: Recorder, kind: str) -> None:
    last = [constraint for found, constraint in recorder.registered if found == kind][-1]
    assert all(last.search(text) for text in ("", "anything", "two\nlines"))


def pressable(value: Any) -> Iterator[str]:
    """The `action_id` of everything that sends something when it is pressed or chosen."""
    match value:
        case {"type": "input", "element": {"type": "external_select", "action_id": str(action)}}:
            yield f"options:{action}"
        case {"type": "input"}:
            return
        case {"type": "external_select", "action_id": str(action)}:
            yield from (f"options:{action}", f"action:{action}")
        case {"action_id": str(action)}:
            yield f"action:{action}"
        case dict():
            for part in value.values():
                yield from pressable(part)
        case list() | tuple():
            for part in value:
                yield from pressable(part)


def shown() -> Iterator[dict[str, Any] | list[Any]]:
    """Everything of ours that can be pressed."""
    for operation in OPERATIONS:
        for attaches in (False, True):
            yield modals.form_view(operation, {}, "", organizations=("acme", "other"), channel=None, attaches=attaches)
        for status in Status:
            yield list(request_card(request_view(operation, status), operation).blocks)
    yield modals.picker_view(channel=None)
    yield list(small_message().blocks)
    yield list(help_message(OPERATIONS, "", ("acme",), {}).blocks)
    yield modals.deny_view(1, "x")
    yield settings_view(Preferences())
    yield home_view(facts(own=(request_view(OPERATIONS[0]),), asked=1), BY_NAME, Links())
    yield list(long_answer())
    yield list(alert_message(ALERT).blocks)
    yield list(ask_again("Not answered.", "team list").blocks)
    invite = OPERATIONS[0]
    yield list(receipt_message(request_view(invite), invite, channel="C0").blocks)
    yield propose_button("Ask again", asked_again(7))
    yield list(receipt_message(request_view(OPERATIONS[0], Status.PENDING), OPERATIONS[0], channel="C0X").blocks)


def long_answer() -> Any:
    """An answer's second page of three."""
    return answer_message(Answer("Members", ("Username",), (("jane",),) * 60, 60), token="t", offset=20).blocks


def test_whatever_can_be_pressed_has_a_listener_of_its_own(recorder: Recorder) -> None:
    emitted = {action for part in shown() for action in pressable(part)}
    assert len(emitted) > 8
    assert [one for one in sorted(emitted) if not recorder.takes(*one.split(":", 1))] == []


def test_every_listener_for_a_press_has_something_to_press(recorder: Recorder) -> None:
    emitted = {action.partition(":")[2] for part in shown() for action in pressable(part)}
    assert recorder.names("action") - emitted == set()


def test_every_form_that_can_be_submitted_has_a_listener(recorder: Recorder) -> None:
    submitted = {part["callback_id"] for part in shown() if isinstance(part, dict) and "submit" in part}
    assert submitted == recorder.names("view")
