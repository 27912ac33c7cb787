"""Holds a stated JSON Schema against a wider one: whatever ours lets through, theirs has to let through as well."""

from collections.abc import Iterator

from tests.contract.notation import Json

LEAST = ("minLength", "minItems", "minimum")
MOST = ("maxLength", "maxItems", "maximum")


def looser(ours: Json, theirs: Json, *, root: Json, place: str = "$") -> Iterator[str]:
    """One sentence for each thing that ours allows and theirs, in the document `root`, does not, or that ours misses.

    Limits, patterns and required keys have to be equal; of keys, ours may name a part.
    """
    theirs = _resolved(theirs, root)
    if ours["type"] != theirs["type"]:
        yield f"{place}: ours says {ours['type']}, the reference {theirs['type']}"
    for name in ("enum", "pattern", "default", "uniqueItems", *LEAST, *MOST):
        if ours.get(name) != theirs.get(name):
            yield f"{place}, {name}: ours says {ours.get(name)}, the reference {theirs.get(name)}"
    if sorted(ours.get("required", ())) != sorted(theirs.get("required", ())):
        yield f"{place}: ours requires {ours.get('required')}, the reference {theirs.get('required')}"
    for name, one in ours.get("properties", {}).items():
        if name not in theirs["properties"]:
            yield f"{place}.{name}: ours alone has it"
        else:
            yield from looser(one, theirs["properties"][name], root=root, place=f"{place}.{name}")
    if "items" in ours:
        yield from looser(ours["items"], theirs["items"], root=root, place=f"{place}[]")


def _resolved(schema: Json, root: Json) -> Json:
    while "$ref" in schema:
        schema = root["definitions"][schema["$ref"].rpartition("/")[2]]
    return schema
