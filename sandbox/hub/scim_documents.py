"""What SCIM says of itself: its configuration, its one resource type and its one schema."""

from typing import Any

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
LIST = "urn:ietf:params:scim:api:messages:2.0:ListResponse"


def service_provider_config() -> dict[str, Any]:
    """What is supported: filters and sorting, and neither PATCH nor bulk."""
    return {
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"],
        "documentationUri": "",
        "patch": {"supported": False},
        "bulk": {"supported": False, "maxOperations": 0, "maxPayloadSize": 0},
        "filter": {"supported": True, "maxResults": 99999},
        "changePassword": {"supported": False},
        "sort": {"supported": True},
        "etag": {"supported": False},
        "authenticationSchemes": {
            "name": "OAuth 2.0 Bearer Token",
            "description": "The token of the organization's SSO connection, as a bearer token.",
            "specUri": "http://tools.ietf.org/html/rfc6750",
            "type": "oauthbearertoken",
        },
    }


def resource_type() -> dict[str, Any]:
    """The one resource type, User."""
    return {
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ResourceType"],
        "id": "User",
        "name": "User",
        "description": "User",
        "endpoint": "/Users",
        "schema": USER,
    }


def user_schema() -> dict[str, Any]:
    """The one schema, that of a user."""
    names = [_attribute("givenName"), _attribute("familyName")]
    return {
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Schema"],
        "id": USER,
        "name": "User",
        "description": "User Account",
        "attributes": [
            _attribute("userName", required=True, uniqueness="server"),
            _attribute("displayName", mutability="readOnly"),
            _attribute("active", kind="boolean"),
            {**_attribute("name", kind="complex"), "subAttributes": names},
        ],
    }


def _attribute(
    name: str, *, kind: str = "string", required: bool = False, mutability: str = "readWrite", uniqueness: str = "none"
) -> dict[str, Any]:
    return {
        "name": name,
        "type": kind,
        "multiValued": False,
        "description": name,
        "required": required,
        "caseExact": False,
        "mutability": mutability,
        "returned": "default",
        "uniqueness": uniqueness,
    }
