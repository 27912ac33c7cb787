"""Logging in: one route for password, personal and organization access tokens, and the two deprecated ones."""

import hmac

from sandbox.hub.content.state import Account, OrganizationToken, PersonalToken, State
from sandbox.hub.wire.call import Answer, Call, Route, text_in
from sandbox.hub.wire.callers import Caller
from sandbox.hub.wire.problems import Refusal, Style

WRONG = "Incorrect authentication credentials"
SECOND_FACTOR = "Require secondary authentication on MFA enabled account"
SSO = "Your organization enforces single sign-on: use a personal access token in place of the password"


def create_token(call: Call) -> Answer:
    """Log in with any of the three credentials; answers `access_token`."""
    body = call.json()
    identifier, secret = text_in(body, "identifier"), text_in(body, "secret", limit=4096)
    call.sessions.check_lock(identifier)
    caller = _caller_by_token(call.state, identifier, secret=secret)
    caller = caller or _caller_by_password(call, identifier, secret=secret)
    return Answer(data={"access_token": _issued(call, caller)})


def login(call: Call) -> Answer:
    """The deprecated log-in; answers `token`, or 401 with `login_2fa_token` where a second factor is on."""
    body = call.json()
    username, secret = text_in(body, "username"), text_in(body, "password", limit=4096)
    call.sessions.check_lock(username)
    caller = _caller_by_token(call.state, username, secret=secret)
    if caller is not None and caller.kind == "user":
        return Answer(data={"token": _issued(call, caller)})
    account = _account_by_password(call, username, secret=secret)
    if account.two_factor is not None:
        token = call.sessions.second_factor(username)
        raise Refusal(401, SECOND_FACTOR, extra={"login_2fa_token": token})
    return Answer(data={"token": _issued(call, Caller("user", username))})


def second_factor(call: Call) -> Answer:
    """Complete a log-in with the code that the authenticator shows."""
    body = call.json()
    username = call.sessions.complete(text_in(body, "login_2fa_token", limit=4096))
    account = call.state.accounts.get(username or "")
    if account is None or account.two_factor is None or not _same(account.two_factor, text_in(body, "code")):
        raise Refusal(401, WRONG)
    return Answer(data={"token": _issued(call, Caller("user", account.username))})


def _issued(call: Call, caller: Caller) -> str:
    call.sessions.attempt(caller.name, failed=False)
    now = call.state.now()
    if caller.token is not None:
        caller.token.last_used_at = now
    if account := call.state.accounts.get(caller.name):
        account.seen_at = now
    return call.sessions.issue(caller)


def _caller_by_token(state: State, identifier: str, *, secret: str) -> Caller | None:
    organization = state.organizations.get(identifier)
    for token in organization.tokens.values() if organization else ():
        if _same(token.secret, secret) and _usable(state, token):
            return Caller("organization", identifier, token)
    for personal in state.personal_tokens.values():
        if personal.owner == identifier and _same(personal.secret, secret) and _usable(state, personal):
            return Caller("user", identifier, personal)
    return None


def _usable(state: State, token: PersonalToken | OrganizationToken) -> bool:
    return token.active and (token.expires_at is None or token.expires_at > state.now())


def _caller_by_password(call: Call, identifier: str, *, secret: str) -> Caller:
    account = _account_by_password(call, identifier, secret=secret)
    if account.two_factor is not None:
        raise Refusal(401, "Two-factor authentication is on: use a personal access token")
    return Caller("user", identifier)


def _account_by_password(call: Call, username: str, *, secret: str) -> Account:
    account = call.state.accounts.get(username)
    if account is None or not account.active or not account.password or not _same(account.password, secret):
        call.sessions.attempt(username, failed=True)
        raise Refusal(401, WRONG)
    if any(o.sso_enforced and username in o.members for o in call.state.organizations.values()):
        raise Refusal(401, SSO)
    return account


def _same(left: str, right: str) -> bool:
    return hmac.compare_digest(left.encode(), right.encode())


ROUTES = (
    Route("POST", "/v2/auth/token", create_token, "auth", auth="none"),
    Route("POST", "/v2/users/login", login, "auth", Style.DETAIL, auth="none"),
    Route("POST", "/v2/users/2fa-login", second_factor, "auth", Style.DETAIL, auth="none"),
)
