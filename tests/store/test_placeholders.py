"""Parameters in psycopg's form: names alone are rewritten, and nothing that looks like one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from letterhead.store.placeholders import in_psycopg_form


@pytest.mark.parametrize(
    ("ours", "psycopgs"),
    [
        ("SELECT :a", "SELECT %(a)s"),
        ("WHERE id = :id AND version = :version", "WHERE id = %(id)s AND version = %(version)s"),
        (":a,:a_0 , :b1", "%(a)s,%(a_0)s , %(b1)s"),
        ("IN (:only_0, :only_1)", "IN (%(only_0)s, %(only_1)s)"),
        ("SELECT :at::bigint", "SELECT %(at)s::bigint"),
        ("SELECT now()::text", "SELECT now()::text"),
        ("SELECT ':a', ':a'':b'", "SELECT ':a', ':a'':b'"),
        ('SELECT ":a"', 'SELECT ":a"'),
        ("SELECT 1 -- :a\n, :b", "SELECT 1 -- :a\n, %(b)s"),
        ("SELECT /* :a\n */ :b", "SELECT /* :a\n */ %(b)s"),
        ("a LIKE '%x' AND 5 % 2 = :b", "a LIKE '%%x' AND 5 %% 2 = %(b)s"),
        ("SELECT x[1:2]", "SELECT x[1:2]"),
        ("'é☃' = :a", "'é☃' = %(a)s"),
        ("", ""),
    ],
)
def test_what_is_rewritten(ours: str, psycopgs: str) -> None:
    assert in_psycopg_form(ours).decode() == psycopgs


@given(st.text(alphabet="ab '%", max_size=20))
def test_a_literal_stays_what_it_is(text: str) -> None:
    literal = "'" + text.replace("'", "''") + ":name'"
    assert in_psycopg_form(literal).decode() == literal.replace("%", "%%")
