"""Immutable tags: the setting of a repository, its rules, and the check of one expression."""

import functools
from collections.abc import Callable

import re2

from sandbox.hub import repositories
from sandbox.hub.content import access, log
from sandbox.hub.content.state import Options, Repository
from sandbox.hub.wire.call import Answer, Call, Route, flag_in, text_in, texts_in
from sandbox.hub.wire.callers import Hand
from sandbox.hub.wire.problems import Refusal

SCOPE = "scope-repository-settings-admin"
MOST_RULES = 5


def update_setting(call: Call) -> Answer:
    """Both keys, always; answers the whole repository."""
    found = access.repository(call, need="admin", scope=SCOPE, feature="immutable_tags")
    body = call.json()
    enabled, rules = flag_in(body, "immutable_tags"), texts_in(body, "immutable_tags_rules")
    check_rules(rules)
    set_rules(call.hand, found, enabled=enabled, rules=rules)
    return Answer(data=repositories.as_json(call, found))


def verify_expression(call: Call) -> Answer:
    """The tags of the repository that one expression matches."""
    found = access.repository(call, need="admin", scope=SCOPE, feature="immutable_tags")
    matches = _matcher(text_in(call.json(), "regex"), anywhere=call.state.options.rules_match_anywhere)
    return Answer(data={"tags": [name for name in found.tags if matches(name)]})


def check_rules(rules: tuple[str, ...]) -> None:
    """Raises Refusal 400 for more than five rules, and for what is no RE2 expression or has a comma."""
    if len(rules) > MOST_RULES:
        raise Refusal(400, f"at most {MOST_RULES} rules", fields={"immutable_tags_rules": f"at most {MOST_RULES}"})
    for rule in rules:
        _matcher(rule)


def set_rules(hand: Hand, found: Repository, *, enabled: bool, rules: tuple[str, ...]) -> None:
    """Set both, and log it as repo.immutable.tags.updated."""
    found.immutable, found.rules = enabled, rules
    text = f"{'enabled' if enabled else 'disabled'} immutable tags of the repository {found.full_name}"
    log.record(
        hand,
        "repo.immutable.tags.updated",
        account=found.namespace,
        name=found.full_name,
        text=text,
        data={"immutable_tags": str(enabled).lower(), "immutable_tags_rules": ",".join(rules)},
    )


def is_immutable(options: Options, found: Repository, *, tag: str) -> bool:
    """Whether a tag of this name could not be pushed over; switched on without a rule, every tag is immutable."""
    if not found.immutable:
        return False
    return not found.rules or any(_matcher(r, anywhere=options.rules_match_anywhere)(tag) for r in found.rules)


@functools.lru_cache(maxsize=256)
def _matcher(rule: str, *, anywhere: bool = False) -> Callable[[str], object]:
    """Raises Refusal 400 for what is no RE2 expression, or has a comma."""
    if not rule or "," in rule:
        raise Refusal(400, f"'{rule}' is empty or has a comma", fields={"regex": "not a valid rule"})
    options = re2.Options()
    options.log_errors = False
    try:
        expression = re2.compile(rule, options)
    except re2.error as error:
        raise Refusal(
            400, f"'{rule}' is not an RE2 expression: {_reason(error)}", fields={"regex": "invalid"}
        ) from None
    match: Callable[[str], object] = expression.search if anywhere else expression.fullmatch
    return match


def _reason(error: Exception) -> str:
    reason = error.args[0] if error.args else ""
    return reason.decode(errors="replace") if isinstance(reason, bytes) else str(reason)


SETTING = "/v2/namespaces/{namespace}/repositories/{repository}/immutabletags"

ROUTES = (
    Route("PATCH", SETTING, update_setting, "immutabletags"),
    Route("POST", f"{SETTING}/verify", verify_expression, "immutabletags"),
)
