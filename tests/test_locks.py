"""The locks against pyproject.toml, without a network."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
PIN = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^]]*\])?==([^\s;\\]+)", re.MULTILINE)
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
STALE = "run `make lock`"


def pins(name: str) -> dict[str, str]:
    """Version by normalized name, as the lock has them."""
    return {canonicalize_name(match[1]): match[2] for match in PIN.finditer((ROOT / name).read_text())}


def unmet(requirements: list[str], lock: dict[str, str]) -> list[str]:
    """The requirements that the lock does not hold, or holds at a version outside their bounds."""
    parsed = [Requirement(text) for text in requirements]
    return [str(wish) for wish in parsed if not wish.specifier.contains(lock.get(canonicalize_name(wish.name), "0"))]


def test_the_runtime_lock_holds_every_dependency_within_its_bounds() -> None:
    assert unmet(PROJECT["dependencies"], pins("requirements.lock")) == [], STALE


def test_the_development_lock_holds_every_dependency_within_its_bounds() -> None:
    wishes = PROJECT["dependencies"] + PROJECT["optional-dependencies"]["dev"]
    assert unmet(wishes, pins("requirements-dev.lock")) == [], STALE


def test_the_development_lock_holds_the_runtime_locks_pins() -> None:
    assert pins("requirements.lock").items() <= pins("requirements-dev.lock").items(), STALE


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_every_pin_has_a_hash_and_no_line_names_an_address(name: str) -> None:
    text = (ROOT / name).read_text()
    hashed = re.findall(r"==[^\\\n]+\\\n +--hash=sha256:[0-9a-f]{64}", text)
    assert len(hashed) == len(pins(name)), STALE
    assert "://" not in text


def test_a_missing_and_an_outdated_pin_are_both_noticed() -> None:
    assert unmet(["aiohttp>=3.14", "brotli>=1"], {"aiohttp": "3.13.0"}) == ["aiohttp>=3.14", "brotli>=1"]
