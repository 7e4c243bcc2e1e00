"""The command itself: its help, its exit codes, completion, and how fast it says all that."""

import os
import subprocess
import sys
import time

import click
import pytest

from letterhead import __version__
from letterhead.cli.completion import FILES, PROGRAM, VARIABLE
from letterhead.cli.exits import MEANINGS, Exit
from letterhead.cli.main import COMMANDS, main
from tests.cli.conftest import Run

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
    assert run("--version").stdout == f"main, version {__version__}\n"


def test_help_imports_next_to_nothing() -> None:
    code = START.replace("main(prog", "import click\ntry: main(prog").replace(
        "letterhead')", "letterhead')\n"
    )
    code = "import sys\nfrom letterhead.cli.main import main\ntry:\n main(['--help'])\nexcept SystemExit:\n pass\n"
    code += "print([name for name in ('httpx2', 'rich', 'msgspec', 'asyncio', 'letterhead.config') if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_help_is_fast() -> None:
    def once() -> float:
        began = time.process_time_ns(), time.perf_counter()
        assert started("--help").returncode == 0
        return time.perf_counter() - began[1]

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


def test_a_terminal_that_knows_ascii_alone_still_gets_everything(run: Run) -> None:
    done = started("completion", "--help", PYTHONIOENCODING="ascii")
    assert done.returncode == 0
