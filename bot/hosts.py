"""Names of hosts, before anybody looks them up: pure."""


def can_be_looked_up(host: str) -> bool:
    """Whether Python can ask for the host: what stands between two dots is not empty, and no longer than 63 characters.

    Of one that it cannot ask for, it raises no OSError, but a UnicodeError out of whatever connects.
    """
    try:
        host.encode("idna")
    except UnicodeError:
        return False
    return True
