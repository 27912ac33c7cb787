"""Checks exchanges with Docker Hub against its contract, for the sandbox's server and any client alike."""

import copy
import csv
import io
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from openapi_core import Config, OpenAPI
from openapi_core.exceptions import OpenAPIError
from openapi_core.templating.paths.finders import APICallPathFinder
from openapi_core.testing import MockRequest, MockResponse

from tests.contract.docker_hub import document

BASE = "http://hub.sandbox"
METHODS = ("get", "head", "post", "put", "patch", "delete")
SCIM = "application/scim+json"


class ContractBroken(AssertionError):
    """A request or an answer that the contract does not know."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and its answer, as they were on the wire; `path` without the query."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    status: int
    answer: bytes
    answer_headers: Mapping[str, str]


class Contract:
    """Docker's contract, as an object that judges exchanges."""

    def __init__(self) -> None:
        self.document: dict[str, Any] = {**copy.deepcopy(document()), "servers": [{"url": BASE}]}
        deserializers: dict[str, Callable[[bytes], Any]] = {"text/csv": _csv_rows, SCIM: json.loads}
        config = Config(extra_media_type_deserializers=deserializers)
        self._openapi = OpenAPI.from_dict(self.document, config=config)

    def operations(self) -> Iterator[tuple[str, str, str, dict[str, Any]]]:
        """Every operation: its id, method, path template, and what the contract says of it."""
        for path, item in self.document["paths"].items():
            for method in METHODS:
                if method in item:
                    yield item[method]["operationId"], method.upper(), path, item[method]

    def check(self, exchange: Exchange, *, request_too: bool = True) -> str:
        """The id of the operation. Raises ContractBroken with what is wrong and where."""
        request = _request(exchange)
        operation = self._operation(request, exchange)
        if str(exchange.status) not in operation["responses"] and "default" not in operation["responses"]:
            raise ContractBroken(f"{operation['operationId']} answers no {exchange.status}: {exchange.answer[:200]!r}")
        try:
            if request_too:
                self._openapi.validate_request(request)
            if exchange.method != "HEAD":  # whose answers have no body, whatever the contract writes
                self._openapi.validate_response(request, _response(exchange))
        except OpenAPIError as error:
            raise ContractBroken(
                f"{operation['operationId']}: {_reasons(error)} in {exchange.answer[:400]!r}"
            ) from error
        return str(operation["operationId"])

    def _operation(self, request: MockRequest, exchange: Exchange) -> dict[str, Any]:
        finder = APICallPathFinder(self._openapi.spec, base_url=BASE)
        try:
            found = finder.find(request.method, f"{BASE}{request.path}")
        except OpenAPIError as error:
            raise ContractBroken(f"the contract has no {exchange.method} {exchange.path}: {error}") from error
        operation: dict[str, Any] = found.operation.read_value()
        return operation


@lru_cache(maxsize=1)
def contract() -> Contract:
    """The contract, read once."""
    return Contract()


def _request(exchange: Exchange) -> MockRequest:
    media = _media(exchange.headers) or "application/json"
    return MockRequest(
        BASE,
        exchange.method,
        exchange.path,
        args=dict(exchange.query),
        headers=dict(exchange.headers),
        data=exchange.body,
        content_type=media,
    )


def _response(exchange: Exchange) -> MockResponse:
    media = _media(exchange.answer_headers) or "application/octet-stream"
    return MockResponse(exchange.answer, exchange.status, dict(exchange.answer_headers), media)


def _media(headers: Mapping[str, str]) -> str:
    found = next((value for name, value in headers.items() if name.lower() == "content-type"), "")
    return found.partition(";")[0].strip()


def _csv_rows(data: bytes, **_: str) -> list[dict[str, str]]:
    """The contract requires a column Role that its own properties and Docker's export call Permission."""
    rows = list(csv.DictReader(io.StringIO(data.decode())))
    return [{**row, "Role": row["Permission"]} for row in rows]


def _reasons(error: BaseException) -> str:
    details = [str(error), *(str(each) for each in getattr(error.__cause__, "schema_errors", ()))]
    return "; ".join(detail.splitlines()[0] for detail in details if detail)
