"""Addresses as people write them, read as what is meant; none is repeated where it cannot be read."""

import pytest

from bot.addresses import is_loopback, proxy_address, shown, web_address


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("hub.docker.com", "https://hub.docker.com"),
        ("hub.docker.com/", "https://hub.docker.com"),
        ("//hub.docker.com", "https://hub.docker.com"),
        ("HTTPS://Hub.Docker.com/", "https://hub.docker.com"),
        ("https:/hub.docker.com", "https://hub.docker.com"),
        ("https//hub.docker.com", "https://hub.docker.com"),
        ("http:\\\\hub.docker.com\\", "http://hub.docker.com"),
        ("hub.docker.com:8443/a/", "https://hub.docker.com:8443/a"),
        ("hub.docker.com:443", "https://hub.docker.com:443"),
        ("127.0.0.1:8765", "http://127.0.0.1:8765"),
        ("localhost:8765/", "http://localhost:8765"),
        ("[::1]:8765", "http://[::1]:8765"),
        ("http:8080", "https://http:8080"),
    ],
)
def test_a_web_address_needs_no_scheme_and_ends_in_no_slash(written: str, meant: str) -> None:
    assert web_address(written) == meant
    assert web_address(meant) == meant


@pytest.mark.parametrize(
    "written",
    [
        *("", "https://", "ftp://secret.com", "https://ann:secret@hub.docker.com", "https://hub.docker.com?secret"),
        *(
            "https://hub.docker.com/#secret",
            "https://hub.docker.com:secret",
            "https://hub secret.com",
            "https://[::secret",
        ),
        *("https://hub.docker.com:99999", "javascript://secret", "https://-secret.com", "file:///secret"),
    ],
)
def test_what_is_no_web_address_is_a_sentence_without_it(written: str) -> None:
    with pytest.raises(ValueError, match=r".") as caught:
        web_address(written)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("proxy.example.com:3128", "http://proxy.example.com:3128"),
        ("http://proxy.example.com:3128/", "http://proxy.example.com:3128"),
        ("https://proxy.example.com", "https://proxy.example.com"),
        ("ann:se%20cret@proxy:3128", "http://ann:se%20cret@proxy:3128"),
        ("http://ann:p@ss@proxy:3128", "http://ann:p@ss@proxy:3128"),
    ],
)
def test_a_proxys_address_keeps_its_user_and_password(written: str, meant: str) -> None:
    assert proxy_address(written) == meant


@pytest.mark.parametrize(
    "written", ["socks5://ann:secret@proxy:1080", "", "http://:3128", "ann:secret@", "pac+http://secret"]
)
def test_another_kind_of_proxy_is_a_sentence_without_its_password(written: str) -> None:
    with pytest.raises(ValueError, match=r".") as caught:
        proxy_address(written)
    assert "secret" not in str(caught.value)


def test_an_address_is_shown_without_its_user_and_password() -> None:
    assert shown("http://ann:secret@proxy:3128/a") == "http://proxy:3128/a"


@pytest.mark.parametrize("url", ["http://127.9.9.9", "ws://localhost:1", "http://[::1]/"])
def test_this_machine_is_known(url: str) -> None:
    assert is_loopback(url)


@pytest.mark.parametrize("url", ["http://10.0.0.1", "http://localhost.example.com", "http://127.0.0.1@example.com", ""])
def test_other_machines_are_not_taken_for_it(url: str) -> None:
    assert not is_loopback(url)
