"""The OpenAPI document that the compact statement of Docker Hub's contract becomes."""

from openapi_core import OpenAPI

from tests.contract.docker_hub import audit_actions, document

PATHS = document()["paths"]


def test_it_is_an_openapi_document_of_54_operations() -> None:
    OpenAPI.from_dict(document()).check_spec()
    ids = [operation["operationId"] for item in PATHS.values() for operation in item.values()]
    assert len(ids) == len(set(ids)) == 54
    assert len(PATHS) == 35


def test_a_name_in_a_path_is_a_parameter_that_has_to_be_there() -> None:
    (name,) = PATHS["/v2/access-tokens/{uuid}"]["get"]["parameters"]
    assert name == {"in": "path", "name": "uuid", "required": True, "schema": {"type": "string"}}


def test_queries_and_headers_may_be_left_out() -> None:
    log = PATHS["/v2/auditlogs/{account}"]["get"]["parameters"]
    assert [one["name"] for one in log if one["in"] == "query" and "required" not in one][:2] == ["action", "name"]
    (header,) = PATHS["/v2/invites/bulk"]["post"]["parameters"]
    assert (header["in"], header["name"]) == ("header", "X-Analytics-Client-Feature")


def test_a_family_says_who_calls_in_which_format_and_how_a_refusal_looks() -> None:
    scim = PATHS["/v2/scim/2.0/Users"]["get"]
    assert scim["security"] == [{"bearerSCIMAuth": []}]
    refusals = {
        status: scim["responses"][status]["content"]["application/scim+json"]["schema"] for status in ("400", "404")
    }
    assert "scimType" in refusals["400"]["properties"]
    assert "scimType" not in refusals["404"]["properties"]
    tags = PATHS["/v2/namespaces/{namespace}/repositories/{repository}/tags"]["get"]["responses"]["404"]
    assert tags["content"]["application/json"]["schema"]["properties"].keys() == {"detail", "message"}


def test_an_operation_may_name_another_caller_and_another_format() -> None:
    assert PATHS["/v2/users/login"]["post"]["security"] == []
    assert PATHS["/v2/namespaces/{namespace}/repositories"]["get"]["security"] == [{"bearerAuth": []}, {}]
    export = PATHS["/v2/orgs/{org_name}/members/export"]["get"]["responses"]["200"]
    assert export["content"].keys() == {"text/csv"}
    assert export["headers"].keys() == {"Content-Disposition"}


def test_a_body_is_asked_for_or_may_be_left_out_and_an_answer_may_have_none() -> None:
    groups = PATHS["/v2/orgs/{org_name}/groups/{group_name}"]
    assert groups["put"]["requestBody"]["required"] is False
    assert PATHS["/v2/users/login"]["post"]["requestBody"]["required"] is True
    assert "content" not in groups["delete"]["responses"]["204"]


def test_an_action_has_its_groups_name_before_it() -> None:
    assert {"repo.tag.push", "org.team.member.add", "org.create"} <= audit_actions()
    assert len(audit_actions()) == 75
