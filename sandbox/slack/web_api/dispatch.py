"""The Web API's front desk: reads the call, checks token, scope and rate, answers, and writes the call down."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import unquote_plus

from aiohttp import web

from sandbox.slack.errors import ApiError, RateLimited, missing_scope
from sandbox.slack.faults import Fault
from sandbox.slack.parts import Parts, Record
from sandbox.slack.web_api import apps as api_apps
from sandbox.slack.web_api import blocks as api_blocks
from sandbox.slack.web_api import channels as api_channels
from sandbox.slack.web_api import chat as api_chat
from sandbox.slack.web_api import conversations as api_conversations
from sandbox.slack.web_api import files as api_files
from sandbox.slack.web_api import reactions as api_reactions
from sandbox.slack.web_api import scheduled as api_scheduled
from sandbox.slack.web_api import unfurls as api_unfurls
from sandbox.slack.web_api import users as api_users
from sandbox.slack.web_api import views as api_views
from sandbox.slack.web_api.arguments import Arguments, read_arguments
from sandbox.slack.web_api.method import Call, Method
from sandbox.slack.workspace.state import Json

METHODS: Mapping[str, Method] = {
    method.name: method
    for module in (
        api_apps,
        api_blocks,
        api_channels,
        api_chat,
        api_conversations,
        api_files,
        api_reactions,
        api_scheduled,
        api_unfurls,
        api_users,
        api_views,
    )
    for method in module.METHODS
}


class WebApi:
    """Answers `/api/<method>`."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._stopped = asyncio.Event()

    def stop(self) -> None:
        """Let go of the requests that are left hanging."""
        self._stopped.set()

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """One call, with the faults scripted for it."""
        name = request.match_info["method"]

        async def answer() -> web.Response:
            try:
                arguments = await read_arguments(request)
            except ApiError as refusal:
                return self._respond(name, {}, refusal.as_json())
            return self._answer(name, arguments, request.headers.get("Authorization", ""))

        return await self.through_faults(name, request, answer=answer)

    async def through_faults(
        self, name: str, request: web.Request, *, answer: Callable[[], Awaitable[web.Response]]
    ) -> web.StreamResponse:
        """Answer, with the holds and faults scripted for that name before and after the effect."""
        faults = self._parts.faults
        said = unquote_plus(await request.text()) if faults.listens else ""
        await faults.pass_by(name, after_effect=False, said=said)
        if fault := faults.take(name, after_effect=False):
            return await self._suffer(fault, request, name)
        response = await answer()
        await faults.pass_by(name, after_effect=True, said=said)
        if fault := faults.take(name, after_effect=True):
            return await self._suffer(fault, request, name)
        return response

    async def _suffer(self, fault: Fault, request: web.Request, name: str) -> web.StreamResponse:
        self._parts.inspector.note("api", "out", f"{name}: scripted fault", repr(fault), problem=True)
        if fault.hang:
            await self._stopped.wait()
        if fault.drop or fault.hang:
            if request.transport is not None:
                request.transport.abort()
            return web.Response(status=499)
        if fault.error:
            return web.json_response({"ok": False, "error": fault.error}, status=fault.status, headers=fault.headers)
        if fault.status == 429:
            return web.json_response({"ok": False, "error": "ratelimited"}, status=429, headers=fault.headers)
        return web.Response(status=fault.status, text=fault.body, headers=fault.headers)

    def _answer(self, name: str, arguments: Arguments, authorization: str) -> web.Response:
        token = authorization.removeprefix("Bearer ").strip() or arguments.text("token")
        shown = {key: value for key, value in arguments.values.items() if key != "token"}
        call = Call(self._parts, name, arguments, list(arguments.warnings))
        headers = self._scopes_of(token)
        try:
            result = self._perform(call, token)
        except ApiError as refusal:
            return self._respond(name, shown, refusal.as_json(), headers=headers)
        except RateLimited as limit:
            self._parts.inspector.violation(f"{name} too fast", shown)
            body = {"ok": False, "error": "ratelimited"}
            return self._respond(name, shown, body, 429, {**headers, "Retry-After": str(limit.seconds)})
        return self._respond(name, shown, with_warnings({"ok": True, **result}, call.warnings), headers=headers)

    def _scopes_of(self, token: str) -> dict[str, str]:
        """The header with what a token may do: https://docs.slack.dev/authentication/installing-with-oauth"""
        app = self._parts.app
        granted = {app.bot_token: app.scopes, app.app_token: app.app_scopes}.get(token)
        return {} if granted is None else {"x-oauth-scopes": ",".join(sorted(granted))}

    def _perform(self, call: Call, token: str) -> Json:
        method = METHODS.get(call.method)
        if method is None:
            raise ApiError("unknown_method", {"req_method": call.method})
        self._check_token(method, token)
        if wait := self._parts.limits.take_call(method.name, method.per_minute):
            raise RateLimited(wait)
        return method.handler(call)

    def _check_token(self, method: Method, token: str) -> None:
        if method.caller == "none":
            return
        app = self._parts.app
        kinds = {app.bot_token: "bot", app.app_token: "app"}
        if not token:
            raise ApiError("not_authed")
        if token not in kinds:
            raise ApiError("invalid_auth")
        if kinds[token] != method.caller:
            raise ApiError("not_allowed_token_type")
        granted = app.scopes if method.caller == "bot" else app.app_scopes
        for scope in method.scopes:
            if scope not in granted:
                raise missing_scope(scope, sorted(granted))

    def _respond(
        self, name: str, arguments: Json, body: Json, status: int = 200, headers: Mapping[str, str] | None = None
    ) -> web.Response:
        parts = self._parts
        parts.calls.append(Record(parts.clock.now(), name, arguments, body, status))
        outcome = "ok" if body["ok"] else body["error"]
        parts.inspector.note(
            "api", "in", f"{name}: {outcome}", {"arguments": arguments, "answer": body}, problem=not body["ok"]
        )
        parts.feed.touch()
        return web.json_response(body, status=status, headers=headers)


def with_warnings(body: Json, warnings: list[str]) -> Json:
    """The body with Slack's warnings: https://docs.slack.dev/apis/web-api/#responses"""
    if not warnings:
        return body
    metadata: dict[str, Any] = {**body.get("response_metadata", {}), "warnings": warnings}
    return {**body, "warning": ",".join(warnings), "response_metadata": metadata}
