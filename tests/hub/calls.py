"""The calls that tests make, and which of them write."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from bot.hub.client import Hub
from bot.hub.protocol import Envelope

ORGANIZATION = "/v2/orgs/{organization}"
TEAMS = "/v2/orgs/{organization}/groups"

Write = Callable[[Hub], Awaitable[Envelope]]
WRITES: list[Any] = [
    pytest.param(lambda hub: hub.post(TEAMS, json={"name": "x"}, organization="acme"), id="post"),
    pytest.param(lambda hub: hub.put(ORGANIZATION, json={}, organization="acme"), id="put"),
    pytest.param(lambda hub: hub.patch(ORGANIZATION, json={}, organization="acme"), id="patch"),
    pytest.param(lambda hub: hub.delete(ORGANIZATION, organization="acme"), id="delete"),
]
READS: list[Any] = [
    pytest.param(lambda hub: hub.get(ORGANIZATION, organization="acme"), id="get"),
    pytest.param(lambda hub: hub.head(ORGANIZATION, organization="acme"), id="head"),
    pytest.param(lambda hub: hub.post(TEAMS, json={}, repeatable=True, organization="acme"), id="post that reads"),
]
