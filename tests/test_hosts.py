"""Names of hosts that can be looked up, and those that cannot."""

import pytest

from bot.hosts import can_be_looked_up


@pytest.mark.parametrize(
    "host", ["hub.docker.com", "hub.docker.com.", "localhost", "db_1", "10.0.0.1", "::1", "fd00::1%eth0"]
)
def test_a_host_can_be_looked_up(host: str) -> None:
    assert can_be_looked_up(host)


@pytest.mark.parametrize("host", ["hub..docker.com", ".docker.com", "x" * 64, f"{'x' * 64}.com"])
def test_one_with_nothing_or_too_much_between_its_dots_cannot(host: str) -> None:
    assert not can_be_looked_up(host)
