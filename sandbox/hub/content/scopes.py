"""The scopes that an organization access token can have, by what they are for.

Source: docs.docker.com/security/access-tokens/reference, "organization access token scopes".
"""

from collections.abc import Mapping

REPOSITORY = frozenset(
    {
        "scope-image-pull",
        "scope-image-push",
        "scope-image-delete",
        "scope-repository-read",
        "scope-repository-edit",
        "scope-repository-admin",
        "scope-repository-settings-admin",
        "scope-tag-read",
        "scope-tag-admin",
        "scope-webhook-read",
        "scope-webhook-edit",
        "scope-webhook-admin",
        "scope-repo-group-read",
        "scope-repo-group-edit",
        "scope-repo-group-admin",
    }
)
ORGANIZATION = frozenset(
    {
        "scope-member-read",
        "scope-member-edit",
        "scope-invite-read",
        "scope-invite-edit",
        "scope-group-read",
        "scope-group-edit",
        "scope-activity-read",
        "scope-repository-list",
        "scope-repository-create",
        "scope-report-read",
        "scope-registry-usage-read",
        "scope-ram-read",
        "scope-ram-write",
        "scope-siem_credentials-read",
    }
)
OF: Mapping[str, frozenset[str]] = {"TYPE_REPO": REPOSITORY, "TYPE_ORG": ORGANIZATION}
