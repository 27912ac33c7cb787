"""The policy: the document, its conditions, what it says of an intent, and what is said of one that cannot be."""

from bot.governance.policy.decide import (
    Allowed,
    Decision,
    NeedsApproval,
    Refused,
    decide,
    first_rule,
    may_ask_for,
    may_somebody_ask,
    names_exactly,
)
from bot.governance.policy.document import Policy
from bot.governance.policy.people import People
from bot.governance.policy.problems import load_policy

__all__ = [
    "Allowed",
    "Decision",
    "NeedsApproval",
    "People",
    "Policy",
    "Refused",
    "decide",
    "first_rule",
    "load_policy",
    "may_ask_for",
    "may_somebody_ask",
    "names_exactly",
]
