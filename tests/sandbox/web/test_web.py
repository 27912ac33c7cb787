"""The page's scripts without a browser: their own tests, in node's test runner, and what they never do."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.conftest import lack

HERE = Path(__file__).parent
SCRIPTS = sorted((HERE.parents[2] / "sandbox" / "web").glob("*.js"))
OLDEST_NODE = 18
HTML_FROM_TEXT = re.compile(r"\.(inner|outer)HTML\b|insertAdjacentHTML|document\.write|\beval\(|new Function\(|srcdoc")


@pytest.fixture(scope="session")
def node() -> str:
    """Where node is."""
    found = shutil.which("node")
    if found is None:
        lack("no node here (apt-get install nodejs)")
    version = subprocess.run([found, "--version"], capture_output=True, text=True, check=True).stdout
    if int(version.removeprefix("v").partition(".")[0]) < OLDEST_NODE:
        lack(f"no node of version {OLDEST_NODE} or newer here: it is {version.strip()}")
    return found


@pytest.mark.parametrize("path", sorted(HERE.glob("*.test.mjs")), ids=lambda path: path.name.partition(".")[0])
def test_the_scripts_own_tests_pass(node: str, path: Path) -> None:
    # Without --test, which would start a second process for the file; the runner and its exit status are the same.
    done = subprocess.run(
        [node, "--test-reporter=tap", str(path)], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"^# tests [1-9]", done.stdout, re.MULTILINE)


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_no_text_becomes_html(path: Path) -> None:
    assert HTML_FROM_TEXT.findall(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_a_script_asks_for_nothing_but_its_neighbours(path: Path) -> None:
    imported = re.findall(r'from "([^"]+)";', path.read_text(encoding="utf-8"))
    assert [each for each in imported if not (path.parent / each).is_file()] == []
