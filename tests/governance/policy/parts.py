"""Policies of a few rules, and what is said to somebody who asks."""

import json
from typing import Any

import pytest

from bot.errors import ConfigurationError
from bot.governance.policy.decide import Decision, decide
from bot.governance.policy.document import Policy
from bot.governance.policy.problems import load_policy
from bot.operations import BY_NAME, OPERATIONS
from bot.operations.kit.base import Intent
from tests.operations.samples import sample_values

YES = {"approvals": 1, "approvers": {"users": ["U0OMAR"]}}


def written(*rules: dict[str, Any]) -> str:
    """The document of these rules, each on a line of its own, the first on line 3."""
    lines = [f"- {json.dumps(rule, ensure_ascii=False)}\n" for rule in rules]
    return "version: 1\nrules:\n" + "".join(lines or ["  []\n"])


def loaded(*rules: dict[str, Any]) -> Policy:
    """The policy of these rules, named by their place."""
    numbered = [{"name": f"rule {number}", "operations": ["*"]} | rule for number, rule in enumerate(rules)]
    return load_policy(written(*numbered), OPERATIONS, source="policy.yml")


def asked(name: str, **values: Any) -> Intent:
    """An intent of the operation, with ordinary values for what is not given."""
    operation = BY_NAME[name]
    return Intent(operation, operation.params.model_validate(sample_values(operation) | values), "why")


def said(intent: Intent, *rules: dict[str, Any], groups: frozenset[str] = frozenset()) -> Decision:
    """What these rules say to Ann."""
    return decide(loaded(*rules), intent, "U0ANN", groups)


def complaints(text: str) -> list[str]:
    """What is said of a document."""
    with pytest.raises(ConfigurationError) as caught:
        load_policy(text, OPERATIONS, source="policy.yml")
    assert caught.value.problems
    return caught.value.problems


def rule_complaints(**keys: Any) -> str:
    """What is said of a single rule that would be right without these keys."""
    rule = {"name": "r", "operations": ["invite.send"], "approvals": 0} | keys
    return "\n".join(complaints(written({key: value for key, value in rule.items() if value is not ...})))
