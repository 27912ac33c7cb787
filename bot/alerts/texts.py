"""What Docker Hub's route families are to people: what somebody does who meets their limit."""

from collections.abc import Mapping

FAMILIES: Mapping[str, str] = {
    "access-tokens": "personal access tokens",
    "auditlogs": "reading the audit log",
    "auditlogs/actions": "reading the audit log",
    "auth": "signing in",
    "invites": "sending and withdrawing invites",
    "invites/resend": "sending and withdrawing invites",
    "namespaces/repositories": "listing repositories and their tags",
    "orgs/access-tokens": "organization access tokens",
    "orgs/groups": "teams and who is in them",
    "orgs/invites": "listing invites",
    "orgs/members": "members and their roles",
    "orgs/settings": "the organization's settings",
    "repositories": "changing repositories",
    "repositories/groups": "which team sees which repository",
    "repositories/privacy": "changing repositories",
    "repositories/tags": "deleting tags",
    "users": "signing in",
}
SCIM = "provisioning people from the identity provider"
OTHERS = "some of what Hubwarden asks"


def words_of(family: str) -> str:
    """What a route family is about; of one that Docker Hub has added since, only that there is one."""
    return SCIM if family.startswith("scim/") else FAMILIES.get(family, OTHERS)
