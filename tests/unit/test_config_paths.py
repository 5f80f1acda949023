"""Which config and which database: flag, environment, XDG directories, shipped file."""

from __future__ import annotations

import pwd
from pathlib import Path
from typing import NoReturn

import pytest

from monitor.config import Found, default_config, find_config, find_database
from monitor.errors import UsageError


@pytest.fixture
def home(tmp_path: Path) -> Path:
    own = tmp_path / "home/.config/pivotwatch"
    own.mkdir(parents=True)
    (own / "feeds.toml").touch()
    (tmp_path / "here").mkdir()
    return tmp_path / "home"


def test_the_first_of_flag_environment_here_own_and_shipped(home: Path, tmp_path: Path) -> None:
    environ = {"HOME": str(home), "PIVOTWATCH_CONFIG": "named.toml"}
    here = tmp_path / "here"
    (here / "feeds.toml").touch()
    assert find_config("flag.toml", environ, here) == Found(Path("flag.toml"), trusted=True)
    assert find_config(None, environ, here) == Found(Path("named.toml"), trusted=True)
    del environ["PIVOTWATCH_CONFIG"]
    assert find_config(None, environ, here) == Found(here / "feeds.toml", trusted=False)
    (here / "feeds.toml").unlink()
    assert find_config(None, environ, here) == Found(home / ".config/pivotwatch/feeds.toml", trusted=True)
    (home / ".config/pivotwatch/feeds.toml").unlink()
    assert find_config(None, environ, here) == Found(default_config(), trusted=True)
    assert default_config().is_file()


def test_a_dangling_link_is_not_passed_over(home: Path, tmp_path: Path) -> None:
    link = tmp_path / "here/feeds.toml"
    link.symlink_to("gone.toml")
    assert find_config(None, {"HOME": str(home)}, tmp_path / "here").path == link


def test_the_config_here_is_named_without_its_directory(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(home)
    (home / "feeds.toml").touch()
    assert str(find_config(None, {"HOME": str(home)}).path) == "feeds.toml"


def test_xdg_directories_are_used_and_relative_ones_ignored(home: Path, tmp_path: Path) -> None:
    other = tmp_path / "xdg"
    (other / "pivotwatch").mkdir(parents=True)
    (other / "pivotwatch/feeds.toml").touch()
    environ = {"HOME": str(home), "XDG_CONFIG_HOME": str(other), "XDG_DATA_HOME": str(other)}
    assert find_config(None, environ, tmp_path / "here").path == other / "pivotwatch/feeds.toml"
    assert find_database(None, environ) == other / "pivotwatch/pivotwatch.db"
    environ |= {"XDG_CONFIG_HOME": "xdg", "XDG_DATA_HOME": "xdg"}
    assert find_config(None, environ, tmp_path / "here").path == home / ".config/pivotwatch/feeds.toml"
    assert find_database(None, environ) == home / ".local/share/pivotwatch/pivotwatch.db"


def test_the_first_of_flag_and_environment_is_the_database() -> None:
    environ = {"HOME": "/h", "PIVOTWATCH_DB": "b.db"}
    assert find_database("a.db", environ) == Path("a.db")
    assert find_database(None, environ) == Path("b.db")
    assert find_database(None, environ | {"PIVOTWATCH_DB": ""}) == Path("/h/.local/share/pivotwatch/pivotwatch.db")


@pytest.mark.parametrize("environ", [{}, {"HOME": ""}, {"HOME": "relative"}])
def test_without_a_home_in_the_environment_the_password_database_is_asked(environ: dict[str, str]) -> None:
    import os

    expected = Path(pwd.getpwuid(os.getuid()).pw_dir)
    assert find_database(None, environ) == expected / ".local/share/pivotwatch/pivotwatch.db"


def test_without_any_home_the_files_must_be_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def nobody(_: int) -> NoReturn:
        raise KeyError("uid not found")

    monkeypatch.setattr(pwd, "getpwuid", nobody)
    for find in (lambda: find_config(None, {}, tmp_path), lambda: find_database(None, {})):
        with pytest.raises(UsageError, match="--config and --db") as caught:
            find()
        assert "\n" not in str(caught.value)
    assert find_config("a.toml", {}, tmp_path).path == Path("a.toml")
    assert find_database("a.db", {}) == Path("a.db")
    assert find_database(None, {"XDG_DATA_HOME": str(tmp_path)}) == tmp_path / "pivotwatch/pivotwatch.db"


def test_a_flag_without_a_name_is_refused() -> None:
    with pytest.raises(UsageError, match="--config names no file"):
        find_config("", {})
    with pytest.raises(UsageError, match="--db names no file"):
        find_database("", {})
