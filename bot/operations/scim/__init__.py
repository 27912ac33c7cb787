"""SCIM of the organization's SSO connection."""
