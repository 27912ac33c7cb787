"""What is installed, and what the image copies: the bot, and nothing of the sandbox beside it."""

import fnmatch
import shlex
import subprocess
import sys
import zipfile
from pathlib import Path, PurePosixPath

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """The wheel that `pip install .` builds."""
    folder = tmp_path_factory.mktemp("wheel")
    build = f"from hatchling.build import build_wheel; print(build_wheel({str(folder)!r}))"
    done = subprocess.run([sys.executable, "-c", build], cwd=ROOT, capture_output=True, text=True, check=True)
    return zipfile.ZipFile(folder / done.stdout.splitlines()[-1])


def test_the_wheel_carries_the_bot_alone(wheel: zipfile.ZipFile) -> None:
    tops = {PurePosixPath(name).parts[0] for name in wheel.namelist()}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"bot"}


def test_the_wheel_carries_what_the_bot_reads(wheel: zipfile.ZipFile) -> None:
    names = set(wheel.namelist())
    modules = {str(path.relative_to(ROOT)) for path in (ROOT / "bot").rglob("*") if path.suffix in (".py", ".yaml")}
    assert modules <= names
    assert {"bot/manifest.yml", "bot/db/migrations/env.py", "bot/py.typed"} <= names


def copied() -> list[str]:
    """What the Dockerfile copies from the source."""
    lines = (ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines()
    words = [shlex.split(line)[1:-1] for line in lines if line.startswith("COPY ") and "--from" not in line]
    return [source.removeprefix("./") for sources in words for source in sources]


def test_the_image_carries_nothing_of_the_sandbox() -> None:
    assert sorted(copied()) == ["LICENSE", "alembic.ini*", "bot", "manifest.yml", "migrations", "requirements.lock"]


def test_the_build_is_sent_what_it_copies_and_no_more() -> None:
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    let_in = {line.removeprefix("!") for line in lines if line.startswith("!")}
    assert "*" in lines
    assert let_in == {name for each in copied() for name in (fnmatch.filter(let_in, each) or [each])}
