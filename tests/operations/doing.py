"""What a person does with a write: see what it would change, do it, and look again."""

from collections.abc import Sequence
from typing import Any

from bot.hub import Hub
from bot.operations import BY_NAME
from bot.operations.kit.base import Answer, ItemResult, Outcome, Preview, Read, Step, Write
from tests.operations.judged import JudgedHub


async def read(hub: Hub, name: str, /, **values: Any) -> Answer:
    """What a read finds."""
    operation = BY_NAME[name]
    assert isinstance(operation, Read)
    assert operation.run is not None
    return await operation.run(hub, operation.params.model_validate({"organization": "acme", **values}))


async def foresee(hub: Hub, name: str, /, **values: Any) -> Preview:
    """What a write would change."""
    operation = write_of(name)
    return await operation.preview(hub, operation.params.model_validate({"organization": "acme", **values}))


async def do(hub: Hub, name: str, /, **values: Any) -> Outcome:
    """Do a write, and see that a second look finds nothing left of it."""
    operation = write_of(name)
    params = operation.params.model_validate({"organization": "acme", **values})
    assert not (await operation.preview(hub, params)).is_noop
    assert operation.execute is not None
    outcome = await operation.execute(hub, params)
    assert (await operation.preview(hub, params)).is_noop
    return outcome


async def plan(hub: Hub, name: str, /, **values: Any) -> Sequence[Step]:
    """The steps that are left."""
    operation = write_of(name)
    assert operation.steps is not None
    return await operation.steps(hub, operation.params.model_validate({"organization": "acme", **values}))


async def step_through(hub: Hub, name: str, /, **values: Any) -> list[ItemResult]:
    """Do every step that is left."""
    operation = write_of(name)
    params = operation.params.model_validate({"organization": "acme", **values})
    assert operation.run_step is not None
    return [await operation.run_step(hub, params, step) for step in await plan(hub, name, **values)]


def write_of(name: str) -> Write:
    """The write with this name."""
    operation = BY_NAME[name]
    assert isinstance(operation, Write)
    return operation


def writes(sandbox: JudgedHub) -> list[tuple[str, str, Any]]:
    """Method, path and body of every request that could change something, log-ins and dry runs apart."""
    return [
        (each.method, each.path, each.body)
        for each in sandbox.requests
        if each.method != "GET"
        and "/auth/" not in each.path
        and not (isinstance(each.body, dict) and each.body.get("dry_run"))
    ]


def judge(sandbox: JudgedHub) -> set[str]:
    """The contract's id of each operation that was used; raises where an exchange breaks the contract."""
    sandbox.exchanges = [e for e in sandbox.exchanges if not is_outside(e.path)]
    return set(sandbox.judge())


def is_outside(path: str) -> bool:
    """Whether the contract does not know this path at all."""
    return path.startswith("/v2/orgs/acme/groups/") and path.endswith("/repositories")


def subjects(preview: Preview) -> dict[str, tuple[str | None, str | None, tuple[str, ...]]]:
    """What changes, by its subject."""
    return {change.subject: (change.before, change.after, change.items) for change in preview.changes}
