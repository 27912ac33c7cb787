"""Each of the contract's operations is driven by one of ours, over a real socket, and judged in both directions."""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Callable

from bot.governance.stored import head_of
from bot.hub import Hub
from bot.operations import BY_NAME, OPERATIONS
from bot.operations.kit.base import Intent, Params, Preview, Read, Write
from bot.operations.kit.consequences import HEADING
from sandbox.world import ORGANIZATION
from tests.intents.reading import parse
from tests.operations.judged import JudgedHub
from tests.sandbox.hub_contract import Exchange, contract

# Log-ins are the client's and the terminal's: tests/hub and tests/test_terminal.py drive them.
LOG_INS = {"Login", "TwoFactorLogin", "CreateAccessToken"}

# One after another on one Docker Hub: what one makes, a later one changes.
STORY = """
member list
member export
member role annberg editor
member remove samok
member offboard adaweber
invite list
invite send jane@example.com --team platform
invite resend jane@example.com
invite cancel jane@example.com
team list
team create docs --description 'Writes the manual'
team show docs
team update docs --description 'Writes the manuals'
team update docs --name manuals --description 'Writes all manuals'
team member add manuals miranovak
team member list manuals
team member remove manuals miranovak
team repo list platform
team clone platform platform-copy
team delete manuals
repo list
repo create fresh --visibility private
repo show fresh
repo check fresh
repo update fresh --description 'Just made'
repo immutable verify api v2.*
repo immutable set api --rule v.*
repo immutable show api
repo team set fresh platform write
repo team list fresh
repo team remove fresh platform
repo visibility fresh public
tag list web
tag show web latest
tag check web
tag check web --tag latest
tag delete web latest
repo delete fresh
org settings show
org settings update --restricted-images on
registry access show
registry access update --enabled on
oat create ci-two --repo acme/api:image-pull
oat list
oat show ci-two
oat update ci-two --active off
oat delete ci-two
pat create laptop repo:read
pat list
pat show laptop
pat update laptop --active off
pat delete laptop
scim config
scim types
scim type User
scim schemas
scim schema urn:ietf:params:scim:schemas:core:2.0:User
scim user list
scim user create new.person@example.com --given-name New --family-name Person
scim user show new.person@example.com
scim user show {user_id}
scim user update new.person@example.com --given-name Newer
scim user deactivate new.person@example.com
scim user activate new.person@example.com
audit list --limit 20
audit actions
limits
whoami
"""


# What the button of a form has room for: https://docs.slack.dev/reference/views/modal-views
BUTTON = 24

# Docker's own clients use these, and the contract does not have them: hub-api/README.md, "Outside the contract".
OUTSIDE = re.compile(
    r"(GET|PATCH|DELETE) /v2/repositories/.*|POST /v2/repositories/.*/privacy|GET /v2/orgs/.*/repositories"
    r"|.* /v2/orgs/.*/registry-access-management|PATCH /v2/namespaces/[^/]+/repositories/[^/]+"
)


def is_outside(exchange: Exchange) -> bool:
    """Whether it is one of the calls that the contract does not have."""
    return OUTSIDE.fullmatch(f"{exchange.method} {exchange.path}") is not None


async def some_scim_user(hub: Hub) -> str:
    """The id of a SCIM user who is there from the beginning."""
    assert hub.scim is not None
    rows = (await hub.scim.pages("/v2/scim/2.0/Users")).data
    return str(rows[0]["id"])


def judge_words(operation: Write, params: Params, would: Preview) -> None:
    """What a write says of itself: what and whom in a line, what its button does, and each risk in a sentence."""
    head = head_of(operation, params, would)
    assert 0 < len(head.title) <= HEADING, operation.name
    assert any(folded in head.title.casefold() for folded in (s.casefold() for s in operation.subjects(params))), head
    assert "None" not in head.title
    assert "  " not in head.title
    assert operation.verb != "Ask", f"{operation.name}: its button says no verb"
    assert len(operation.verb) <= BUTTON, operation.verb
    for risk in head.risks:
        assert re.fullmatch(r"[A-Z].+\.", risk.said), risk


async def judge_inverse(hub: Hub, operation: Write, params: Params, would: Preview) -> None:
    """Of what has been done: its inverse can be asked for, and its own inverse is what was asked for."""
    prepared = head_of(operation, params, would).inverse
    if prepared is None:
        return
    back = BY_NAME[prepared.operation]
    assert isinstance(back, Write)
    values = back.params.model_validate(json.loads(json.dumps(dict(prepared.values))))
    then = await back.preview(hub, values)
    assert then.changes, f"{operation.name}: nothing to turn back"
    if back is operation:
        turned = Counter((change.after, change.before) for change in then.changes)
        assert turned == Counter((change.before, change.after) for change in would.changes)
    again = head_of(back, values, then).inverse
    if again is not None:
        assert again.operation == operation.name
        assert operation.params.model_validate(dict(again.values)) == params


async def do(hub: Hub, line: str) -> str:
    """Do what a line of the story says, all the way; answers the operation's name."""
    intent = parse(line, ORGANIZATION)
    if not isinstance(intent, Intent):
        intent = parse(f"{line} --reason x", ORGANIZATION)
    assert isinstance(intent, Intent), line
    operation, params = intent.operation, intent.params
    if isinstance(operation, Read):
        assert operation.run is not None
        await operation.run(hub, params)
        return operation.name
    preview = await operation.preview(hub, params)
    assert preview.changes, f"{line} would change nothing: {preview.notes}"
    judge_words(operation, params, preview)
    if operation.execute is not None:
        await operation.execute(hub, params)
    elif operation.steps is not None and operation.run_step is not None:
        for step in await operation.steps(hub, params):
            result = await operation.run_step(hub, params, step)
            assert result.done, f"{line}: {result}"
        assert not await operation.steps(hub, params), f"{line}: a step that was done is left"
    await judge_inverse(hub, operation, params, preview)
    if operation.observable:
        assert (await operation.preview(hub, params)).is_noop, f"{line}: done, and yet not a no-op"
    return operation.name


async def test_every_operation_of_the_contract_is_one_of_ours(
    hub_sandbox: JudgedHub,
    provisioned: Hub,
    record_property: Callable[[str, object], None],
) -> None:
    driven_by: defaultdict[str, set[str]] = defaultdict(set)
    used = set()
    for line in STORY.format(user_id=await some_scim_user(provisioned)).strip().splitlines():
        hub_sandbox.exchanges.clear()
        name = await do(provisioned, line)
        used.add(name)
        hub_sandbox.exchanges = [each for each in hub_sandbox.exchanges if not is_outside(each)]
        for contract_id in hub_sandbox.judge():
            driven_by[contract_id].add(name)
    ours = {operation.name for operation in OPERATIONS if operation.endpoint}
    assert used == ours, f"the story leaves out {ours - used}"
    wanted = sorted({found for found, *_ in contract().operations()} - LOG_INS)
    rows = [f"{each:<34} {', '.join(sorted(driven_by[each])) or 'MISSING'}" for each in wanted]
    record_property("table", "\n".join(["The contract's operations, and ours that drive them", *rows]))
    assert [each for each in wanted if not driven_by[each]] == []
    assert len(wanted) + len(LOG_INS) == 54
