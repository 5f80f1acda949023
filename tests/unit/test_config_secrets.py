"""Secrets: filled in late, off where they are missing, shown nowhere."""

from __future__ import annotations

import os
import shlex
import sys
from pathlib import Path
from time import monotonic

import pytest
from support.configs import NAMES, read

from monitor.config import Off, Resolved, Secrets, Settings, exposed, load, safe_url, safe_webhook
from monitor.config.commands import first_line

PLAIN = Settings(path=Path("feeds.toml"))


def secrets(settings: Settings = PLAIN, **environ: str) -> Secrets:
    return Secrets({"PATH": os.environ["PATH"], **environ}, settings)


def test_variables_are_filled_in_and_nothing_else_is_special() -> None:
    known = secrets(A="one", B="t&o ")
    assert known.resolve("x${A}-${B}y") == Resolved("xone-t&o y")
    for plain in ("$A", "${}", "${a b}", "$${", "${A", "%(A)s", "`A`", "~", "${1}"):
        assert known.resolve(plain) == Resolved(plain)


@pytest.mark.parametrize(
    ("environ", "reason"),
    [
        ({}, "TOKEN is not set"),
        ({"TOKEN": ""}, "TOKEN is empty"),
        ({"TOKEN": "a\nb"}, "TOKEN holds a control character"),
    ],
)
def test_a_variable_without_a_usable_value_turns_its_source_off(environ: dict[str, str], reason: str) -> None:
    known = secrets(**environ)
    assert known.resolve("https://e.example/${TOKEN}") == Off(reason)
    assert known.resolve_headers({"A": "plain", "B": "Bearer ${TOKEN}"}) == Off(reason)


def test_headers_are_filled_in_and_stay_ascii() -> None:
    assert secrets(T="x").resolve_headers({"A": "Bearer ${T}", "B": "c"}) == {"A": "Bearer x", "B": "c"}
    assert secrets(T="é").resolve_headers({"A": "${T}"}) == Off("header A would hold characters outside ASCII")


def test_a_command_gives_its_first_line_and_runs_once(tmp_path: Path) -> None:
    runs = tmp_path / "runs"
    script = f"open({str(runs)!r}, 'a').write('x'); print('s3cret value'); print('second')"
    template = f"a ${{cmd:{sys.executable} -c {shlex.quote(script)}}} b"
    known = secrets()
    assert known.resolve(template) == Resolved("a s3cret value b")
    assert known.resolve(template) == Resolved("a s3cret value b")
    assert runs.read_text() == "x"
    assert known.redact("it says s3cret value.") == "it says ***."


def test_a_command_sees_no_shell() -> None:
    assert secrets().resolve("${cmd:echo $HOME; echo *}") == Resolved("$HOME; echo *")


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        ("false", "${cmd:false …} failed: exit code 1"),
        (
            "no-such-command-anywhere show",
            "${cmd:no-such-command-anywhere …} failed: No such file or directory",
        ),
        ("true", "${cmd:true …} printed nothing"),
        ("printf '\\033[31m'", "${cmd:printf …} holds a control character"),
        ("yes", "${cmd:yes …} failed: printed more than 64 kB"),
    ],
)
def test_a_command_that_fails_turns_its_source_off(command: str, reason: str) -> None:
    assert secrets().resolve(f"${{cmd:{command}}}") == Off(reason)


@pytest.mark.parametrize("end", ["; wait", ""], ids=["parent stays", "parent is gone"])
def test_a_command_has_a_deadline_and_leaves_nobody_behind(end: str, tmp_path: Path) -> None:
    life = tmp_path / "life"
    os.mkfifo(life)
    line = os.open(life, os.O_RDONLY | os.O_NONBLOCK)
    start = monotonic()
    # The child keeps our pipe open; it must not be waited for, and must end. `life` tells when it did.
    with pytest.raises(ValueError, match=r"no answer within 0\.3 s"):
        first_line(["sh", "-c", f"(echo alive >&3; sleep 60) 3>{life} & echo early {end}"], os.environ, 0.3)
    os.set_blocking(line, True)
    with os.fdopen(line, "rb") as lifeline:
        assert lifeline.read() == b"alive\n"
    assert monotonic() - start < 10


