"""`make mutants`: what it breaks, what it leaves alone, and that its settings name what is there."""

import ast
import tomllib
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from mutants.breaks import enums_in, mutants_of, mutated

ROOT = Path(__file__).parents[1]
SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["mutants"]
COLORS = "class Color(StrEnum):\n    RED = 'red'\n    BLUE = 'blue'\n"
ENUMS = {"Color": ["RED", "BLUE"]}
BREAKS = [
    ("a < b", ["a <= b"]),
    ("a >= b", ["a > b"]),
    ("a == b", ["a != b"]),
    ("a is not None", ["a is None"]),
    ("a not in b", ["a in b"]),
    ("0 < a <= b", ["0 <= a <= b", "0 < a < b", "1 < a <= b"]),
    ("a and b", ["a or b"]),
    ("not a", ["a"]),
    ("a if b else c", ["a if not b else c"]),
    ("a + b", ["a - b"]),
    ("x = max(a, b)", ["x = min(a, b)"]),
    ("f(a=b)", ["f()", "pass"]),
    ("True", []),
    ("x = True", ["x = False"]),
    ("x = 5", ["x = 6"]),
    ("x = Color.BLUE", ["x = Color.RED"]),
    ("x = Shape.ROUND", []),
    ("await f()", ["pass"]),
    ("raise a", ["pass"]),
    ("return a", ["return None"]),
    ("return None", []),
    ("x += a", ["pass"]),
    ("log.info('x', a=1)", []),
    ("assert_never(a)", []),
    ("x: Literal[1] = a", []),
]


def told(statement: str) -> list[str]:
    """What a function of one statement can become."""
    text = f"async def f(a: int = b) -> None:\n    {statement}\n"
    trees = [mutated(mutant, text, ENUMS) for mutant in mutants_of("bot/x.py", text, ENUMS)]
    return sorted(ast.unparse(tree.body[0].body[0]) for tree in trees)  # type: ignore[attr-defined]


@pytest.mark.parametrize(("statement", "broken"), BREAKS)
def test_a_statement_is_broken_so_and_in_no_other_way(statement: str, broken: list[str]) -> None:
    assert told(statement) == sorted(ast.unparse(ast.parse(each)) for each in broken)


def test_the_members_of_an_enumeration_are_found() -> None:
    assert enums_in([COLORS, "x = 1"]) == ENUMS


def test_a_mutant_keeps_its_name_when_other_functions_change() -> None:
    function = "def f():\n    if a < b:\n        raise c\n"
    names = {mutant.name for mutant in mutants_of("bot/x.py", function, {})}
    longer = {mutant.name for mutant in mutants_of("bot/x.py", "def e():\n    return a < b\n" + function, {})}
    assert names == {"bot/x.py:f: < → <=", "bot/x.py:f: raise dropped"}
    assert names < longer


def test_no_two_mutants_of_a_module_have_one_name_and_each_is_another_program() -> None:
    text = (ROOT / "bot/governance/requests/vote.py").read_text(encoding="utf-8")
    found = list(mutants_of("bot/x.py", text, {"Status": ["A", "B"]}))
    assert len({mutant.name for mutant in found}) == len(found) > 20
    programs = {ast.unparse(mutated(mutant, text, {"Status": ["A", "B"]})) for mutant in found}
    assert len(programs) == len(found)
    assert ast.unparse(ast.parse(text)) not in programs


def test_the_settings_name_modules_and_tests_that_are_there() -> None:
    modules = [str(path.relative_to(ROOT)) for path in (ROOT / "bot").rglob("*.py")]
    unused = [pattern for pattern in SETTINGS["tests"] if not any(fnmatchcase(path, pattern) for path in modules)]
    missing = [test for tests in SETTINGS["tests"].values() for test in tests if not (ROOT / test).exists()]
    assert (unused, missing) == ([], [])


def test_what_is_called_equivalent_is_a_mutant_with_a_reason() -> None:
    enums = enums_in([path.read_text(encoding="utf-8") for path in sorted((ROOT / "bot").rglob("*.py"))])
    paths = {name.partition(":")[0] for name in SETTINGS["equivalent"]}
    known = {
        mutant.name for path in paths for mutant in mutants_of(path, (ROOT / path).read_text(encoding="utf-8"), enums)
    }
    assert set(SETTINGS["equivalent"]) <= known
    assert all(len(reason) > 20 for reason in SETTINGS["equivalent"].values())
