"""Docker IDs: new ones are opened here."""

import re

from sandbox.hub.content.state import Account, State


def open_account(state: State, name_or_email: str, *, full_name: str = "") -> Account:
    """A new account for an e-mail address, or for a Docker ID; a user name that is taken gets a number."""
    local, _, domain = name_or_email.partition("@")
    stem = re.sub(r"[^a-z0-9]", "", local.lower()) or "user"
    taken = stem in state.accounts
    username = f"{stem}{state.number()}" if taken else stem
    email = name_or_email if domain else f"{stem}@example.com"
    name = full_name or local.replace(".", " ").title()
    now = state.now()
    account = Account(username, name, email, now, number=state.number(), modified_at=now)
    state.accounts[username] = account
    return account
