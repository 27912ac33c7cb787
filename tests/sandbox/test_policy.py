"""The sandbox's policy: whoever tries the bot can try all of it, and sees what asking looks like."""

import pytest

from bot.governance.policy import Allowed, NeedsApproval, Policy, decide, load_policy
from bot.operations import OPERATIONS
from bot.operations.kit.base import Intent, Operation, Read
from sandbox.launcher import POLICY
from tests.operations.samples import sample_values


@pytest.fixture(scope="module")
def policy() -> Policy:
    """The file, as the bot reads it."""
    return load_policy(POLICY.read_text(encoding="utf-8"), OPERATIONS, source=POLICY.name)


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_everything_can_be_tried_reads_at_once_and_writes_when_others_agree(
    policy: Policy, operation: Operation
) -> None:
    params = operation.params.model_validate(sample_values(operation) | {"organization": "acme"})
    decision = decide(policy, Intent(operation, params, "to try it"), "U0ANN", frozenset())
    assert isinstance(decision, Allowed if isinstance(operation, Read) else NeedsApproval)


@pytest.mark.parametrize(
    ("name", "values", "required"),
    [
        ("member.role", {"username": "annberg", "role": "owner"}, 2),
        ("member.role", {"username": "annberg", "role": "editor"}, 1),
        ("invite.send", {"invitees": "a@example.com", "role": "owner"}, 2),
        ("team.member.add", {"team": "owners", "username": "annberg"}, 2),
        ("repo.delete", {"repository": "api"}, 2),
        ("repo.update", {"repository": "api", "description": "x"}, 1),
    ],
)
def test_owners_and_what_cannot_be_taken_back_want_two(
    policy: Policy, name: str, values: dict[str, str], required: int
) -> None:
    operation = next(one for one in OPERATIONS if one.name == name)
    params = operation.params.model_validate({"organization": "acme", **values})
    decision = decide(policy, Intent(operation, params, "to try it"), "U0ANN", frozenset())
    assert isinstance(decision, NeedsApproval)
    assert decision.requirement.required == required
