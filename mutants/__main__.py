"""Breaks the code in one place after another, and tells which breaks no test notices: `make mutants`.

What is broken, by which tests it is judged, and which breaks change nothing (with the reason) is in `pyproject.toml`
under `tool.mutants`. Each mutant is a process forked from one that has imported the libraries already; it imports the
mutated module from memory, so no file is touched.
"""

import argparse
import ast
import importlib
import importlib.abc
import importlib.util
import os
import random
import signal
import sys
import tempfile
import time
import tomllib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from fnmatch import fnmatchcase
from importlib.machinery import ModuleSpec, SourceFileLoader
from pathlib import Path
from typing import NoReturn

from mutants.breaks import Mutant, enums_in, mutants_of, mutated

ROOT = Path(__file__).resolve().parents[1]
# Imported before the first fork; whatever imports `bot` must not be among them.
LIBRARIES = (
    *("pytest", "pytest_asyncio.plugin", "hypothesis", "structlog", "pydantic", "aiohttp", "re2"),
    *("sqlalchemy.ext.asyncio", "sqlalchemy.dialects.sqlite.aiosqlite", "alembic.command", "psycopg"),
    *("playwright.async_api", "sandbox.hub"),
)
PYTEST = (
    *("-x", "-q", "--hypothesis-seed=0", "-m", "not postgresql", "-W", "ignore::pytest.PytestAssertRewriteWarning"),
    *("-p", "no:cacheprovider", "-p", "pytest_asyncio.plugin", "-p", "_hypothesis_pytestplugin"),
)


class Mutation(importlib.abc.MetaPathFinder):
    """Answers one module with another tree than its file has."""

    def __init__(self, path: str, tree: ast.Module) -> None:
        self.name = path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        self.path, self.tree = str(ROOT / path), tree

    def find_spec(self, fullname: str, path: Sequence[str] | None, target: object = None) -> ModuleSpec | None:
        """The one module; the others are found as ever."""
        if fullname != self.name:
            return None
        loader = SourceFileLoader(fullname, self.path)
        code = compile(self.tree, self.path, "exec")
        loader.get_code = lambda fullname: code  # type: ignore[method-assign]
        return importlib.util.spec_from_file_location(fullname, self.path, loader=loader)


def judge(tests: Sequence[str], mutation: Mutation | None) -> NoReturn:
    """In a process of its own: run the tests on the mutated module, and end with pytest's status."""
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    os.dup2(silence, 2)
    os.setsid()
    if mutation is not None:
        sys.meta_path.insert(0, mutation)
    import pytest  # noqa: PLC0415  imported already, by the parent

    os._exit(int(pytest.main([*PYTEST, *tests])))


def start(tests: Sequence[str], mutation: Mutation | None = None) -> int:
    """A judging process's number."""
    number = os.fork()
    if number == 0:
        judge(tests, mutation)
    return number


def tests_of(path: str, settings: Mapping[str, Sequence[str]]) -> list[str]:
    """A module's own tests first, then those that the settings name for it."""
    own = Path("tests", *Path(path).parts[1:-1], f"test_{Path(path).name}")
    named = [test for pattern, tests in settings.items() if fnmatchcase(path, pattern) for test in tests]
    return list(dict.fromkeys([*([str(own)] if (ROOT / own).exists() else []), *named]))


def outermost(tests: Sequence[str]) -> tuple[str, ...]:
    """The tests without those that lie in a folder which is among them, so that modules can share a measurement."""
    return tuple(sorted(test for test in tests if not any(str(parent) in tests for parent in Path(test).parents)))


def measure(tests: Sequence[str]) -> float:
    """For how many seconds the tests run where nothing is broken; they have to pass."""
    began = time.monotonic()
    _, status = os.waitpid(start(tests), 0)
    if status:
        sys.exit(f"These fail, or there are none, where nothing is broken: {' '.join(tests)}")
    return time.monotonic() - began


def survivors_of(
    mutants: Sequence[Mutant], tests: Mapping[str, list[str]], enums: Mapping[str, list[str]], jobs: int
) -> list[Mutant]:
    """Those that every test of theirs passes; one that makes the tests hang is noticed too."""
    groups = {mutant.path: outermost(tests[mutant.path]) for mutant in mutants}
    seconds = {group: measure(group) for group in sorted(set(groups.values()))}
    waiting, running, survivors = list(reversed(mutants)), dict[int, tuple[Mutant, float]](), list[Mutant]()
    while waiting or running:
        while waiting and len(running) < jobs:
            mutant = waiting.pop()
            number = start(tests[mutant.path], Mutation(mutant.path, mutated(mutant, text_of(mutant.path), enums)))
            running[number] = mutant, time.monotonic() + 4 * seconds[groups[mutant.path]] + 20
        number, status = os.waitpid(-1, os.WNOHANG)
        if number:
            mutant, _ = running.pop(number)
            survivors += [mutant] if status == 0 else []
            print(".S"[status == 0], end="", flush=True)
            continue
        for late in (number for number, (_, limit) in running.items() if time.monotonic() > limit):
            with suppress(ProcessLookupError):
                os.killpg(late, signal.SIGKILL)
        time.sleep(0.05)
    print()
    return survivors


def text_of(path: str) -> str:
    """A module as it stands."""
    return (ROOT / path).read_text(encoding="utf-8")


def main() -> int:
    """Answers 1 where a mutant survives that the settings do not call equivalent."""
    parser = argparse.ArgumentParser(prog="make mutants", description=__doc__)
    parser.add_argument("modules", nargs="*", help="paths, or patterns of them; without one, all in pyproject.toml")
    parser.add_argument("--sample", type=int, help="try only so many, chosen by the seed")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    given = parser.parse_args()
    os.chdir(ROOT)
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["mutants"]
    every = sorted(str(path.relative_to(ROOT)) for path in (ROOT / "bot").rglob("*.py"))
    chosen = [path for path in every if any(fnmatchcase(path, pattern) for pattern in settings["tests"])]
    wanted = [path for path in chosen if not given.modules or any(fnmatchcase(path, p) for p in given.modules)]
    enums = enums_in([text_of(path) for path in every])
    mutants = [mutant for path in wanted for mutant in mutants_of(path, text_of(path), enums)]
    known = settings["equivalent"]
    gone = [name for name in known if name.split(":")[0] in wanted and name not in {each.name for each in mutants}]
    tried = [mutant for mutant in mutants if mutant.name not in known]
    if given.sample is not None and given.sample < len(tried):
        tried = random.Random(given.seed).sample(tried, given.sample)  # noqa: S311  no secret hangs on it
    for library in LIBRARIES:
        importlib.import_module(library)
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"HYPOTHESIS_STORAGE_DIRECTORY": folder, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
        survivors = survivors_of(tried, {path: tests_of(path, settings["tests"]) for path in wanted}, enums, given.jobs)
    for mutant in survivors:
        print(f"survives: {mutant.name}  (line {mutant.line})")
    for name in gone:
        print(f"no such mutant any more, take it out of pyproject.toml: {name}")
    print(
        f"{len(tried)} mutants, {len(tried) - len(survivors)} killed, {len(survivors)} survive; "
        f"{len(mutants)} in all, {len(known)} of them known to change nothing"
    )
    return 1 if survivors or gone else 0


if __name__ == "__main__":
    sys.exit(main())
