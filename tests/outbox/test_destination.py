"""A destination is a value that always says where to."""

import pytest

from bot.outbox.destination import Destination, slack_channel, slack_person


def test_a_channel_is_named_by_its_id_or_as_the_settings_name_it() -> None:
    assert slack_channel("C0ALERTS") == Destination("slack", "C0ALERTS")
    assert slack_channel("hub-alerts").address == "hub-alerts"


def test_a_person_is_named_by_their_id() -> None:
    assert slack_person("U0ANN") == Destination("slack", "U0ANN")
    assert slack_person("W0ANN") == Destination("slack", "W0ANN")


@pytest.mark.parametrize("user", ["ann", "root@host", "C0ALERTS", "Uwe", "", "u0ann"])
def test_whoever_is_not_of_slack_has_no_direct_messages(user: str) -> None:
    with pytest.raises(ValueError, match="direct messages go to the id"):
        slack_person(user)


@pytest.mark.parametrize(("protocol", "address"), [("", "C0ALERTS"), ("slack", "")])
def test_a_destination_without_a_protocol_or_an_address_is_none(protocol: str, address: str) -> None:
    with pytest.raises(ValueError, match="needs a protocol and an address"):
        Destination(protocol, address)


def test_it_is_written_with_its_workspace_where_that_is_known() -> None:
    assert str(slack_channel("C0ALERTS")) == "slack:C0ALERTS"
    assert str(Destination("slack", "C0ALERTS", "T0ACME")) == "slack:T0ACME/C0ALERTS"
