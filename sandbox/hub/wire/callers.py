"""Who asks: nobody, a person, an organization's token; and the state that they have their hand on."""

from dataclasses import dataclass
from typing import Literal

from sandbox.hub.content.state import OrganizationToken, PersonalToken, State


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: nobody, a person or an organization's token, and with which token, if with one."""

    kind: Literal["anonymous", "user", "organization", "scim"]
    name: str = ""
    token: PersonalToken | OrganizationToken | None = None
    address: str = "127.0.0.1"

    @property
    def key(self) -> str:
        """What the rate limits are counted by."""
        return f"{self.kind}:{self.name or self.address}"

    @property
    def actor(self) -> str:
        """The caller as the audit log names them, such as `example-ci - access token "CI"`."""
        return self.name if self.token is None else f'{self.name} - access token "{self.token.label}"'

    @property
    def traces(self) -> dict[str, str]:
        """What a token leaves in the `data` of an event."""
        if self.token is None:
            return {}
        kind = "personal" if isinstance(self.token, PersonalToken) else "organization"
        return {
            "access_token_id": self.token.id,
            "access_token_label": self.token.label,
            "access_token_type": kind,
        }


ANONYMOUS = Caller("anonymous")


@dataclass(frozen=True, slots=True)
class Hand:
    """Who does something, and the state that they do it to."""

    state: State
    caller: Caller
