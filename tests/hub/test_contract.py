"""The recorded contract: its addresses and its lists, as the client reads them."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.hub.errors import Call
from bot.hub.paging import read_page
from bot.hub.protocol import PLACEHOLDER, family, fill

CALL = Call("GET", "/v2/x")


@pytest.fixture(scope="module")
def contract() -> Any:
    path = Path(__file__).resolve().parents[3] / "shared" / "hub-api" / "openapi.yaml"
    if not path.is_file():
        pytest.skip("no ../shared: the client's addresses and lists were not held against the contract")
    return yaml.load(path.read_text(), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506  is safe


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
    lists = [schema for item in contract["paths"].values() if (schema := _list_schema(contract, item.get("get", {})))]
    assert len(lists) >= 10
    for properties in lists:
        sample: dict[str, Any] = {
            name: [] if _resolve(contract, of).get("type") == "array" else 0 for name, of in properties.items()
        }
        page = read_page(CALL, {**sample, "next": None}, {"page_size": "100", "startIndex": "1"})
        assert page.rows == []


def _list_schema(contract: Any, operation: Any) -> dict[str, Any]:
    answer = _resolve(contract, operation.get("responses", {}).get("200", {}))
    for media in answer.get("content", {}).values():
        properties = _properties(contract, media.get("schema", {}))
        if {"results", "logs", "totalResults", "data"} & properties.keys():
            return properties
    return {}


def _properties(contract: Any, schema: Any) -> dict[str, Any]:
    schema = _resolve(contract, schema)
    found = dict(schema.get("properties", {}))
    for part in schema.get("allOf", []):
        found.update(_properties(contract, part))
    return found


def _resolve(contract: Any, value: Any) -> Any:
    while isinstance(value, dict) and "$ref" in value:
        here = contract
        for word in value["$ref"].removeprefix("#/").split("/"):
            here = here[word]
        value = here
    return value
