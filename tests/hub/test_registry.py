"""The registry's image-pull limit."""

from collections.abc import AsyncIterator

import pytest

from bot.hub import Call, HubProtocolError, HubUnreachable, NotFoundError, PullLimit, Registry
from bot.hub.registry import read_pull_limit
from sandbox.hub import HubSandbox


@pytest.fixture
async def registry(sandbox: HubSandbox) -> AsyncIterator[Registry]:
    registry = Registry(sandbox.registry_url)
    yield registry
    await registry.close()


async def test_the_limit_is_told_for_anybody_and_asking_is_no_pull(sandbox: HubSandbox, registry: Registry) -> None:
    sandbox.registry.used = 40
    assert await registry.pull_limit() == PullLimit(100, 60, 21600)
    assert await registry.pull_limit() == PullLimit(100, 60, 21600)
    sandbox.registry.used = 140
    assert await registry.pull_limit() == PullLimit(100, 0, 21600)


async def test_what_is_no_registry_is_an_error_of_docker_hubs(sandbox: HubSandbox) -> None:
    unreachable, hub = Registry("http://127.0.0.1:1"), Registry(sandbox.url)
    with pytest.raises(HubUnreachable):
        await unreachable.pull_limit()
    with pytest.raises(NotFoundError):
        await hub.pull_limit()
    await unreachable.close()
    await hub.close()


@pytest.mark.parametrize("challenge", ["", "Bearer", 'Bearer realm="",service="x"', 'Bearer realm="/token"'])
async def test_a_challenge_without_a_place_is_not_understood(registry: Registry, challenge: str) -> None:
    with pytest.raises(HubProtocolError, match="does not say where a token is had"):
        await registry._token(Call("HEAD", "/v2/"), challenge)


@pytest.mark.parametrize(
    ("limit", "remaining", "found"),
    [
        ("100;w=21600", "76;w=21600", PullLimit(100, 76, 21600)),
        ("100", "0", PullLimit(100, 0, 0)),
        ("", "76", None),
        ("many", "76", None),
        ("100;w=x", "76", None),
    ],
)
def test_the_headers_are_read_or_not(limit: str, remaining: str, found: PullLimit | None) -> None:
    assert read_pull_limit({"ratelimit-limit": limit, "ratelimit-remaining": remaining}) == found
    assert read_pull_limit({}) is None
