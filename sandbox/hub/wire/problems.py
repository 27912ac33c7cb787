"""How Docker Hub says no: one refusal, written in the body shape of the route's family."""

import enum
from collections.abc import Callable, Mapping
from typing import Any

SCIM_ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"
RPC_CODES = {400: 3, 401: 16, 403: 7, 404: 5, 409: 6, 429: 8}


class Style(enum.Enum):
    """The error schemas of the contract, by the name of what tells them apart."""

    ERRINFO = "errinfo"
    DETAIL = "detail"
    FIELDS = "fields"
    RPC = "rpc"
    SCIM = "scim"


class Refusal(Exception):
    """An answer that is not a success; `fields` maps a field's name to what is wrong with it."""

    def __init__(
        self,
        status: int,
        text: str,
        *,
        fields: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        extra: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(text)
        self.status = status
        self.text = text
        self.fields = dict(fields or {})
        self.headers = dict(headers or {})
        self.extra = dict(extra or {})


def body_of(refusal: Refusal, style: Style) -> dict[str, Any]:
    """The JSON body of a refusal. Over the limit reads alike everywhere, as the contract's example of 429."""
    if refusal.status == 429:
        return {"detail": refusal.text, "error": False, **refusal.extra}
    return _WRITERS[style](refusal) | refusal.extra


def _errinfo(refusal: Refusal) -> dict[str, Any]:
    match refusal.status:
        case 400 | 409:
            return {"message": refusal.text, "errinfo": refusal.fields}
        case 403:
            return {"message": refusal.text, "errinfo": {}}
        case 401:
            return {"detail": refusal.text, "message": refusal.text}
        case _:
            return {"detail": refusal.text}


def _detail(refusal: Refusal) -> dict[str, Any]:
    return {"message" if refusal.status == 404 else "detail": refusal.text}


def _fields(refusal: Refusal) -> dict[str, Any]:
    return {"fields": refusal.fields, "text": refusal.text} if refusal.status == 400 else _detail(refusal)


def _rpc(refusal: Refusal) -> dict[str, Any]:
    return {"code": RPC_CODES.get(refusal.status, 2), "message": refusal.text, "details": []}


def _scim(refusal: Refusal) -> dict[str, Any]:
    return {"status": str(refusal.status), "schemas": [SCIM_ERROR], "detail": refusal.text}


_WRITERS: Mapping[Style, Callable[[Refusal], dict[str, Any]]] = {
    Style.ERRINFO: _errinfo,
    Style.DETAIL: _detail,
    Style.FIELDS: _fields,
    Style.RPC: _rpc,
    Style.SCIM: _scim,
}
