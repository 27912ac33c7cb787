"""Settings of an organization: image access management, and registry access management."""

from typing import Any

from sandbox.hub.content import access, log
from sandbox.hub.content.state import Organization, RegistryAccess
from sandbox.hub.wire.call import Answer, Call, Route, flag_in, text_in
from sandbox.hub.wire.problems import Refusal, Style

IMAGES = ("enabled", "allow_official_images", "allow_verified_publishers")


def get_settings(call: Call) -> Answer:
    """Which images people may use."""
    organization = access.organization(call, call.params["name"], scope=None, feature="settings")
    return Answer(data={"restricted_images": organization.restricted_images})


def update_settings(call: Call) -> Answer:
    """Set all three flags."""
    name = call.params["name"]
    organization = access.organization(call, name, scope=None, roles=access.OWNER, feature="settings")
    images = call.json().get("restricted_images")
    if not isinstance(images, dict):
        raise Refusal(400, "restricted_images is required", fields={"restricted_images": "This field is required."})
    organization.restricted_images = {key: flag_in(images, key) for key in IMAGES}
    enabled = str(organization.restricted_images["enabled"]).lower()
    text = f"updated the settings of the organization {name}"
    data = {"restricted_images": enabled}
    log.record(call.hand, "org.settings.update", account=name, name=name, text=text, data=data)
    return Answer(data={"restricted_images": organization.restricted_images})


def get_registry_access(call: Call) -> Answer:
    """The registry access management document."""
    organization = access.organization(call, call.params["org_name"], scope=None, feature="registry_access")
    return Answer(data=as_json(organization.registry_access))


def update_registry_access(call: Call) -> Answer:
    """The PUT takes the whole document; every difference is an event of its own."""
    name = call.params["org_name"]
    organization = access.organization(call, name, scope=None, roles=access.OWNER, feature="registry_access")
    body = call.json()
    after = RegistryAccess(flag_in(body, "enabled"), _standard(body), _custom(body))
    before, organization.registry_access = organization.registry_access, after
    _log_differences(call, organization, before=before)
    call.state.touch()
    return Answer(data=as_json(after))


def as_json(document: RegistryAccess) -> dict[str, Any]:
    """The document as it is read and written."""
    return {
        "enabled": document.enabled,
        "standard_registries": document.standard,
        "custom_registries": document.custom,
    }


def _standard(body: dict[str, Any]) -> list[dict[str, object]]:
    return [
        {"id": text_in(row, "id"), "allowed": flag_in(row, "allowed")} for row in _rows(body, "standard_registries")
    ]


def _custom(body: dict[str, Any]) -> list[dict[str, object]]:
    return [
        {
            "address": text_in(row, "address"),
            "friendly_name": text_in(row, "friendly_name", default=""),
            "allowed": flag_in(row, "allowed"),
        }
        for row in _rows(body, "custom_registries")
    ]


def _rows(body: dict[str, Any], name: str) -> list[dict[str, Any]]:
    rows = body.get(name)
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise Refusal(400, f"{name} is required: the whole document is replaced", fields={name: "required"})
    return rows


def _log_differences(call: Call, organization: Organization, *, before: RegistryAccess) -> None:
    after, name = organization.registry_access, organization.name
    if before.enabled != after.enabled:
        word = "enabled" if after.enabled else "disabled"
        _log(call, name, verb=word, text=f"{word} registry access management")
    old, new = ({row["address"]: row for row in document.custom} for document in (before, after))
    for address in old.keys() | new.keys():
        if old.get(address) != new.get(address):
            word = "added" if address not in old else "updated" if address in new else "removed"
            _log(call, name, verb=f"registry_{word}", text=f"{word} the registry {address}", registry=str(address))


def _log(call: Call, name: str, *, verb: str, text: str, **data: str) -> None:
    log.record(call.hand, f"org.registry_access.{verb}", account=name, name=name, text=text, data=data)


REGISTRIES = "/v2/orgs/{org_name}/settings/registry-access-management"

ROUTES = (
    Route("GET", "/v2/orgs/{name}/settings", get_settings, "settings", Style.DETAIL),
    Route("PUT", "/v2/orgs/{name}/settings", update_settings, "settings", Style.DETAIL),
    Route("GET", REGISTRIES, get_registry_access, "settings", Style.DETAIL),
    Route("PUT", REGISTRIES, update_registry_access, "settings", Style.DETAIL),
)
