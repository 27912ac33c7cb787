"""Who somebody is, and what an organization is: the contract does not name these addresses, and clients call them.

Source: docker/hub-tool, pkg/hub/user.go and pkg/hub/organizations.go. What a user's name answers at an organization's
address is what other clients say of it: the way to the user.
"""

from typing import Any

from sandbox.hub.content.state import Account, Organization
from sandbox.hub.wire import pages, times
from sandbox.hub.wire.call import Answer, Call, Route
from sandbox.hub.wire.problems import Refusal, Style

PAGE = pages.Shape(nullable=True)


def get_me(call: Call) -> Answer:
    """The account that is logged in."""
    return Answer(data=_account(_me(call)) | {"email": _me(call).email, "is_admin": False, "is_staff": False})


def list_my_organizations(call: Call) -> Answer:
    """The organizations that the account is in."""
    username = _me(call).username
    rows = [one for one in call.state.organizations.values() if username in one.members]
    return pages.paged(call, rows, shape=PAGE, render=lambda one: _organization(call, one))


def get_organization(call: Call) -> Answer:
    """What everybody may know of an organization."""
    name = call.params["org_name"]
    if name in call.state.accounts:
        return Answer(302, headers={"Location": f"/v2/users/{name}/"})
    found = call.state.organizations.get(name)
    if found is None:
        raise Refusal(404, f"organization {name} not found")
    return Answer(data=_organization(call, found))


def get_user(call: Call) -> Answer:
    """What everybody may know of an account."""
    found = call.state.accounts.get(call.params["username"])
    if found is None or not found.active:
        raise Refusal(404, "User not found")
    return Answer(data=_account(found))


def _me(call: Call) -> Account:
    found = call.state.accounts.get(call.caller.name)
    if found is None:
        raise Refusal(403, "this is no user's token")
    return found


def _account(found: Account) -> dict[str, Any]:
    return {
        "id": found.id.replace("-", ""),
        "uuid": found.id,
        "username": found.username,
        "full_name": found.full_name,
        "location": found.location,
        "company": found.company,
        "profile_url": "",
        "date_joined": times.stamp(found.created_at),
        "gravatar_email": "",
        "gravatar_url": "",
        "type": "User",
    }


def _organization(call: Call, found: Organization) -> dict[str, Any]:
    first = min((member.joined_at for member in found.members.values()), default=call.state.now())
    return {
        "id": found.id.replace("-", ""),
        "uuid": found.id,
        "orgname": found.name,
        "full_name": call.state.world.workspace if found is call.state.organization else found.name,
        "location": "",
        "company": "",
        "profile_url": "",
        "date_joined": times.stamp(first),
        "gravatar_email": "",
        "gravatar_url": "",
        "type": "Organization",
        "badge": "",
    }


ROUTES = (
    Route("GET", "/v2/user", get_me, "users", Style.DETAIL, older=True),
    Route("GET", "/v2/user/orgs", list_my_organizations, "users", Style.DETAIL, older=True),
    Route("GET", "/v2/users/{username}", get_user, "users", Style.DETAIL, auth="optional"),
    Route("GET", "/v2/orgs/{org_name}", get_organization, "organizations", Style.DETAIL, auth="optional"),
)
