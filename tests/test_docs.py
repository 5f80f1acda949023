"""The documents tell what is there: commands, rooms, config keys, and the README's own commands."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from monitor.cli.parser import COMMANDS, build

ROOT = Path(__file__).parent.parent
DOCS = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    ROOT / "CHANGELOG.md",
    *sorted((ROOT / "docs").glob("*.md")),
]


def test_every_command_is_documented() -> None:
    told = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    assert [name for name in COMMANDS if f"pivotwatch {name}" not in told] == []


def test_every_flag_is_documented() -> None:
    told = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    flags = set(re.findall(r"--[a-z][a-z-]+", help_of_everything()))
    assert {flag for flag in flags if flag not in told} == set()


@pytest.mark.parametrize("path", DOCS, ids=lambda path: path.name)
def test_links_between_documents_lead_somewhere(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    named = re.findall(r"`((?:docs|bench|monitor|classifiers|tests)/[\w./-]+\.\w+)`", text)
    named += re.findall(r"\]\((?!https?:|#)([^)#]+)", text)
    assert [name for name in named if not ((ROOT / name).exists() or (path.parent / name).exists())] == []


@pytest.mark.parametrize("path", [ROOT / "README.md", ROOT / "CONTRIBUTING.md"], ids=lambda path: path.name)
def test_the_run_commands_that_documents_name_exist(path: Path) -> None:
    script = (ROOT / "run").read_text(encoding="utf-8")
    words = set(re.findall(r"^\./run (\w+)", path.read_text(encoding="utf-8"), re.MULTILINE))
    assert words
    assert [word for word in words if f"\n{word})" not in script] == []


def test_every_room_is_in_the_picture_of_the_house() -> None:
    house = (ROOT / "docs" / "house.md").read_text(encoding="utf-8")
    rooms = [path for path in (ROOT / "monitor").iterdir() if (path / "__init__.py").exists()]
    assert [room.name for room in rooms if f"`monitor/{room.name}/`" not in house] == []


def help_of_everything() -> str:
    parser = build()
    texts = [parser.format_help()]
    for action in parser._actions:
        for command in (getattr(action, "choices", None) or {}).values():
            if hasattr(command, "format_help"):
                texts.append(command.format_help())
    return "\n".join(texts)
