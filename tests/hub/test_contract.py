"""Docker's contract: its addresses and its lists, as the client reads them."""

from typing import Any

import pytest

from bot.hub.errors import Call
from bot.hub.paging import read_page
from bot.hub.protocol import PLACEHOLDER, family, fill
from tests.contract.docker_hub import document

CALL = Call("GET", "/v2/x")


@pytest.fixture(scope="module")
def contract() -> Any:
    return document()


def test_every_address_of_the_contract_can_be_filled(contract: Any) -> None:
    for template in contract["paths"]:
        path = fill(template, **dict.fromkeys(PLACEHOLDER.findall(template), "a/b"))
        assert "{" not in path
        assert path.count("/") == template.count("/")


def test_a_route_family_never_holds_a_name(contract: Any) -> None:
    families = {family(template) for template in contract["paths"]}
    assert not any("{" in name or name.count("/") > 1 for name in families)
    assert {"orgs/members", "auditlogs", "scim/Users", "namespaces/repositories"} <= families


def test_every_list_of_the_contract_is_a_list_to_the_client(contract: Any) -> None:
    lists = [schema for item in contract["paths"].values() if (schema := _list_schema(item.get("get", {})))]
    assert len(lists) >= 10
    for properties in lists:
        sample: dict[str, Any] = {name: [] if of.get("type") == "array" else 0 for name, of in properties.items()}
        page = read_page(CALL, {**sample, "next": None}, {"page_size": "100", "startIndex": "1"})
        assert page.rows == []


def _list_schema(operation: Any) -> dict[str, Any]:
    answer = operation.get("responses", {}).get("200", {})
    for media in answer.get("content", {}).values():
        properties: dict[str, Any] = media["schema"].get("properties", {})
        if {"results", "logs", "totalResults", "data"} & properties.keys():
            return properties
    return {}
