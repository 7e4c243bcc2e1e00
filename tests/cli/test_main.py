"""The command itself: its help, its exit codes, completion, and how fast it says all that."""

import os
import resource
import subprocess
import sys

import click
import pytest

from letterhead import __version__
from letterhead.cli.completion import FILES, PROGRAM, VARIABLE
from letterhead.cli.exits import MEANINGS, Exit
from letterhead.cli.main import COMMANDS, main
from tests.cli.conftest import KEY, Run
from tests.cli.server import ScriptedServer

START = "import sys; from letterhead.cli.main import main; main(prog_name='letterhead')"


def started(*args: str, **environ: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-c", START, *args], env={**os.environ, **environ}, capture_output=True, check=False
    )


def walked(group: click.Group) -> dict[str, click.Command]:
    """Every command below a group, by its words."""
    found: dict[str, click.Command] = {}
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        found[name] = command
        if isinstance(command, click.Group):
            found |= {f"{name} {below}": each for below, each in walked(command).items()}
    return found


def test_help_names_every_command_and_every_exit_code(run: Run) -> None:
    shown = run("--help").stdout
    for name, (_, line) in COMMANDS.items():
        assert f"  {name} " in shown
        assert line.split()[0] in shown
    for code in Exit:
        assert f"  {code:<4} {MEANINGS[code]}\n" in shown


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_of_the_table_is_there(name: str, run: Run) -> None:
    assert run(name, "--help").exit_code == 0
    assert walked(main)[name].name == name


@pytest.mark.parametrize("words", sorted(walked(main)))
def test_every_command_and_option_explains_itself(words: str) -> None:
    command = walked(main)[words]
    assert command.help
    assert all(option.help for option in command.params if isinstance(option, click.Option))


def test_an_unknown_command_is_a_usage_error(run: Run) -> None:
    assert run("domain").exit_code == 2


def test_the_version(run: Run) -> None:
    assert run("--version").stdout == f"letterhead, version {__version__}\n"


def test_help_imports_next_to_nothing() -> None:
    heavy = ("asyncio", "httpx2", "letterhead.config", "msgspec", "rich")
    asks = f"import atexit; atexit.register(lambda: print([each for each in {heavy} if each in sys.modules]))"
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; {asks}; {START}", "--help"], capture_output=True, check=True
    )
    assert done.stdout.splitlines()[-1] == b"[]"


def test_help_is_fast() -> None:
    """In CPU seconds, so that a busy machine does not matter; the promise is 0.2 seconds."""

    def spent() -> float:
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        return usage.ru_utime + usage.ru_stime

    def once() -> float:
        before = spent()
        assert started("--help").returncode == 0
        return spent() - before

    assert min(once() for _ in range(5)) < 0.2


@pytest.mark.parametrize("shell", FILES)
def test_completion_prints_a_script_and_how_to_install_it(shell: str, run: Run) -> None:
    script = run("completion", shell).stdout
    assert VARIABLE in script
    assert f"# To install: letterhead completion {shell} > {FILES[shell]}\n" in script
    assert FILES[shell] in run("completion", "--help").stdout


def test_a_shell_that_nobody_knows(run: Run) -> None:
    assert run("completion", "tcsh").exit_code == 2


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        (f"{PROGRAM} ", set(COMMANDS)),
        (f"{PROGRAM} d", {"demo", "domains"}),
        (f"{PROGRAM} keys ", {"create", "list", "revoke"}),
        (
            f"{PROGRAM} domains ",
            {"add", "evidence", "history", "list", "records", "remove", "show", "verify", "watch"},
        ),
        (f"{PROGRAM} domains list --status f", {"failed"}),
        (f"{PROGRAM} domains verify --w", {"--wait"}),
    ],
)
def test_the_script_is_offered_every_command(line: str, offered: set[str]) -> None:
    words = line.split(" ")
    done = started(**{VARIABLE: "bash_complete", "COMP_WORDS": line, "COMP_CWORD": str(len(words) - 1)})
    assert {item.partition(",")[2] for item in done.stdout.decode().split()} == offered


def test_a_terminal_that_knows_ascii_alone_still_gets_everything(server: ScriptedServer) -> None:
    server.on("GET /domains?limit=50", "domains_page1")
    environ = {"LETTERHEAD_URL": server.url, "LETTERHEAD_KEY": KEY, "PYTHONIOENCODING": "ascii"}
    for terminal in ({}, {"FORCE_COLOR": "1", "TERM": "xterm"}):
        done = started("domains", "list", **environ, **terminal)
        assert (done.returncode, done.stderr) == (0, b"")
        assert rb"xn--mnchen-3ya.de (m\xfcnchen.de)" in done.stdout
