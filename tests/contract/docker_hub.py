"""Docker Hub's contract as an OpenAPI document, out of the compact statement in docker_hub.yaml."""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from http import HTTPStatus
from typing import Any

from tests.contract.notation import Json, Notation, statement

HEAD = {
    "openapi": "3.0.3",
    "info": {"title": "Docker Hub", "version": "2-beta"},
    "servers": [{"url": "https://hub.docker.com"}],
}
BEARER = {"type": "http", "scheme": "bearer"}
SCHEMES = {"bearerAuth": {**BEARER, "bearerFormat": "JWT"}, "bearerSCIMAuth": BEARER}
CALLERS: dict[str, list[Json]] = {
    "nobody": [],
    "bearer": [{"bearerAuth": []}],
    "anybody": [{"bearerAuth": []}, {}],
    "scim": [{"bearerSCIMAuth": []}],
}
PLACEHOLDER = re.compile(r"\{(\w+)\}")
ANSWER = re.compile(r"(?P<status>\d{3}|default)(?: (?P<media>\w+/\S+))?")


@lru_cache(maxsize=1)
def document() -> Json:
    """The whole contract as an OpenAPI 3.0 document; whoever changes it takes a copy."""
    stated = statement("docker_hub")
    notation = Notation(stated["types"])
    paths = {
        path: {
            method.lower(): _Operation(path, stated, notation).document(name, operation)
            for method, name, operation in _operations(item)
        }
        for path, item in stated["paths"].items()
    }
    return {**HEAD, "paths": paths, "components": {"securitySchemes": SCHEMES}}


def repository_name() -> Json:
    """What the name of a new repository has to be: `pattern`, `minLength`, `maxLength`."""
    body = document()["paths"]["/v2/namespaces/{namespace}/repositories"]["post"]["requestBody"]
    found: Json = body["content"]["application/json"]["schema"]["properties"]["name"]
    return found


def audit_actions() -> frozenset[str]:
    """Every action of the audit log by its full name, such as `repo.tag.push`."""
    groups: dict[str, list[str]] = statement("audit_actions")
    return frozenset(f"{group}.{action}" for group, actions in groups.items() for action in actions)


def _operations(item: Mapping[str, Json]) -> Iterator[tuple[str, str, Json]]:
    for written, operation in item.items():
        method, _, name = written.partition(" ")
        yield method, name, operation


class _Operation:
    """One operation on its way into OpenAPI's words."""

    def __init__(self, path: str, stated: Json, notation: Notation) -> None:
        self._path = path
        self._notation = notation
        self._family: Json = {}
        for beginning in sorted((one for one in stated["families"] if path.startswith(one)), key=len):
            self._family |= stated["families"][beginning]

    def document(self, name: str, operation: Json) -> Json:
        body = {"requestBody": self._body(operation)} if operation.keys() & {"body", "body!"} else {}
        return {
            "operationId": name,
            "security": CALLERS[{**self._family, **operation}["caller"]],
            "parameters": [*self._parameters(operation)],
            **body,
            "responses": dict(self._answers(operation)),
        }

    def _parameters(self, operation: Json) -> Iterator[Json]:
        for name in PLACEHOLDER.findall(self._path):
            yield {"in": "path", "name": name, "required": True, "schema": {"type": "string"}}
        for place, key in (("query", "query"), ("header", "headers")):
            for name, shape in operation.get(key, {}).items():
                yield {"in": place, "name": name, "schema": self._notation.schema(shape)}

    def _body(self, operation: Json) -> Json:
        required = "body!" in operation
        shape = operation["body!" if required else "body"]
        return {"required": required, "content": self._content(shape)}

    def _answers(self, operation: Json) -> Iterator[tuple[str, Json]]:
        for written, shape in operation.items():
            if found := ANSWER.fullmatch(str(written)):
                answer = _described(found["status"]) | self._answer(shape, found["media"])
                headers = operation.get(f"{found['status']} headers", {})
                described = {name: {"schema": self._notation.schema(one)} for name, one in headers.items()}
                yield found["status"], answer | ({"headers": described} if described else {})
        for status in operation.get("refused", ()):
            shape = self._family.get(status, self._family["refusal"])
            yield str(status), _described(str(status)) | self._answer(shape)

    def _answer(self, shape: Any, media: str | None = None) -> Json:
        return {} if shape == "nothing" else {"content": self._content(shape, media)}

    def _content(self, shape: Any, media: str | None = None) -> Json:
        return {media or self._family["media"]: {"schema": self._notation.schema(shape)}}


def _described(status: str) -> Json:
    """OpenAPI wants a description of every answer; the status's own name says enough."""
    return {"description": HTTPStatus(int(status)).phrase if status.isdecimal() else status}
