"""docs/causes.md lists every cause, and every code that a remark or a flag can have."""

import ast
from collections.abc import Iterator

from letterhead.core.cause import ADVICE, Cause
from letterhead.core.dkim import Defect, Severity
from letterhead.core.dmarc.record import Mistake
from letterhead.core.spf.remark import RemarkKind
from scripts.house import ROOT, sources
from scripts.reference.causes import groups
from tests.docs.markdown import rows

PAGE = ROOT / "docs" / "causes.md"


def written() -> Iterator[str]:
    """The remarks whose code stands in the verdict itself, as `Remark("code", …)`."""
    verdict = [text for path, text in sources().items() if path.startswith("core/verdict/")]
    for node in (each for text in verdict for each in ast.walk(ast.parse(text))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Remark":
            yield from [str(code.value) for code in node.args[:1] if isinstance(code, ast.Constant)]


def remarks() -> set[str]:
    """Every code of a remark. A record that is void rules nothing, so nothing is remarked on it."""
    dmarc = {f"dmarc_{mistake}" for mistake in Mistake if mistake is not Mistake.VOID}
    dkim = {f"dkim_{defect}" for defect in Defect if defect.severity is not Severity.FAIL}
    return {*written(), *dmarc, *dkim, *(f"spf_{kind}" for kind in RemarkKind)}


def test_every_cause_stands_in_one_group() -> None:
    listed = [cause for causes in groups().values() for cause in causes]
    assert sorted([*listed, Cause.OK]) == sorted(Cause)
    assert all(ADVICE[cause] for cause in listed)


def test_every_cause_remark_and_flag_has_its_line_and_no_line_is_left_over() -> None:
    flags = {"mixed_script", "confusable", "invisible_joiner", "mail_or_www_prefix"}
    listed = [row[0].strip("`") for row in rows(PAGE)]
    causes = {cause.value for cause in Cause if cause is not Cause.OK}
    # `wildcard` is both: a cause where the token is missing, a remark where it is there.
    assert sorted(listed) == sorted([*causes, *remarks(), *flags])


def test_flags_are_those_that_the_code_sets() -> None:
    text = sources()["core/lookalike.py"] + sources()["core/hostname.py"]
    for flag in ("mixed_script", "confusable", "invisible_joiner", "mail_or_www_prefix"):
        assert f'"{flag}"' in text
