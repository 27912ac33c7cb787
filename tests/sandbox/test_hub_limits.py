"""Rate limits of the sandbox's Docker Hub, and of the registry beside it."""

from email.utils import parsedate_to_datetime

from tests.sandbox.hub_client import running_hub

GROUPS, MEMBERS = "/v2/orgs/acme/groups", "/v2/orgs/acme/members"


async def test_every_answer_says_what_is_left_of_the_limit() -> None:
    async with running_hub() as client:
        for method, path in (("GET", GROUPS), ("GET", "/v2/nowhere"), ("DELETE", f"{GROUPS}/none"), ("GET", MEMBERS)):
            reply = await client.send(method, path)
            assert int(reply.headers["X-RateLimit-Remaining"]) < int(reply.headers["X-RateLimit-Limit"])
            assert 0 <= int(reply.headers["X-RateLimit-Reset"]) - client.hub.clock.now() <= 61


async def test_over_the_limit_is_429_with_a_time_and_takes_no_effect() -> None:
    async with running_hub() as client:
        client.hub.limits.set("groups", 2)
        for _ in range(2):
            await client.send("GET", GROUPS)
        refused = await client.send("POST", GROUPS, {"name": "too-late"})
        assert refused.status == 429
        assert 1 <= int(refused.headers["Retry-After"]) <= 60
        assert refused.data == {"detail": "Rate limit exceeded", "error": False}
        assert "too-late" not in client.hub.state.organizations["acme"].teams


async def test_a_family_has_its_own_limit_and_a_caller_their_own_window() -> None:
    async with running_hub() as client:
        client.hub.limits.set("groups", 1)
        assert (await client.send("GET", GROUPS)).status == 200
        assert (await client.send("GET", GROUPS)).status == 429
        assert (await client.send("GET", MEMBERS)).status == 200
        await client.become("omarh")
        assert (await client.send("GET", GROUPS)).status == 200


async def test_the_window_ends_after_a_minute() -> None:
    async with running_hub() as client:
        client.hub.limits.set("groups", 1)
        await client.send("GET", GROUPS)
        client.hub.clock.advance(61)
        assert (await client.send("GET", GROUPS)).status == 200


async def test_retry_after_comes_in_every_form_that_was_seen() -> None:
    async with running_hub() as client:
        client.hub.limits.set("groups", 0)
        limits, now = client.hub.limits, client.hub.clock.now()
        limits.retry_after = "date"
        date = parsedate_to_datetime((await client.send("GET", GROUPS)).headers["Retry-After"]).timestamp()
        limits.retry_after, limits.retry_header = "timestamp", "X-Retry-After"
        stamp = int((await client.send("GET", GROUPS)).headers["X-Retry-After"])
        assert now < date <= now + 62
        assert now < stamp <= now + 62


async def test_without_a_token_the_limit_is_180_a_minute() -> None:
    async with running_hub(log_in=False) as client:
        reply = await client.send("GET", "/v2/namespaces/acme/repositories")
        assert reply.headers["X-RateLimit-Limit"] == "180"


async def test_spending_leaves_a_twentieth_in_every_family_for_a_minute() -> None:
    async with running_hub() as client:
        await client.send("GET", GROUPS)
        await client.hub.act_outside("spend_rate_limit")
        for path in (GROUPS, MEMBERS):
            assert (await client.send("GET", path)).headers["X-RateLimit-Remaining"] == "29"
        client.hub.clock.advance(61)
        assert (await client.send("GET", GROUPS)).headers["X-RateLimit-Remaining"] == "599"


async def test_the_registry_tells_the_pull_limit_and_a_head_does_not_count() -> None:
    async with running_hub() as client:
        manifest = f"{client.hub.registry_url}/v2/ratelimitpreview/test/manifests/latest"
        refused = await client.send("HEAD", manifest)
        assert refused.status == 401
        assert f'realm="{client.hub.registry_url}/token"' in refused.headers["WWW-Authenticate"]
        client.token = (await client.send("GET", f"{client.hub.registry_url}/token")).data["token"]
        heads = [(await client.send("HEAD", manifest)).headers["ratelimit-remaining"] for _ in range(2)]
        assert heads == ["100;w=21600", "100;w=21600"]
        await client.send("GET", manifest)
        last = await client.send("HEAD", manifest)
        assert (last.headers["ratelimit-limit"], last.headers["ratelimit-remaining"]) == ("100;w=21600", "99;w=21600")