def test_commands_of_an_untrusted_config_are_not_run(tmp_path: Path) -> None:
    known = secrets(Settings(path=Path("feeds.toml"), trusted=False))
    value = known.resolve(f"${{cmd:touch {tmp_path / 'x'}}}")
    assert isinstance(value, Off)
    assert "--config" in value.reason
    assert not (tmp_path / "x").exists()


def test_addresses_are_shown_without_their_secrets() -> None:
    for template, shown in {
        "https://e.example/a?b=c": "https://e.example/a?b=c",
        "https://me:pw@e.example/": "https://***@e.example/",
        "https://me@e.example/": "https://***@e.example/",
        "https://a@b@e.example/x@y": "https://***@e.example/x@y",
        "https://me:p/w?x#@e.example/": "https://***@e.example/",
        "https://e.example:8080/@me": "https://e.example:8080/@me",
        "https://e.example/@me.rss": "https://e.example/@me.rss",
        "https://[::1]:8080/@me": "https://[::1]:8080/@me",
        "https://e.example/${TOKEN}/x": "https://e.example/***/x",
        "https://e.example/?api_key=${K}&x=1": "https://e.example/?api_key=***&x=1",
        "https://e.example/?x=1&Token=abc#f": "https://e.example/?x=1&Token=***#f",
        "${DESK_URL}": "***",
        "https://u:${P}@e.example/": "https://***@e.example/",
        "https://e.example/${cmd:pass show x}": "https://e.example/***",
    }.items():
        assert safe_url(template) == shown
    assert safe_webhook("https://u:p@hooks.example:8443/services/T0/B0/x") == "https://***@hooks.example:8443/***"
    assert safe_webhook("${HOOK}") == "***"


def test_whatever_was_filled_in_or_written_out_is_redacted(tmp_path: Path) -> None:
    settings = read(
        tmp_path,
        """\
[[feed]]
name = "a"
url = "https://me:pass%20word@a.example/?token=q-token&k=${K}"
headers = { Authorization = "Bearer h-token", Accept = "application/json", X-Key = "Basic ${K}" }
[[sink]]
name = "b"
webhook = "https://hooks.example/services/T00000000000000000000000"
secret = "signing"
[[sink]]
name = "c"
apprise = "mailto://u:apprise@mail.example"
""",
    )
    known = secrets(settings, K="from env/ironment")
    known.resolve(settings.feeds[0].url)
    for leak in ("pass%20word", "pass word", "q-token", "h-token", "signing", "from env/ironment",
                 "from%20env/ironment", "from%20env%2Fironment", "mailto://u:apprise@mail.example",
                 "https://hooks.example/services/T00000000000000000000000"):  # fmt: skip
        assert known.redact(f"<{leak}>") == "<***>"
    assert known.redact("at https://x:y@z.example/") == "at https://***@z.example/"
    assert known.redact("application/json and Basic stay") == "application/json and Basic stay"
    assert secrets().redact("nothing to hide") == "nothing to hide"


def test_user_information_that_came_from_a_variable_is_redacted_by_its_parts() -> None:
    known = secrets(FEED="https://user:pa55@e.example/?token=t0k")
    known.resolve("${FEED}")
    assert known.redact("pa55 t0k") == "*** ***"


@pytest.mark.parametrize(
    ("secret", "where"),
    [
        ('url = "https://me:pw@e.example/"', "feed a"),
        ('url = "https://e.example/?token=x"', "feed a"),
        ('url = "https://e.example/"\nheaders = { X-Api-Key = "k" }', "feed a"),
        ('url = "https://e.example/"\n[[sink]]\nname = "b"\napprise = "slack://x"', "sink b"),
        (
            'url = "https://${U}:${P}@e.example/?token=${T}"\nheaders = { A = "Bearer ${K}", Accept = "x" }',
            None,
        ),
    ],
)
def test_a_config_that_everybody_can_read_should_hold_no_secret(secret: str, where: str | None, tmp_path: Path) -> None:
    path = tmp_path / "feeds.toml"
    path.write_text(f'[[feed]]\nname = "a"\n{secret}\n')
    path.chmod(0o644)
    settings = load(path, NAMES)
    told = f"{path}: everybody can read it and {where} holds a secret: run chmod 600 {path}"
    assert exposed(settings) == (told if where else None)
    path.chmod(0o600)
    assert exposed(settings) is None
