"""The sandbox's Docker Hub on a port: every request recorded, limited, authenticated and answered."""

import asyncio
import contextlib
import functools
import json
from collections.abc import Callable
from typing import Any, assert_never
from urllib.parse import urlsplit, urlunsplit

from aiohttp import web

from sandbox.clock import Clock
from sandbox.hub.content import outside_acts, snapshot
from sandbox.hub.content.acts import Stage
from sandbox.hub.content.seed import build
from sandbox.hub.content.state import PersonalToken, Profile, State
from sandbox.hub.registry import Registry
from sandbox.hub.routes import ROUTES
from sandbox.hub.wire.call import SCIM_MEDIA_TYPE, Answer, Call, Route
from sandbox.hub.wire.callers import ANONYMOUS, Caller
from sandbox.hub.wire.faults import Delay, Drop, ExpireTokens, Fault, Faults, ForeignNext, Hang, Hold, Respond
from sandbox.hub.wire.limits import Limits, Reading
from sandbox.hub.wire.problems import Refusal, Style, body_of
from sandbox.hub.wire.requests import Request, Requests
from sandbox.hub.wire.requests import body_of as request_body
from sandbox.hub.wire.sessions import Sessions
from sandbox.world import ACME, World

SHUTDOWN = 0.2


class HubSandbox:
    """A stateful Docker Hub on this machine, as the world has it, or as `seed` makes its state.

    `state` may be changed by tests as they like; `faults` and `hold` order trouble; `requests` is what came in;
    `limits` are the rate limits, `registry` the image pulls. Built from Docker's published contract and documentation;
    `profile` says whether it answers as the contract says, or as it is seen to answer where the two differ.
    """

    def __init__(
        self,
        *,
        clock: Clock,
        world: World = ACME,
        seed: Callable[[Clock], State] | None = None,
        profile: Profile = "contract",
    ) -> None:
        self.clock = clock
        self.state = seed(clock) if seed is not None else build(clock, world, profile=profile)
        self.sessions = Sessions(self.state)
        self.limits = Limits(clock)
        self.faults = Faults()
        self.requests = Requests()
        self.registry = Registry()
        self.url = ""
        self.registry_url = ""
        self._holds: list[Hold] = []
        self._callbacks: list[Callable[[], None]] = []
        self._runners: list[web.AppRunner] = []
        self._stopping = asyncio.Event()

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> str:
        """Listen, and answer the base address; the registry listens on a port of its own, at `registry_url`."""
        self._stopping = asyncio.Event()
        self.url = await self._listen(self._app(), host=host, port=port)
        self.registry_url = await self._listen(self.registry.app(), host=host, port=0)
        return self.url

    async def stop(self) -> None:
        """Let go what is held or hangs, and close the ports."""
        self._stopping.set()
        for hold in self._holds:
            hold.release()
        while self._runners:
            await self._runners.pop().cleanup()

    def hold(self, method_glob: str, path_glob: str, *, after: bool = False, times: int | None = 1) -> Hold:
        """Hold the next request that matches, before or after its effect, until `release()`."""
        hold = Hold(method_glob, path_glob, after=after, times=times)
        self._holds.append(hold)
        return hold

    def on_change(self, callback: Callable[[], None]) -> None:
        """Call this after every request and every act that changed the state."""
        self._callbacks.append(callback)

    def snapshot(self) -> dict[str, Any]:
        """What the browser's side panel shows."""
        return snapshot.of(self.state, self.limits)

    async def act_outside(self, name: str, **args: Any) -> str:
        """Do something as a person in Docker Hub; answers one sentence. Raises ValueError with a sentence."""
        before = self.state.sequence
        try:
            return outside_acts.act(Stage(self.state, self.limits, self.sessions, self.faults), name, given=args)
        finally:
            self._notify(before)

    def _app(self) -> web.Application:
        app = web.Application(client_max_size=4 * 2**20)
        for route in ROUTES:
            # Docker's own clients ask with and without the slash at the end.
            for path in (route.path.rstrip("/"), f"{route.path.rstrip('/')}/"):
                app.router.add_route(route.method, path, functools.partial(self._serve, route))
        app.router.add_route("*", "/{tail:.*}", functools.partial(self._serve, NOT_FOUND))
        return app

    async def _listen(self, app: web.Application, *, host: str, port: int) -> str:
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=SHUTDOWN)
        await runner.setup()
        self._runners.append(runner)
        await web.TCPSite(runner, host, port).start()
        bound = runner.addresses[0]
        return f"http://{bound[0]}:{bound[1]}"

    async def _serve(self, route: Route, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        record = Request(self.clock.now(), request.method, request.path, dict(request.query), request_body(body))
        self.requests.append(record)
        faults = self.faults.take(request.method, request.path)
        holds = [hold for hold in self._holds if hold.takes(request.method, request.path)]
        await _wait(holds, after=False)
        response = await self._trouble(request, faults, after=False)
        if response is None:
            response = self._respond(route, request, body=body, record=record)
            await _wait(holds, after=True)
            response = await self._trouble(request, faults, after=True, response=response) or response
        record.status = None if _broken(request) else response.status
        return response

    def _respond(self, route: Route, request: web.Request, *, body: bytes, record: Request) -> web.Response:
        """Authenticate, count, act: without a pause, so a request takes effect whole."""
        before = self.state.sequence
        caller, unknown = self._caller(route, request)
        record.caller = caller.key
        reading = self.limits.count(route.family, caller.key)
        try:
            self._check(reading, route, caller=caller, unknown=unknown)
            answer = route.act(self._call(request, body=body, caller=caller))
        except Refusal as refusal:
            answer = _refused(refusal, route.style)
        record.effects = tuple(range(before + 1, self.state.sequence + 1))
        self._notify(before)
        return _written(answer, reading)

    def _check(self, reading: Reading, route: Route, *, caller: Caller, unknown: Refusal | None) -> None:
        if reading.over:
            headers = dict([self.limits.retry_after_header(reading)])
            raise Refusal(429, "Rate limit exceeded", headers=headers)
        if unknown is not None:
            raise unknown
        if route.older and caller.kind == "organization":
            raise Refusal(403, "organization access tokens are not supported on this route")
        if isinstance(caller.token, PersonalToken) and route.family in self.state.options.personal_tokens_refused:
            raise Refusal(403, "personal access tokens are not supported on this route")

    def _caller(self, route: Route, request: web.Request) -> tuple[Caller, Refusal | None]:
        """Who asks, and why they may not ask at all."""
        authorization, nobody = request.headers.get("Authorization", ""), Caller("anonymous", address=_address(request))
        if route.auth == "none":
            return nobody, None
        if not authorization and route.auth == "optional":
            return nobody, None
        try:
            if route.auth == "scim":
                return self._scim_caller(authorization), None
            return self.sessions.caller(authorization, nobody.address), None
        except Refusal as refusal:
            return nobody, refusal

    def _scim_caller(self, authorization: str) -> Caller:
        for organization in self.state.organizations.values():
            if organization.scim_token and authorization == f"Bearer {organization.scim_token}":
                return Caller("scim", organization.name)
        raise Refusal(401, "the SCIM token is not valid")

    def _call(self, request: web.Request, *, body: bytes, caller: Caller) -> Call:
        return Call(
            state=self.state,
            sessions=self.sessions,
            method=request.method,
            path=request.path,
            origin=f"{request.scheme}://{request.host}",
            params=request.match_info,
            query=dict(request.query),
            body=body,
            content_type=request.content_type,
            caller=caller,
        )

    async def _trouble(
        self, request: web.Request, faults: list[Fault], *, after: bool, response: web.Response | None = None
    ) -> web.Response | None:
        """What goes wrong at this moment: another answer, or None to go on."""
        for fault in faults:
            if fault.after != after:
                continue
            match fault:
                case Respond():
                    return _ordered(fault, response)
                case Delay():
                    await self._pause(fault.seconds)
                case Hang():
                    await self._stopping.wait()
                    return _cut(request)
                case Drop():
                    return _cut(request)
                case ForeignNext():
                    return _with_foreign_next(response, fault)
                case ExpireTokens():
                    self.sessions.expire()
                case _:
                    assert_never(fault)
        return None

    async def _pause(self, seconds: float) -> None:
        """Wait, but for a server that stops."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), seconds)

    def _notify(self, before: int) -> None:
        if self.state.sequence != before:
            for callback in self._callbacks:
                callback()


def _nowhere(call: Call) -> Answer:
    raise Refusal(404, f"no route {call.method} {call.path}")


NOT_FOUND = Route("*", "/", _nowhere, "other", Style.DETAIL, auth="none")


async def _wait(holds: list[Hold], *, after: bool) -> None:
    for hold in holds:
        if hold.after == after:
            await hold.wait()


def _refused(refusal: Refusal, style: Style) -> Answer:
    content_type = SCIM_MEDIA_TYPE if style is Style.SCIM and refusal.status != 429 else "application/json"
    text = json.dumps(body_of(refusal, style))
    return Answer(refusal.status, text=text, content_type=content_type, headers=refusal.headers)


def _written(answer: Answer, reading: Reading) -> web.Response:
    headers = {**reading.headers, **answer.headers}
    text = json.dumps(answer.data) if answer.text is None and answer.data is not None else answer.text
    if text is None:
        return web.Response(status=answer.status, headers=headers)
    return web.Response(status=answer.status, text=text, content_type=answer.content_type, headers=headers)


def _ordered(fault: Respond, response: web.Response | None) -> web.Response:
    """The ordered answer; where Docker Hub itself would have answered, its rate-limit headers stay."""
    kept = {k: v for k, v in (response.headers if response else {}).items() if k.startswith("X-RateLimit")}
    text = fault.body if isinstance(fault.body, str) else json.dumps(fault.body)
    headers = {**kept, **fault.headers}
    return web.Response(status=fault.status, text=text, content_type=fault.content_type, headers=headers)


def _with_foreign_next(response: web.Response | None, fault: ForeignNext) -> web.Response | None:
    data = json.loads(response.text or "null") if response is not None else None
    if response is None or not isinstance(data, dict) or not data.get("next"):
        return response
    data["next"] = urlunsplit(urlsplit(data["next"])._replace(scheme=fault.scheme, netloc=fault.host))
    response.text = json.dumps(data)
    return response


def _cut(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


def _broken(request: web.Request) -> bool:
    return request.transport is None or request.transport.is_closing()


def _address(request: web.Request) -> str:
    return request.remote or ANONYMOUS.address
