"""Holds a stated shape against a recorded sample, whose values are blanked: keys and kinds of value, both ways."""

from collections.abc import Iterator, Mapping
from typing import Any

from tests.contract.notation import Json

KINDS = {bool: "boolean", int: "number", float: "number", str: "string", dict: "object", list: "array"}


def differences(schema: Json, sample: Any, place: str = "$") -> Iterator[tuple[str, str]]:
    """Each place that differs, as `$.user.profile`, and how; an empty object or list of a sample allows anything."""
    if "anyOf" in schema:
        yield place, "ours may be null"
        schema = schema["anyOf"][0]
    if not schema or sample in ({}, []):
        return
    kind = KINDS[type(sample)]
    if schema["type"] != kind:
        yield place, f"ours says {schema['type']}, the sample {kind}"
    elif kind == "array":
        yield from differences(schema["items"], _united(sample), f"{place}[]")
    elif "properties" in schema:
        yield from _keys(schema["properties"], sample, place)


def _keys(properties: Mapping[str, Json], sample: Json, place: str) -> Iterator[tuple[str, str]]:
    for name in [*properties, *(one for one in sample if one not in properties)]:
        here = f"{place}.{name}"
        if name not in sample:
            yield here, "ours alone has it"
        elif name not in properties:
            yield here, "the sample alone has it"
        else:
            yield from differences(properties[name], sample[name], here)


def _united(samples: list[Any]) -> Any:
    """All items of a sample's list in one."""
    if not all(isinstance(one, dict) for one in samples):
        return samples[0]
    return {key: value for one in samples for key, value in one.items()}
