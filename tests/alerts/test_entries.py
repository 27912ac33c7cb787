from datetime import UTC, datetime
from typing import Any

import pytest

from bot.alerts.entries import AuditLogEntry, read_entry, speaks_of_before
from bot.alerts.reading import digest_of

from .far_side import START, row


def read(raw: Any) -> AuditLogEntry:
    return read_entry(raw, "acme", otherwise=START)


def test_the_contracts_example_is_read() -> None:
    entry = read(
        row(datetime(2021, 2, 19, 1, 34, 35, tzinfo=UTC), name="docker/example", action_description="pushed\n")
    )
    assert (entry.action, entry.name, entry.actor) == ("repo.tag.push", "docker/example", "omarh")
    assert entry.at == datetime(2021, 2, 19, 1, 34, 35, tzinfo=UTC)
    assert (entry.data["tag"], entry.description) == ("latest", "pushed")


@pytest.mark.parametrize("raw", [None, [], "text", 7, {}, {"data": None}, {"data": "x", "name": None}])
def test_a_row_without_anything_is_an_empty_entry(raw: Any) -> None:
    entry = read(raw)
    assert (entry.action, entry.name, entry.actor, dict(entry.data), entry.at) == ("", "", "", {}, START)


@pytest.mark.parametrize("stamp", [None, 7, "yesterday", "0001-01-01T00:00:00+14:00", ["2026"]])
def test_a_moment_that_is_none_is_that_of_the_reading(stamp: Any) -> None:
    assert read({"timestamp": stamp}).at == START


def test_a_moment_in_another_zone_is_utc() -> None:
    assert read({"timestamp": "2026-11-23T13:00:00.123456789+01:00"}).at == START.replace(microsecond=123456)


def test_data_of_any_type_becomes_flat_text() -> None:
    data = {"enabled": False, "rules": ["v1.*"], "count": 3, "none": None, "settings": {"deep": {"on": True}}}
    flat = {"enabled": "false", "rules": '["v1.*"]', "count": "3", "none": "", "settings.deep.on": "true"}
    assert dict(read({"data": data}).data) == flat


def test_text_that_no_database_holds_is_replaced_and_long_text_cut() -> None:
    entry = read({"name": "a\x00b\ud800c", "actor": "x" * 600, "action": {"odd": 1}, "data": {"k\x00": "v\udfff"}})
    assert entry.name == "a\ufffdb\ufffdc"
    assert entry.actor == "x" * 511 + "…"
    assert entry.action == '{"odd":1}'
    assert dict(entry.data) == {"k\ufffd": "v\ufffd"}


def test_text_as_long_as_its_limit_is_whole() -> None:
    entry = read({"actor": "x" * 512, "action": "y" * 128, "action_description": "z" * 2_000})
    assert (entry.actor, entry.action, entry.description) == ("x" * 512, "y" * 128, "z" * 2_000)


def test_data_below_the_fourth_level_stays_json() -> None:
    data = {"a": {"b": {"c": {"d": {"e": [1]}, "x": "y"}}}}
    assert dict(read({"data": data}).data) == {"a.b.c.d": '{"e":[1]}', "a.b.c.x": "y"}


def test_half_a_surrogate_pair_has_a_digest() -> None:
    assert len(digest_of({"name": "\ud800"})) == 64


@pytest.mark.parametrize("key", ["old_role", "previous_privacy", "oldRole", "from", "role.before", "wasPrivate", "OLD"])
def test_a_key_can_speak_of_the_state_before(key: str) -> None:
    assert speaks_of_before(key)


@pytest.mark.parametrize("key", ["role", "new_role", "privacy", "folder", "wash", "immutable_tags", "threshold"])
def test_a_key_that_only_looks_like_it_does_not(key: str) -> None:
    assert not speaks_of_before(key)
