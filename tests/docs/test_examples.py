"""What the documents show is so: commands parse, configurations load, answers are JSON, links lead on."""

import json
import re
import shlex
import tomllib
from pathlib import Path

import click
import pytest

from letterhead.cli.main import main
from letterhead.config import load
from scripts.house import ROOT
from tests.docs.markdown import DOCUMENTS, Block, anchors, blocks, links, named

PROGRAM = "letterhead"
LINE = re.compile(r"^\s*(?:\$ )?(?:\S*/)?letterhead[ ](.+)$", re.MULTILINE)
"""A line that calls it, wherever it is installed."""
SHELL = {"|", ">", "<", "&", "&&", ">>", "||"}
"""Where the words of a command end and the shell's own begin."""


def commands() -> list[tuple[str, list[str]]]:
    """The words of every command of ours in the documents, and where it stands."""
    found = []
    for block in blocks("sh", "bash", "console", "shell"):
        for line in LINE.findall(block.text.replace("\\\n", " ")):
            words = shlex.split(line, comments=True)
            end = next((at for at, word in enumerate(words) if word in SHELL), len(words))
            found.append((str(block), words[:end]))
    return found


def parse(command: click.Command, name: str, words: list[str], above: click.Context | None = None) -> None:
    """Read the words as the program would, without doing anything. Raises UsageError."""
    try:
        with command.make_context(name, list(words), parent=above) as context:
            if isinstance(command, click.Group):
                rest = [*context._protected_args, *context.args]
                below, found, left = command.resolve_command(context, rest)
                assert found is not None, below
                parse(found, str(below), left, context)
    except click.exceptions.Exit:  # --help and --version end at once
        return


@pytest.mark.parametrize(("place", "words"), commands())
def test_a_command_in_the_documents_is_one_of_the_program(place: str, words: list[str]) -> None:
    parse(main, PROGRAM, words)


@pytest.mark.parametrize(
    "line",
    ["domains fly", "domains add", "domains add acme.com --color", "serve --role mx", "keys create --team a"],
)
def test_a_command_that_is_none_is_seen(line: str) -> None:
    with pytest.raises(click.UsageError):
        parse(main, PROGRAM, line.split())


@pytest.mark.parametrize("block", blocks("toml"), ids=str)
def test_a_configuration_in_the_documents_loads(
    block: Block, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "letterhead.toml"
    file.write_text(block.text, "utf-8")
    config = load(file, {})
    assert tomllib.loads(block.text)
    assert not [each for each in config.warnings if "does not use it" in each]


@pytest.mark.parametrize("block", blocks("json", "http"), ids=str)
def test_an_answer_in_the_documents_is_json(block: Block) -> None:
    body = block.text.partition("\n\n")[2] if block.language == "http" else block.text
    assert isinstance(json.loads(body or "{}"), dict)


def test_the_python_of_the_documents_runs_and_means_what_it_says() -> None:
    """The blocks of a document are one program, from its beginning to its end."""
    programs: dict[str, str] = {}
    for block in blocks("python"):
        programs[block.document] = programs.get(block.document, "") + block.text
    assert "docs/core.md" in programs
    for document, program in programs.items():
        exec(compile(program, document, "exec"), {"__name__": document})


@pytest.mark.parametrize("path", DOCUMENTS, ids=named)
def test_every_link_leads_somewhere(path: Path) -> None:
    for link in links(path):
        file, _, anchor = link.partition("#")
        target = (path.parent / file).resolve() if file else path
        assert target.exists(), link
        assert target.is_relative_to(ROOT), link
        if anchor:
            assert anchor in anchors(target), link


def test_the_documents_show_something_to_hold_them_to() -> None:
    assert len(commands()) >= 8
    assert blocks("toml")
    assert len(blocks("json")) >= 5
