"""Which tags of a repository are immutable: the rules, what each matches, and what changing them changes."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pydantic import Field

from bot.errors import at_fault
from bot.hub import Call, Hub, HubProtocolError
from bot.operations.kit.base import Answer, Change, Operation, Outcome, Preview, Read, Write
from bot.operations.kit.consequences import Harm, Logged, Prepared, Risk, repository_of, state_now
from bot.operations.kit.fields import TagRule, TagRules
from bot.operations.kit.refusals import needing
from bot.operations.kit.text import count
from bot.operations.repositories.repositories import (
    REPOSITORY,
    OneRepository,
    count_tags,
    require_repository,
)

IMMUTABLE_TAGS = "/v2/namespaces/{organization}/repositories/{repository}/immutabletags"
VERIFY = "/v2/namespaces/{organization}/repositories/{repository}/immutabletags/verify"
EVERY_TAG = ".*"
NEEDS = "a plan with immutable tags; administrators of the repository"
TAKES = (
    "a plan with immutable tags, and an account that administers the repository or an organization access token with "
    "the scope scope-repository-settings-admin"
)


class ImmutableSet(OneRepository):
    """Which tags of a repository are to be immutable."""

    rules: TagRules = ()
    enabled: bool = Field(
        True, title="Immutable tags", description="Whether rules hold; without rules, they stay as they are"
    )


class ImmutableVerify(OneRepository):
    """One rule to try."""

    rule: TagRule = Field(title="Rule", description="An RE2 expression, such as v.*; nothing is changed")


@dataclass(frozen=True, slots=True)
class ImmutableSettings:
    """A repository's setting: whether its rules hold, and the rules (RE2)."""

    enabled: bool
    rules: tuple[str, ...]

    @property
    def effective(self) -> tuple[str, ...]:
        """The expressions that make tags immutable now; switched on without a rule, all of them are."""
        return (self.rules or (EVERY_TAG,)) if self.enabled else ()


def settings_of(repository: dict[str, Any]) -> ImmutableSettings:
    """The immutable-tags setting in Docker Hub's answer of a repository."""
    settings = repository.get("immutable_tags_settings")
    if not isinstance(settings, dict):
        raise HubProtocolError(Call("GET", REPOSITORY, REPOSITORY), detail="no immutable_tags_settings")
    return ImmutableSettings(bool(settings.get("enabled")), tuple(settings.get("rules") or ()))


async def read_settings(hub: Hub, params: OneRepository) -> ImmutableSettings:
    """The repository's immutable-tags setting."""
    return settings_of(await require_repository(hub, params))


async def matching_tags(hub: Hub, params: OneRepository, rules: Iterable[str]) -> dict[str, frozenset[str]]:
    """For each rule the tags that Docker Hub says it matches."""
    unique = tuple(dict.fromkeys(rules))
    with needing(f"try out rules on {params.repository}", TAKES):
        envelopes = await asyncio.gather(
            *(
                hub.post(
                    VERIFY,
                    json={"regex": rule},
                    repeatable=True,
                    organization=params.organization,
                    repository=params.repository,
                )
                for rule in unique
            )
        )
    return {rule: frozenset(envelope.data.get("tags") or ()) for rule, envelope in zip(unique, envelopes, strict=True)}


def wanted_settings(params: ImmutableSet, current: ImmutableSettings) -> ImmutableSettings:
    """The setting after the write: rules that were not given stay as they are."""
    wanted = ImmutableSettings(params.enabled, params.rules or current.rules)
    if wanted.enabled and not wanted.rules:
        raise at_fault("rules", f"{params.repository} has no rules yet. Give at least one, such as --rule 'v.*'.")
    return wanted


async def preview_set(hub: Hub, params: ImmutableSet) -> Preview:
    """The setting before and after, and which tags become immutable or mutable again.

    What must still hold when it is done: the setting as it stood, and the tags that lose their protection. A tag that
    was pushed meanwhile and is only protected by the new rules does not make the approval stale.
    """
    current = await read_settings(hub, params)
    wanted = wanted_settings(params, current)
    if current == wanted:
        return Preview((), notes=(f"{params.repository} has these rules already.",))
    tags = await matching_tags(hub, params, (*current.effective, *wanted.effective))
    before = frozenset[str]().union(*(tags[rule] for rule in current.effective))
    after = frozenset[str]().union(*(tags[rule] for rule in wanted.effective))
    gained, lost = tuple(sorted(after - before)), tuple(sorted(before - after))
    return Preview(
        changes=(*setting_changes(current, wanted), *tag_changes(gained, lost)),
        notes=(f"{count(len(after), 'tag')} of {params.repository} will be immutable, {len(before):,} are now.",),
        basis={"before": [current.enabled, current.rules], "after": [wanted.enabled, wanted.rules], "lost": lost},
    )


def setting_changes(current: ImmutableSettings, wanted: ImmutableSettings) -> tuple[Change, ...]:
    """What changes in the setting itself."""
    changes = []
    if current.enabled != wanted.enabled:
        changes.append(Change("Immutable tags", "on" if current.enabled else "off", "on" if wanted.enabled else "off"))
    if current.rules != wanted.rules:
        changes.append(Change("Rules", ", ".join(current.rules) or None, ", ".join(wanted.rules) or None))
    return tuple(changes)


