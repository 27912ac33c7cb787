"""Files that people attach: fetched from Slack alone, no larger than they may be, and read for their parameter."""

import pytest

from bot.operations import BY_NAME
from bot.operations.kit.base import FromFile, field_named, marker_of
from bot.slack.attachments import is_slacks

PARAMS = BY_NAME["invite.send"].params


@pytest.mark.parametrize(
    ("address", "api", "expected"),
    [
        ("https://files.slack.com/files-pri/T0-F0/x.csv", "https://slack.com/api/", True),
        ("https://slack.com/x.csv", "https://slack.com/api/", True),
        ("http://files.slack.com/x.csv", "https://slack.com/api/", False),
        ("https://evilslack.com/x.csv", "https://slack.com/api/", False),
        ("https://files.slack.com.evil.example/x.csv", "https://slack.com/api/", False),
        ("https://files.slack.com@evil.example/x.csv", "https://slack.com/api/", False),
        ("https://evil.example/?.slack.com", "https://slack.com/api/", False),
        ("http://127.0.0.1:4000/x.csv", "http://127.0.0.1:4000/api/", True),
        ("http://127.0.0.1:4001/x.csv", "http://127.0.0.1:4000/api/", False),
        ("", "https://slack.com/api/", False),
    ],
)
def test_the_token_goes_to_slack_alone(address: str, api: str, expected: bool) -> None:
    assert is_slacks(address, api) is expected


def test_people_can_come_from_a_file_and_a_role_cannot() -> None:
    people, role = field_named(PARAMS, "invitees"), field_named(PARAMS, "role")
    assert people is not None
    assert role is not None
    assert marker_of(people, FromFile) is not None
    assert marker_of(role, FromFile) is None
