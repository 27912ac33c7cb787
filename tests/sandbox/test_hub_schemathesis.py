"""Schemathesis makes up requests from Docker's contract, whole and broken, and holds the sandbox's answers to it."""

import asyncio
import copy
import threading
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.specs.openapi.checks import ignored_auth, positive_data_acceptance

from sandbox.clock import Clock
from sandbox.hub import HubSandbox
from sandbox.hub.content.seed import SCIM_TOKEN
from sandbox.hub.wire.callers import Caller
from sandbox.world import BOT_ACCOUNT, ORGANIZATION
from tests.sandbox.hub_contract import contract

BOUNDED = settings(
    max_examples=8,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)

UNREADABLE = "a body that cannot be read has to be refused somehow, and the contract has no status for it here"
# Where the contract is silent: the operation, the status that the sandbox answers all the same, and why.
ADDENDA = (
    ("Login", "400", UNREADABLE),
    ("TwoFactorLogin", "400", UNREADABLE),
    ("CreateAccessToken", "400", UNREADABLE),
    ("UpdateOrgSettings", "400", UNREADABLE),
    ("UpdateGroup", "400", UNREADABLE),
    ("PatchGroup", "400", UNREADABLE),
    ("AddGroupMember", "400", UNREADABLE),
    ("UpdateOrgAccessToken", "400", UNREADABLE),
    ("ListOrgAccessTokens", "400", "no page comes before the first, and the contract has no status for it here"),
    ("BulkInvite", "401", "every route that takes a bearer token answers 401 without one"),
)
# Checks that are left out: of which operation (* for all), which check, and why.
LEFT_OUT = (
    ("*", positive_data_acceptance, "the contract's schemas let an empty name, page -3 and the body null through"),
    ("ListRepositoryTags", ignored_auth, "a private repository is hidden: 404, and the contract has no 401"),
    ("CheckRepositoryTags", ignored_auth, "a private repository is hidden: 404, and the contract has no 401"),
    ("GetRepositoryTag", ignored_auth, "a private repository is hidden: 404, and the contract has no 401"),
    ("CheckRepositoryTag", ignored_auth, "a private repository is hidden: 404, and the contract has no 401"),
)


class ServedHub:
    """The sandbox's Docker Hub on a thread of its own: schemathesis calls, and does not await."""

    def __init__(self) -> None:
        self.hub = HubSandbox(clock=Clock())
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)

    def start(self) -> None:
        """Listen."""
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self.hub.start(), self._loop).result()

    def stop(self) -> None:
        """Close everything."""
        asyncio.run_coroutine_threadsafe(self.hub.stop(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def bearer(self, path: str) -> dict[str, str]:
        """The header of somebody who may do everything on that route."""
        token = SCIM_TOKEN if "/scim/" in path else self.hub.sessions.issue(Caller("user", BOT_ACCOUNT))
        return {"Authorization": f"Bearer {token}"}

    def places(self, path: str) -> dict[str, str]:
        """What there is, for the names in a path: an address of nothing would only ever answer 404."""
        state, acme = self.hub.state, self.hub.state.organizations[ORGANIZATION]
        known = dict.fromkeys(("org_name", "name", "namespace", "account"), ORGANIZATION)
        known |= {"repository": "api", "tag": "latest", "group_name": "backend", "username": "annberg"}
        known["uuid"] = next(iter(state.personal_tokens))
        known["access_token_id"] = next(iter(acme.tokens))
        known["id"] = state.accounts["annberg"].id if "/scim/" in path else next(iter(acme.invites))
        return {name: value for name, value in known.items() if f"{{{name}}}" in path}


@pytest.fixture
def served() -> Iterator[ServedHub]:
    """A fresh Docker Hub."""
    served = ServedHub()
    served.start()
    yield served
    served.stop()


@lru_cache(maxsize=1)
def schema() -> Any:
    """The contract with the addenda, as schemathesis has it."""
    document = copy.deepcopy(contract().document)
    known = {name: document["paths"][path][method.lower()] for name, method, path, _ in contract().operations()}
    for name, status, why in ADDENDA:
        assert status not in known[name]["responses"], f"the contract knows {status} of {name}: drop the addendum"
        known[name]["responses"][status] = {"description": why}
    return schemathesis.openapi.from_dict(document)


def every_operation(*, breakable: bool = False) -> pytest.MarkDecorator:
    """The contract's operations, each as a test of its own.

    With `breakable`, only those with a query or a body: whatever stands in an address alone is whole.
    """
    return pytest.mark.parametrize(
        ("name", "method", "path"),
        [
            pytest.param(name, method, path, id=name)
            for name, method, path, operation in contract().operations()
            if not breakable or is_breakable(operation)
        ],
    )


def is_breakable(operation: dict[str, Any]) -> bool:
    """Whether the operation takes a query or a body."""
    return "requestBody" in operation or any(one["in"] == "query" for one in operation["parameters"])


def hold_to_contract(served: ServedHub, name: str, *, method: str, path: str, mode: Any) -> int:
    """Send what schemathesis makes up and have every answer judged; answers how many there were."""
    left_out = [check for operation, check, _ in LEFT_OUT if operation in {"*", name}]
    requests = schema()[path][method].as_strategy(
        generation_mode=mode, path_parameters=served.places(path), headers=served.bearer(path)
    )
    judged = 0

    @BOUNDED
    @given(case=requests)
    def send(case: Any) -> None:
        nonlocal judged
        response = case.call(base_url=served.hub.url)
        case.validate_response(response, excluded_checks=left_out)
        judged += 1

    send()
    return judged


@every_operation()
def test_the_answer_to_a_whole_request_is_the_contracts(served: ServedHub, name: str, method: str, path: str) -> None:
    mode = schemathesis.GenerationMode.POSITIVE
    assert hold_to_contract(served, name, method=method, path=path, mode=mode) > 0


@every_operation(breakable=True)
def test_a_broken_request_is_refused_as_the_contract_says(served: ServedHub, name: str, method: str, path: str) -> None:
    mode = schemathesis.GenerationMode.NEGATIVE
    assert hold_to_contract(served, name, method=method, path=path, mode=mode) > 0
