"""The sandbox's Docker Hub with every exchange kept, to be held against Docker's contract."""

import dataclasses
from typing import Any

from aiohttp import web

from sandbox.clock import Clock
from sandbox.hub import HubSandbox
from tests.sandbox.hub_contract import Exchange, contract


class JudgedHub(HubSandbox):
    """As `HubSandbox`; `exchanges` are the requests and answers as they were on the wire."""

    def __init__(self) -> None:
        super().__init__(clock=Clock())
        self.exchanges: list[Exchange] = []

    def _respond(self, route: Any, request: web.Request, *, body: bytes, record: Any) -> web.Response:
        response = super()._respond(route, request, body=body, record=record)
        answer = response.body if isinstance(response.body, bytes) else b""
        headers = dict(response.headers) | {"Content-Type": response.content_type}
        sent = dict(request.headers)
        self.exchanges.append(
            Exchange(request.method, request.path, dict(request.query), sent, body, response.status, answer, headers)
        )
        return response

    def judge(self) -> list[str]:
        """The contract's id of each operation that was used, in order; raises `ContractBroken`."""
        judged = contract()
        return [judged.check(dataclasses.replace(each), request_too=each.status < 300) for each in self.exchanges]
