"""Where a message of ours goes: by which protocol, in which workspace, to which address there."""

from dataclasses import dataclass

SLACK = "slack"
SLACK_HOME = "slack_home"


@dataclass(frozen=True, slots=True)
class Destination:
    """A place that messages can be sent to.

    `address` is what the protocol's sender understands, and never a secret: it stands in rows and in logs. `workspace`
    is None until it is known which one the bot belongs to.
    """

    protocol: str
    address: str
    workspace: str | None = None

    def __post_init__(self) -> None:
        """Raises `ValueError` where nothing says where to."""
        if not self.protocol or not self.address:
            raise ValueError("a destination needs a protocol and an address")

    def __str__(self) -> str:
        """`slack:T0ACME/C0APPROVALS`, for logs."""
        workspace = f"{self.workspace}/" if self.workspace else ""
        return f"{self.protocol}:{workspace}{self.address}"


def slack_channel(channel: str) -> Destination:
    """A channel by its id, or by its name where only the settings' name for it is known yet."""
    return Destination(SLACK, channel)


def slack_person(user: str) -> Destination:
    """Somebody's direct messages with the bot; raises `ValueError` for who is not of Slack, as a terminal's user."""
    if not _is_of_slack(user):
        raise ValueError("direct messages go to the id of somebody in Slack")
    return Destination(SLACK, user)


def slack_home(user: str) -> Destination:
    """Somebody's home of the app; raises `ValueError` as `slack_person`."""
    if not _is_of_slack(user):
        raise ValueError("a home is that of somebody in Slack, by their id")
    return Destination(SLACK_HOME, user)


def _is_of_slack(user: str) -> bool:
    return user.startswith(("U", "W")) and user.isupper()
