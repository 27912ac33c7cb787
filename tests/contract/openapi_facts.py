"""The facts of an OpenAPI document, prose gone and references followed, so that two documents can be compared."""

from collections.abc import Iterator
from typing import Any

from tests.contract.notation import Json

METHODS = ("get", "head", "post", "put", "patch", "delete")
# Of a schema, what says something of a value; the rest is prose.
FACTS = ("format", "minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems", "pattern", "default")
# What says something of one kind of value only: written beside another type, it holds nothing.
ONLY_OF = {"minItems": "array", "maxItems": "array", "minLength": "string", "maxLength": "string", "pattern": "string"}


class Facts:
    """Reads a document's operations as plain facts."""

    def __init__(self, document: Json) -> None:
        self._document = document

    def operations(self) -> Json:
        """Each operation by its method and path: its id, caller, parameters, body and answers."""
        paths = self._document["paths"].items()
        return {
            f"{method.upper()} {path}": self._operation(item, item[method])
            for path, item in paths
            for method in METHODS
            if method in item
        }

    def _operation(self, item: Json, operation: Json) -> Json:
        given = [self._resolved(one) for one in (*item.get("parameters", ()), *operation.get("parameters", ()))]
        body = self._resolved(operation.get("requestBody", {}))
        return {
            "id": operation["operationId"],
            "caller": operation["security"],
            "parameters": {f"{one['name']} in the {one['in']}": self._parameter(one) for one in given},
            "body": {"required": body.get("required", False), **self._content(body)} if body else None,
            "answers": {str(status): self._answer(answer) for status, answer in operation["responses"].items()},
        }

    def _parameter(self, one: Json) -> Json:
        return {"required": one.get("required", False), "schema": self.schema(one["schema"])}

    def _answer(self, answer: Json) -> Json:
        answer = self._resolved(answer)
        headers = {name: self.schema(one["schema"]) for name, one in answer.get("headers", {}).items()}
        return {**self._content(answer), "headers": headers}

    def _content(self, holder: Json) -> Json:
        return {media: self.schema(one["schema"]) for media, one in holder.get("content", {}).items()}

    def schema(self, schema: Json) -> Json:
        """A schema's facts: `allOf` made one, what has no effect gone, names that are only required given a place."""
        schema = self._merged(schema)
        facts: Json = {name: schema[name] for name in FACTS if name in schema and _has_effect(name, schema)}
        facts |= {"type": schema["type"]} if "type" in schema else {}
        facts |= {"nullable": True} if schema.get("nullable") else {}
        if "enum" in schema:
            facts["enum"] = sorted(value for value in schema["enum"] if value is not None)
        if "properties" in schema:
            required = schema.get("required", ())
            named: Json = {name: {} for name in required} | schema["properties"]
            facts["keys"] = {f"{name}{'!' * (name in required)}": self.schema(one) for name, one in named.items()}
        if "items" in schema and schema.get("type") == "array":
            facts["items"] = self.schema(schema["items"])
        if isinstance(schema.get("additionalProperties"), dict):
            facts["values"] = self.schema(schema["additionalProperties"])
        return facts

    def _merged(self, schema: Json) -> Json:
        schema = self._resolved(schema)
        merged: Json = {}
        for part in (*(self._merged(one) for one in schema.get("allOf", ())), schema):
            properties = {**merged.get("properties", {}), **_substantial(part.get("properties", {}), merged)}
            required = [*merged.get("required", ()), *part.get("required", ())]
            merged |= {key: value for key, value in part.items() if key != "allOf"}
            merged |= {"properties": properties} if properties else {}
            merged |= {"required": required} if required else {}
        return merged

    def _resolved(self, value: Json) -> Json:
        while "$ref" in value:
            here: Any = self._document
            for word in value["$ref"].removeprefix("#/").split("/"):
                here = here[word]
            value = here
        return value


def _has_effect(name: str, schema: Json) -> bool:
    return ONLY_OF.get(name, schema.get("type")) == schema.get("type")


def _substantial(properties: Json, before: Json) -> Json:
    """Those that add something to what was there: `allOf` may repeat a name to describe it once more."""
    known = before.get("properties", {})
    prose = {"description", "example"}
    return {name: one for name, one in properties.items() if name not in known or one.keys() - prose}


def differences(ours: Any, theirs: Any, place: str = "") -> Iterator[str]:
    """One sentence for each fact that the one has otherwise than the other."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        for name in [*ours, *(one for one in theirs if one not in ours)]:
            here = f"{place}, {name}" if place else str(name)
            if name not in theirs:
                yield f"{here}: ours alone has it, as {ours[name]}"
            elif name not in ours:
                yield f"{here}: the reference alone has it, as {theirs[name]}"
            else:
                yield from differences(ours[name], theirs[name], here)
    elif ours != theirs:
        yield f"{place}: ours says {ours}, the reference {theirs}"
