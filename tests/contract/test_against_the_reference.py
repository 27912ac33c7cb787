"""Our statement of the contracts says what the recorded reference says; what differs is known, and has a reason.

The reference is a folder beside this repository that is not ours to publish. Where it is not there, this module alone
skips; every other test holds the code against our statement.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.contract import openapi_facts, sample_facts, schema_facts
from tests.contract.docker_hub import document
from tests.contract.notation import Json, statement
from tests.contract.slack import answer_schema, event_schema, manifest_schema, names, payload_schema
from tests.sandbox.block_kit_judge import JUDGES

REFERENCE = Path(__file__).resolve().parents[3] / "shared"

if not REFERENCE.is_dir():
    pytest.skip(
        "no recorded reference beside this repository: our statement of the contracts was not held against it",
        allow_module_level=True,
    )

# Where the reference names keys and forgets to say that it is an object which has them, ours says so.
SAID_TO_BE_OBJECTS = (
    "PUT /v2/orgs/{name}/settings, body, application/json",
    "PUT /v2/orgs/{org_name}/members/{username}, body, application/json",
    "GET /v2/orgs/{org_name}/groups, answers, 200, application/json",
    "POST /v2/orgs/{org_name}/groups, body, application/json",
    "PUT /v2/orgs/{org_name}/groups/{group_name}, body, application/json",
    "PATCH /v2/orgs/{org_name}/groups/{group_name}, body, application/json",
    "GET /v2/orgs/{org_name}/groups/{group_name}/members, answers, 200, application/json",
    "GET /v2/scim/2.0/ServiceProviderConfig, answers, 200, application/scim+json, keys, patch",
)

# Stated, though no sample has it; the page that documents each.
DOCUMENTED = {
    # https://docs.slack.dev/apis/web-api/#responses
    "$.warning", "$.response_metadata", "$.response_metadata.warnings", "$.response_metadata.messages",
    # https://docs.slack.dev/reference/methods/chat.postMessage#errors: seen of invalid_blocks in many issues
    "$.errors",
    # https://docs.slack.dev/reference/interaction-payloads/view-interactions-payload
    "$.view.blocks", "$.event.view.blocks", "$.response_urls",
    # https://docs.slack.dev/reference/interaction-payloads/block_actions-payload
    "$.actions[].selected_options", "$.actions[].selected_users",
    # https://docs.slack.dev/messaging/unfurling-links-in-messages
    "$.app_unfurl.from_url", "$.app_unfurl.blocks",
}  # fmt: skip
# Null where there is none: https://docs.slack.dev/reference/interaction-payloads. A sample shows no null.
NULLABLE = {
    "$.enterprise",
    "$.authorizations[].enterprise_id",
    "$.view.submit",
    "$.view.close",
    "$.view.previous_view_id",
    "$.event.view.submit",
    "$.event.view.close",
    "$.event.view.previous_view_id",
}
# Not stated, by the last word of the place: neither does the bot read it, nor does the sandbox send it.
LEFT_OUT = {
    "assistant_app_thread": "the thread of an assistant",
    "app_unfurl_url": "views that a link opens",
    "arg": "how a bad argument is reported, by methods whose arguments are right", "callstack": "the same",
    "deprecated_argument": "the same",
    "bot_access_token": "functions of workflows", "function_data": "the same", "interactivity": "the same",
    "comment": "comments on files, which Slack has given up", "item": "the same", "item_type": "the same",
    "entity_url": "views beside a work object", "external_ref": "the same",
    "properties": "a channel's tabs and canvases",
    "room": "huddles",
    "wibblr": "a name that the documentation does not have", "x_files": "the same",
}  # fmt: skip
# As LEFT_OUT, but the word is common and the place decides.
LEFT_OUT_PLACES = {
    "$.message.bot_profile.user_id",
    "$.view.channel",
    "$.view.message_ts",
    "$.view.thread_ts",
}
# Recorded, and not stated: the bot neither calls nor awaits it, and the sandbox has none.
UNSTATED = {
    "api": {"apps.manifest.validate"},
    "payloads": set(),
    "events": {"AppUninstalled", "TokensRevoked"},
}  # fmt: skip
# Stated, and not recorded here. The answers and events are in github.com/slackapi/java-slack-sdk, json-logs/samples.
UNRECORDED = {
    "api": {
        "api.test", "auth.teams.list", "bots.info", "chat.deleteScheduledMessage", "chat.scheduleMessage",
        "chat.scheduledMessages.list",
        "conversations.create", "conversations.invite", "conversations.setTopic", "reactions.add", "reactions.get",
        "reactions.remove", "team.info", "users.profile.get",
    },
    # https://docs.slack.dev/reference/interaction-payloads
    "payloads": {"block_suggestion", "shortcut"},
    "events": {
        "ChannelCreated", "FileShared", "MessageFileShare", "MessageThreadBroadcast", "ReactionAdded",
        "ReactionRemoved",
    },
}  # fmt: skip

# Folder and beginning of a recorded payload's name: what it is, in our words. The first that fits holds.
KINDS = (
    ("attachments/", "attachment"),
    ("blocks/alert_block", "block of a modal"),
    ("blocks/", "block of a message"),
    ("elements/", "element"),
    ("messages/message_response", "response"),
    ("messages/webhook", "response"),
    ("messages/", "message"),
    ("objects/confirmation", "confirmation"),
    ("objects/conversation", "conversation"),
    ("objects/dispatch", "dispatch"),
    ("objects/input", "input"),
    ("objects/option_group", "option_group"),
    ("objects/option", "option"),
    ("objects/text", "text"),
    ("objects/trigger", "trigger"),
    ("objects/workflow", "workflow"),
    ("rich_text/", "rich_text"),
    ("views/", "view"),
)
# Keys whose text is a word out of a few: ours has to have used each that a recorded payload uses.
WORDS = {
    "type",
    "style",
    "level",
    "status",
    "width",
    "icon",
    "source",
    "response_type",
    "include",
    "trigger_actions_on",
}


def test_docker_hubs_operations_are_those_of_the_reference() -> None:
    theirs = openapi_facts.Facts(yaml.safe_load((REFERENCE / "hub-api" / "openapi.yaml").read_text(encoding="utf-8")))
    ours = openapi_facts.Facts(document())
    assert len(theirs.operations()) == 54
    found = list(openapi_facts.differences(ours.operations(), theirs.operations()))
    assert found == [f"{place}, type: ours alone has it, as object" for place in SAID_TO_BE_OBJECTS]


def test_the_audit_actions_are_those_of_the_reference() -> None:
    recorded = yaml.safe_load((REFERENCE / "hub-api" / "audit-actions.yaml").read_text(encoding="utf-8"))
    assert statement("audit_actions") == recorded


def _camel(name: str) -> str:
    return "".join(word.title() for word in name.split("_"))


PARTS: dict[str, tuple[list[str], Callable[[str], Json], Callable[[str], str]]] = {
    "api": (names("methods"), answer_schema, str),
    "payloads": (names("payloads"), payload_schema, str),
    "events": (names("events"), event_schema, _camel),
}


@pytest.mark.parametrize("part", PARTS)
def test_slacks_answers_payloads_and_events_are_those_of_the_reference(part: str) -> None:
    stated, schema, file_name = PARTS[part]
    samples = {path.stem: path for path in (REFERENCE / "slack" / "samples" / part).glob("*.json")}
    named = {file_name(name): name for name in stated}
    assert samples.keys() - named.keys() == UNSTATED[part]
    assert named.keys() - samples.keys() == UNRECORDED[part]
    found = [
        f"{name} {place}: {how}"
        for file, name in named.items()
        if file in samples
        for place, how in sample_facts.differences(schema(name), json.loads(samples[file].read_text()))
        if not _is_known(place, how)
    ]
    assert found == []


def _is_known(place: str, how: str) -> bool:
    if how == "ours alone has it":
        return place in DOCUMENTED
    if how == "ours may be null":
        return place in NULLABLE
    return how == "the sample alone has it" and (place.rpartition(".")[2] in LEFT_OUT or place in LEFT_OUT_PLACES)


def test_each_difference_from_the_samples_that_is_known_is_still_one() -> None:
    places = set()
    for part, (stated, schema, file_name) in PARTS.items():
        for name in stated:
            path = REFERENCE / "slack" / "samples" / part / f"{file_name(name)}.json"
            if path.exists():
                places |= {place for place, _ in sample_facts.differences(schema(name), json.loads(path.read_text()))}
    assert DOCUMENTED - places == set()
    assert NULLABLE - places == set()
    assert LEFT_OUT_PLACES - places == set()
    assert LEFT_OUT.keys() - {place.rpartition(".")[2] for place in places} == set()


def test_the_manifest_is_as_narrow_as_the_reference() -> None:
    theirs = json.loads((REFERENCE / "slack" / "manifest.schema.json").read_text(encoding="utf-8"))
    assert list(schema_facts.looser(manifest_schema(), theirs, root=theirs)) == []


def test_block_kits_numbers_are_those_of_the_reference() -> None:
    recorded = json.loads((REFERENCE / "slack" / "block-kit" / "limits.json").read_text(encoding="utf-8"))
    assert statement("block_kit")["limits"] == recorded


def _recorded_payloads() -> Iterator[tuple[str, str, Any]]:
    """Each payload that Slack was recorded accepting: its file, what it is, and itself."""
    folder = REFERENCE / "slack" / "block-kit" / "valid"
    for path in sorted(folder.glob("*/*.json")):
        file = path.relative_to(folder).as_posix()
        yield file, next(kind for beginning, kind in KINDS if file.startswith(beginning)), json.loads(path.read_text())


def test_every_payload_that_slack_was_recorded_accepting_passes() -> None:
    found = {file: JUDGES[kind](payload) for file, kind, payload in _recorded_payloads()}
    assert len(found) > 80
    assert {file: wrong for file, wrong in found.items() if wrong} == {}


def test_our_own_payloads_use_every_key_and_word_that_the_recorded_ones_use() -> None:
    accepted: dict[str, list[Any]] = statement("block_kit")["accepted"]
    used: defaultdict[str, set[tuple[str, ...]]] = defaultdict(set)
    for _, kind, payload in _recorded_payloads():
        used[kind] |= set(_uses(payload, kind))
    lacking = {kind: used[kind].difference(*(_uses(one, kind) for one in accepted[kind])) for kind in used}
    assert {kind: uses for kind, uses in lacking.items() if uses} == {}


def _uses(value: Any, owner: str) -> Iterator[tuple[str, ...]]:
    """What a payload makes use of: each key of each kind of object, and each word where there are few of them."""
    if isinstance(value, list):
        for one in value:
            yield from _uses(one, owner)
    elif isinstance(value, dict):
        owner = str(value.get("type", owner))
        for key, one in value.items():
            yield owner, key
            if key in WORDS:
                yield from (
                    (owner, key, word) for word in (one if isinstance(one, list) else [one]) if isinstance(word, str)
                )
            yield from _uses(one, key)
