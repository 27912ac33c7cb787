"""Reads the YAML documents that people write: nothing but plain values in them, and no key twice."""

from collections.abc import Hashable
from typing import Any

import yaml

from bot.errors import ConfigurationError

MERGE = "tag:yaml.org,2002:merge"


class StrictLoader(yaml.SafeLoader):
    """As YAML's specification has it: a key that stands twice is an error. PyYAML alone takes the last in silence."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        """The mapping; raises `yaml.YAMLError` where a key is repeated."""
        seen: set[Hashable] = set()
        for key_node, _ in node.value:
            if key_node.tag == MERGE:
                continue
            key = self.construct_object(key_node, deep=True)
            if isinstance(key, Hashable) and key in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key “{key}” stands twice", key_node.start_mark
                )
            if isinstance(key, Hashable):
                seen.add(key)
        return super().construct_mapping(node, deep=deep)


def read_yaml(text: str, source: str) -> Any:
    """The document; raises `ConfigurationError` with what is wrong. `source` names it."""
    try:
        return yaml.load(text, StrictLoader)  # noqa: S506  StrictLoader is a SafeLoader
    except RecursionError:
        raise ConfigurationError([f"{source} is nested too deeply"]) from None
    except (yaml.YAMLError, ValueError, LookupError, AttributeError) as error:
        # PyYAML lets a bad scalar's own error through: ValueError for 2026-99-99, KeyError for !!bool maybe.
        raise ConfigurationError([f"{source} is no YAML: {' '.join(str(error).split())}"]) from None
