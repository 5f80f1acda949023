"""The house rules that an import graph cannot see: one door per library, budgets, no shortcuts."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
CODE = sorted([*(ROOT / "monitor").rglob("*.py"), *(ROOT / "classifiers").rglob("*.py")])
DOORS = {
    "httpx": ["monitor/net"],
    "httpcore": ["monitor/net"],
    "h11": ["monitor/net"],
    "feedparser": ["monitor/sources"],
    "sqlite3": ["monitor/store"],
    "textual": ["monitor/tui"],
    "rich": ["monitor/tui"],
    "sklearn": ["classifiers"],
    "lxml": ["monitor/sources"],
    "selectolax": ["monitor/text.py", "monitor/sources"],
    "jmespath": ["monitor/signals", "monitor/sources"],
    "numpy": ["classifiers", "monitor/margin"],
    "classifiers": ["monitor/tagging.py", "classifiers", "monitor/cli"],
}
# A type in a signature opens no connection: rooms that are handed one may name its class.
NAMES_ONLY = {"sqlite3": ["monitor/cycle", "monitor/cli", "monitor/tui/state.py"]}
HEAVY = ("textual", "sklearn", "numpy", "scipy")


def imports(path: Path) -> set[str]:
    """Top-level packages that a file imports anywhere in it."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            found.add(node.module.split(".")[0])
    return found


@pytest.mark.parametrize("library", DOORS)
def test_a_library_is_imported_through_its_door_only(library: str) -> None:
    rooms = [*DOORS[library], *NAMES_ONLY.get(library, [])]
    strangers = [
        str(path.relative_to(ROOT))
        for path in CODE
        if library in imports(path) and not any(str(path.relative_to(ROOT)).startswith(room) for room in rooms)
    ]
    assert strangers == []


@pytest.mark.parametrize("module", ["monitor.cli", "monitor.cli.poll", "monitor.cli.check", "monitor.cli.margin"])
def test_a_clean_interpreter_loads_nothing_heavy(module: str) -> None:
    code = f"import sys, {module}; print([m for m in {HEAVY!r} if m in sys.modules])"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert loaded.strip() == "[]"


def functions(path: Path) -> list[tuple[str, int]]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [
        (f"{path.relative_to(ROOT)}:{node.name}", (node.end_lineno or node.lineno) - node.body[0].lineno + 1)
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]


def test_functions_stay_small() -> None:
    sizes = sorted((size, name) for path in CODE for name, size in functions(path))
    assert sizes[len(sizes) * 9 // 10][0] <= 30, "the 90th percentile of function bodies"
    assert [entry for entry in sizes if entry[0] > 60] == []


def test_files_stay_small() -> None:
    long = {str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines()) for path in CODE}
    assert {name: lines for name, lines in long.items() if lines > 400} == {}


def test_no_class_is_giant() -> None:
    for path in CODE:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                methods = [n for n in node.body if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]
                assert len(methods) <= 20, f"{path.relative_to(ROOT)}:{node.name} has {len(methods)} methods"


def test_no_handler_swallows_every_error() -> None:
    for path in CODE:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ExceptHandler):
                names = ast.unparse(node.type) if node.type else "everything"
                assert (
                    names not in {"everything", "Exception", "BaseException"} or _reraises(node) or _boundary(path)
                ), f"{path.relative_to(ROOT)}:{node.lineno}"


def _reraises(handler: ast.ExceptHandler) -> bool:
    return any(isinstance(node, ast.Raise) and node.exc is None for node in ast.walk(handler))


def _boundary(path: Path) -> bool:
    """The child process that parses: what breaks in it is told to its parent, not to a terminal."""
    return path.relative_to(ROOT).parts[:2] == ("monitor", "sources") and path.name == "child.py"
