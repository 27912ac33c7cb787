"""The organization's audit log: what changes write into it."""

from bisect import insort
from collections.abc import Mapping

from sandbox.hub.content.state import Event
from sandbox.hub.wire.callers import Hand

ACTIONS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "billing": (
        "Billing",
        (
            "plan.upgrade",
            "plan.downgrade",
            "plan.seat_add",
            "plan.seat_remove",
            "plan.cycle_change",
            "plan.downgrade_cancel",
            "plan.seat_removal_cancel",
            "plan.upgrade.request",
            "plan.downgrade.request",
            "plan.seat_add.request",
            "plan.seat_removal.request",
            "plan.cycle_change.request",
            "plan.downgrade_cancel.request",
            "plan.seat_removal_cancel.request",
            "plan.product_change",
        ),
    ),
    "enterprise": (
        "Enterprise",
        (
            "setting.policy.create",
            "setting.policy.update",
            "setting.policy.delete",
            "setting.policy.transfer",
            "sso.connection.create",
            "sso.connection.update",
            "sso.connection.delete",
            "sso.connection.enforcement_toggle",
            "sso.connection.scim_toggle",
            "sso.connection.scim_token_refresh",
            "sso.connection.connection_type_change",
            "sso.connection.jit_toggle",
        ),
    ),
    "offload": ("Offload", ("lease.start", "lease.end")),
    "oidc": ("OIDC", ("connection.create", "connection.update", "connection.delete")),
    "org": (
        "Organization",
        (
            "create",
            "member.add",
            "member.remove",
            "member.role.change",
            "member.invite.send",
            "team.create",
            "team.update",
            "team.delete",
            "team.member.add",
            "team.member.remove",
            "domain.create",
            "domain.verify",
            "domain.delete",
            "domain.auto-provisioning.toggle",
            "settings.update",
            "registry_access.enabled",
            "registry_access.disabled",
            "registry_access.registry_added",
            "registry_access.registry_updated",
            "registry_access.registry_removed",
            "access_token.create",
            "access_token.update",
            "access_token.delete",
            "customrole.create",
            "customrole.update",
            "customrole.delete",
            "securepolicyconfigure.create",
            "securepolicyconfigure.update",
            "securepolicyconfigure.delete",
            "securepolicyclient.create",
            "securepolicyclient.update",
            "securepolicyclient.delete",
            "securepolicyprofile.create",
            "securepolicyprofile.update",
            "securepolicyprofile.delete",
        ),
    ),
    "repo": (
        "Repository",
        (
            "create",
            "update",
            "delete",
            "change_privacy",
            "category.updated",
            "immutable.tags.updated",
            "tag.push",
            "tag.delete",
        ),
    ),
}


def record(
    hand: Hand,
    action: str,
    *,
    account: str,
    name: str,
    text: str,
    data: Mapping[str, str] | None = None,
    at: float | None = None,
) -> None:
    """Write one event.

    `name` is the repository, organization or member that the event is about, `text` the description, `data` texts only.
    A caller with a token is named with it, and the token's id, label and type go into `data`. A namespace that is no
    organization's has a log too: its owner's.
    """
    moment = hand.state.now() if at is None else at
    event = Event(
        at=float(int(moment)),
        account=account,
        action=action,
        name=name,
        actor=hand.caller.actor,
        data={**(data or {}), **hand.caller.traces},
        description=f"{text}\n",
        visible_at=moment + hand.state.options.log_delay,
    )
    insort(hand.state.logs.setdefault(account, []), event, key=lambda each: each.at)
    hand.state.touch()
