"""The reference page: all operations, in order, in tables that hold; and the page on disk is what is rendered."""

from pathlib import Path

import pytest

from bot import docs
from bot.__main__ import main
from bot.intents.usage import usage
from bot.operations import OPERATIONS
from bot.operations.kit.base import Operation, Write
from bot.operations.kit.parameters import parameters


def test_the_page_on_disk_is_what_the_code_would_write() -> None:
    assert docs.is_current(), "run `make docs`"


def test_every_operation_has_its_heading_in_order() -> None:
    headings = [line.removeprefix("### ") for line in docs.render_page().splitlines() if line.startswith("### ")]
    assert headings == [operation.name for operation in OPERATIONS]


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_an_operation_shows_its_usage_its_parameters_and_what_it_needs(operation: Operation) -> None:
    text = docs.render_operation(operation)
    assert f"\n/hub {usage(operation)}\n" in text
    assert (operation.endpoint or "own tables") in text
    assert all(f"`{scope}`" in text for scope in operation.scopes)
    rows = [line for line in text.splitlines() if line.startswith("| `")]
    assert [row.split("`")[1] for row in rows] == [parameter.flag for parameter in parameters(operation.params)]


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_every_row_of_the_table_has_its_three_cells(operation: Operation) -> None:
    rows = [line for line in docs.render_operation(operation).splitlines() if line.startswith("|")]
    assert {row.replace("\\|", "").count("|") for row in rows} == {4}


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_an_operation_says_what_it_needs_and_what_it_is_called_for_short(operation: Operation) -> None:
    text = docs.render_operation(operation)
    assert ("Needs: " in text) is bool(operation.needs)
    assert ("Scopes of" in text) is bool(operation.scopes)
    assert ("off for an hour after a 403 or 404" in text) is bool(operation.capability)
    assert (f"/hub {operation.alias} …" in text) is bool(operation.alias)
    assert ("Its card says: " in text) is isinstance(operation, Write)
    assert "Its card says: \n" not in text


def test_a_stale_or_missing_page_fails_the_check_and_a_written_one_passes(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "docs" / "operations.md"
    monkeypatch.setattr(docs, "PAGE", page)
    assert main(["docs", "--check"]) == 1
    assert main(["docs"]) == 0
    assert main(["docs", "--check"]) == 0
    page.write_text(page.read_text(encoding="utf-8") + "x", encoding="utf-8")
    assert main(["docs", "--check"]) == 1
    assert capsys.readouterr().err.count("is stale: run make docs.") == 2
