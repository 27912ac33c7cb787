"""A first policy, made of a few answers: pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from bot.errors import ConfigurationError

WORD = re.compile(r"[A-Z0-9]+")
COUNT = re.compile(r"10|[1-9]")
READING = (
    '["*.list", "*.show", "*.check", "*.verify", "*.export", "audit.*", "limits", "whoami", "scim.config", '
    '"scim.type", "scim.types", "scim.schema", "scim.schemas"]'
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What somebody said: ids of Slack users and user groups, how many agree to what, whether all may read."""

    approvers: tuple[str, ...]
    administrators: tuple[str, ...]
    approvals: str
    grave: str
    reads: bool


def policy_text(answers: Answers) -> str:
    """The document in YAML; raises `ConfigurationError` for what can stand in none."""
    problems = [f"“{each[:40]}” is no id such as U024BE7LH or S0614TZR7." for each in unlike(answers)]
    if not answers.approvers:
        problems.append("Somebody has to approve.")
    problems += [f"“{each[:40]}” is no number from 1 to 10." for each in numbers_unlike(answers)]
    if problems:
        raise ConfigurationError(problems)
    who = named(answers.approvers)
    few, many = int(answers.approvals), int(answers.grave)
    reading = "approvals: 0" if answers.reads else f"approvals: {few}\n    approvers: {who}"
    lines = [
        "# A first policy; docs/policy.md explains every key. The first rule that matches decides.",
        "version: 1",
        *([f"administrators: {named(answers.administrators)}"] if answers.administrators else []),
        "rules:",
        f"  - name: {'reading is open to everyone' if answers.reads else 'reading needs an approval'}",
        f"    operations: {READING}",
        f"    {reading}",
        "  - name: everybody sees the requests that concern them",
        '    operations: ["requests*", "history*"]',
        "    approvals: 0",
        *rule("more people agree to an owner", '["invite.send", "member.role"]', many, who, "where: {role: owner}"),
        *rule(
            "more people agree to an owner, by way of the team too",
            '["invite.send", "team.member.add"]',
            many,
            who,
            "where: {team: owners}",
        ),
        *rule("more people agree to what cannot be taken back", '["*"]', many, who, "kinds: [destructive]"),
        *rule("somebody agrees to everything else", '["*"]', few, who, "kinds: [write]"),
    ]
    return "\n".join(lines) + "\n"


def rule(name: str, operations: str, approvals: int, who: str, when: str) -> tuple[str, ...]:
    """One rule's lines."""
    return (
        f"  - name: {name}",
        f"    operations: {operations}",
        f"    {when}",
        f"    approvals: {approvals}",
        f"    approvers: {who}",
        "    expires: 24h",
    )


def unlike(answers: Answers) -> Iterable[str]:
    """What is no id."""
    return (each for each in (*answers.approvers, *answers.administrators) if not WORD.fullmatch(each))


def numbers_unlike(answers: Answers) -> Iterable[str]:
    """What is no number of approvals."""
    return (each for each in (answers.approvals, answers.grave) if not COUNT.fullmatch(each))


def named(ids: Iterable[str]) -> str:
    """Users and user groups, in YAML's flow form."""
    users = [each for each in ids if not each.startswith("S")]
    groups = [each for each in ids if each.startswith("S")]
    parts = [f"{key}: [{', '.join(found)}]" for key, found in (("users", users), ("groups", groups)) if found]
    return "{" + ", ".join(parts) + "}"
