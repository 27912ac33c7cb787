"""What Slack hands out for a short while: trigger ids and response addresses."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass

from sandbox.slack.errors import ApiError

# https://docs.slack.dev/interactivity/handling-user-interaction
TRIGGER_SECONDS = 3
RESPONSE_SECONDS = 30 * 60
RESPONSE_POSTS = 5


@dataclass(slots=True)
class Trigger:
    """Lets the app open one view for `user` within three seconds; `view_id` is the modal it came from, if any."""

    user: str
    minted_at: float
    view_id: str = ""
    used: bool = False


class Triggers:
    """Mints trigger ids and takes them back once."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._triggers: dict[str, Trigger] = {}

    def mint(self, user: str, *, view_id: str = "") -> str:
        """A fresh trigger id."""
        trigger_id = f"{secrets.randbelow(10**13):013d}.{secrets.randbelow(10**12):012d}.{secrets.token_hex(16)}"
        self._triggers[trigger_id] = Trigger(user, self._now(), view_id)
        return trigger_id

    def take(self, trigger_id: str) -> Trigger:
        """Use it up; raises `invalid_trigger_id`, `exchanged_trigger_id` or `expired_trigger_id`."""
        trigger = self._triggers.get(trigger_id)
        if trigger is None:
            raise ApiError("invalid_trigger_id")
        if trigger.used:
            raise ApiError("exchanged_trigger_id")
        if self._now() - trigger.minted_at > TRIGGER_SECONDS:
            raise ApiError("expired_trigger_id")
        trigger.used = True
        return trigger


@dataclass(slots=True)
class ResponseAddress:
    """Lets the app answer `user` in `channel`; `message_ts` is the message that was acted on, if any."""

    user: str
    channel: str
    minted_at: float
    message_ts: str = ""
    posts: int = 0


class ResponseAddresses:
    """Mints response addresses and counts what is sent to them."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._addresses: dict[str, ResponseAddress] = {}

    def mint(self, user: str, channel: str, *, message_ts: str = "") -> str:
        """A fresh secret, the last segment of the address."""
        secret = secrets.token_urlsafe(18)
        self._addresses[secret] = ResponseAddress(user, channel, self._now(), message_ts)
        return secret

    def take(self, secret: str) -> ResponseAddress:
        """Count one post; raises `expired_url` after 30 minutes and `used_url` after five posts."""
        address = self._addresses.get(secret)
        if address is None or self._now() - address.minted_at > RESPONSE_SECONDS:
            raise ApiError("expired_url")
        if address.posts >= RESPONSE_POSTS:
            raise ApiError("used_url")
        address.posts += 1
        return address
