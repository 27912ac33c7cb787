"""The drawings of the house against the code: rooms are there, arrows are imports; and there is one door."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs/architecture.md"
DRAWING = re.compile(r"^## (.+?)\n.*?```mermaid\n(.+?)```", re.MULTILINE | re.DOTALL)
NODE = re.compile(r'(\w+)\["([^"]+)"\]')
ARROW = re.compile(r'^\s*(\w+)(?:\["[^"]*"\])? (-->|-\.->)(?:\|[^|]*\|)? (\w+)', re.MULTILINE)
NAMED = re.compile(r"`(bot/[\w/.]*)`")

DRAWINGS = dict(DRAWING.findall(PAGE.read_text(encoding="utf-8")))


def module_of(path: str) -> str:
    """`bot.outbox` of `bot/outbox/__init__.py`."""
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def imports_of(path: str) -> set[str]:
    """Every module that the file imports, or imports from; and what it imports by name, which may be a module."""
    found: set[str] = set()
    for node in ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def arrows(drawing: str) -> list[tuple[str, str, str]]:
    """Each arrow of a drawing: from which room, of which kind, to which."""
    rooms = dict(NODE.findall(drawing))
    return [(rooms[source], kind, rooms[target]) for source, kind, target in ARROW.findall(drawing)]


def test_each_way_has_its_drawing() -> None:
    assert len(DRAWINGS) == 5
    assert all(arrows(drawing) for drawing in DRAWINGS.values())
    lines = sum(drawing.count("->") for drawing in DRAWINGS.values())
    assert sum(len(arrows(drawing)) for drawing in DRAWINGS.values()) == lines, "an arrow was not understood"


def test_every_room_that_is_named_is_there() -> None:
    text = PAGE.read_text(encoding="utf-8")
    named = {*NAMED.findall(text), *(path for _, path in NODE.findall(text))}
    assert [path for path in sorted(named) if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("way", DRAWINGS)
def test_every_solid_arrow_is_an_import_and_every_dotted_one_is_none(way: str) -> None:
    for source, kind, target in arrows(DRAWINGS[way]):
        is_import = module_of(target) in imports_of(source)
        assert is_import is (kind == "-->"), f"{source} {kind} {target}"


def test_every_room_on_the_top_level_has_a_floor() -> None:
    text = PAGE.read_text(encoding="utf-8")
    rooms = {f"bot/{path.name}" for path in (ROOT / "bot").iterdir() if path.suffix == ".py"}
    rooms |= {f"bot/{path.name}/" for path in (ROOT / "bot").iterdir() if (path / "__init__.py").exists()}
    assert sorted(rooms - {"bot/__init__.py"} - set(NAMED.findall(text))) == []


def test_what_happens_to_a_request_goes_through_the_one_door() -> None:
    door = {"requests.move", "trail.append", "ballots.add"}
    doors = {
        (str(path.relative_to(ROOT)), ast.unparse(node))
        for path in (ROOT / "bot").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and ast.unparse(node) in door
    }
    assert doors == {("bot/governance/ledger/record.py", each) for each in door}