def tag_changes(gained: tuple[str, ...], lost: tuple[str, ...]) -> tuple[Change, ...]:
    """What changes for the tags."""
    changes = []
    if gained:
        changes.append(Change(f"{count(len(gained), 'tag')} immutable", "mutable", "immutable", items=gained))
    if lost:
        changes.append(Change(f"{count(len(lost), 'tag')} mutable again", "immutable", "mutable", items=lost))
    return tuple(changes)


async def set_immutable(hub: Hub, params: ImmutableSet) -> Outcome:
    """Write the setting: both keys, always, or another writer's rules would be lost."""
    wanted = wanted_settings(params, await read_settings(hub, params))
    body = {"immutable_tags": wanted.enabled, "immutable_tags_rules": list(wanted.rules)}
    with needing(f"set which tags of {params.repository} are immutable", TAKES):
        await hub.patch(IMMUTABLE_TAGS, json=body, organization=params.organization, repository=params.repository)
    state = f"on, with {count(len(wanted.rules), 'rule')}" if wanted.enabled else "off"
    return Outcome(f"Immutable tags of {params.repository} are {state}")


async def show_immutable(hub: Hub, params: OneRepository) -> Answer:
    """The rules, and which tags each makes immutable."""
    settings = await read_settings(hub, params)
    tags = await matching_tags(hub, params, settings.rules)
    rows = tuple((rule, f"{len(tags[rule]):,}", ", ".join(sorted(tags[rule])) or "–") for rule in settings.rules)
    state = "on" if settings.enabled else "off: the rules below do not hold"
    title = f"Immutable tags of {params.organization}/{params.repository}"
    return Answer(title, ("Rule", "Tags", "Which"), rows, len(rows), f"Immutable tags are {state}.")


async def verify_rule(hub: Hub, params: ImmutableVerify) -> Answer:
    """The tags that one rule matches, by Docker Hub's own word."""
    await require_repository(hub, params)
    matches = await matching_tags(hub, params, (params.rule,))
    rows = tuple((tag,) for tag in sorted(matches[params.rule]))
    tags = count(await count_tags(hub, params), "tag")
    note = f"“{params.rule}” matches {len(rows):,} of {tags}; nothing was changed."
    title = f"Tags of {params.organization}/{params.repository} that the rule matches"
    return Answer(title, ("Tag",), rows, len(rows), note)


def set_heading(params: ImmutableSet, would: Preview) -> str:
    """Off, on, or other rules."""
    name = f"{params.organization}/{params.repository}"
    if not params.enabled:
        return f"Switch off immutable tags of {name}"
    if params.rules:
        return f"Make tags of {name} immutable: {', '.join(params.rules)}"
    return f"Switch on immutable tags of {name}"


def set_risks(_: ImmutableSet, would: Preview) -> tuple[Risk, ...]:
    """The tags that lose their protection."""
    lost = [change for change in would.changes if change.after == "mutable"]
    return tuple(
        Risk(Harm.OPEN, f"{change.subject}: anybody who may push can overwrite or delete them.") for change in lost
    )


def set_back(params: ImmutableSet, would: Preview) -> Prepared | None:
    """The rules as they are until now; none where there are none, since a request without rules leaves them."""
    enabled, rules = would.basis["before"]
    return prepare_set(params.organization, params.repository, tuple(rules), enabled=enabled) if rules else None


def set_back_of(entry: Logged) -> Prepared | None:
    """The rules in force again, where the log shows that they were switched off: they are kept meanwhile."""
    is_off = state_now(entry, ("true", "false", "enabled", "disabled", "on", "off")) in {"false", "disabled", "off"}
    repository = repository_of(entry)
    return prepare_set(entry.organization, repository, (), enabled=True) if is_off and repository else None


def prepare_set(organization: str, repository: str, rules: tuple[str, ...], *, enabled: bool) -> Prepared:
    """The request for rules that hold or do not."""
    values = {"organization": organization, "repository": repository, "rules": list(rules), "enabled": enabled}
    return Prepared("repo.immutable.set", values)


OPERATIONS: tuple[Operation, ...] = (
    Read(
        name="repo.immutable.show",
        title="Show immutable tags",
        summary="Show which tags of a repository are immutable",
        also_called=("locked tags", "protected tags"),
        params=OneRepository,
        run=show_immutable,
        endpoint="GET /v2/namespaces/{namespace}/repositories/{repository}",
        scopes=("scope-repository-read", "scope-repository-settings-admin"),
        needs=NEEDS,
    ),
    Read(
        name="repo.immutable.verify",
        title="Try an immutable rule",
        summary="Show which tags of a repository a rule would make immutable",
        also_called=("test a rule", "which tags match"),
        params=ImmutableVerify,
        run=verify_rule,
        endpoint="POST /v2/namespaces/{namespace}/repositories/{repository}/immutabletags/verify",
        scopes=("scope-repository-read", "scope-repository-settings-admin", "scope-tag-read"),
        needs=NEEDS,
    ),
    Write(
        name="repo.immutable.set",
        title="Set immutable tags",
        summary="Set which tags of a repository are immutable",
        also_called=("lock tags", "unlock tags", "protect tags", "freeze", "overwrite tags"),
        verb="Ask to set the rules",
        heading=set_heading,
        risks=set_risks,
        inverse=set_back,
        inverse_of=set_back_of,
        params=ImmutableSet,
        preview=preview_set,
        execute=set_immutable,
        endpoint="PATCH /v2/namespaces/{namespace}/repositories/{repository}/immutabletags",
        hub_action="repo.immutable.tags.updated",
        subjects=lambda params: (params.repository,),
        scopes=("scope-repository-read", "scope-repository-settings-admin"),
        needs=NEEDS,
    ),
)
