"""A filled database for every test, made once and copied."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from support import filled

from monitor.config import Settings
from monitor.tui.shell import PivotwatchApp

Make = Callable[..., PivotwatchApp]


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "pivotwatch.db"
    filled.fill(path, filled.settings(path.parent))
    return path


@pytest.fixture
def database(template: Path, tmp_path: Path) -> Path:
    path = tmp_path / "pivotwatch.db"
    for part in template.parent.glob("pivotwatch.db*"):
        shutil.copy(part, tmp_path / part.name)
    return path


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return filled.settings(tmp_path)


@pytest.fixture
def make(settings: Settings, database: Path) -> Make:
    """Build the pane on the filled database; it does not poll by itself unless asked to."""

    def make(**options: object) -> PivotwatchApp:
        values = {"settings": settings, "database": database, "clock": lambda: filled.NOW, "poll": False}
        values |= options
        return PivotwatchApp(values.pop("settings"), values.pop("database"), **values)  # type: ignore[arg-type]  # as given

    return make
