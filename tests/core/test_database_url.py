"""Reading of database URLs that are odd."""

from __future__ import annotations

from pathlib import Path

import pytest

from taskview_core.errors import UsageError
from taskview_core.persistence.url import parse_database_url


@pytest.mark.parametrize(
    "text",
    ["host=" + "a=a" * 20_000 + "'", "host=a " * 20_000 + "'", "host='" + "\\" * 50_001],
    ids=["no spaces", "words", "backslashes"],
)
def test_a_long_text_that_is_no_keyword_form_is_a_file_at_once(text: str) -> None:
    assert parse_database_url(text).kind == "sqlite"


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("host=db port=5433 dbname=tasks user=ada", "postgresql://ada@db:5433/tasks"),
        ("  dbname = 'my tasks'  host=db ", "postgresql://db/my tasks"),
        (r"host=db password='it\'s' dbname=t", "postgresql://db/t"),
    ],
)
def test_the_keyword_form_is_read(text: str, label: str) -> None:
    url = parse_database_url(text)
    assert (url.kind, url.label) == ("postgresql", label)


def test_the_folder_of_nobody_is_told() -> None:
    with pytest.raises(UsageError, match="~nosuchuser9"):
        parse_database_url("~nosuchuser9/x.db")


@pytest.mark.parametrize(
    ("text", "address"),
    [
        (
            "postgres://ada:s3cret@db:5433/tasks?sslmode=require&password=s3cret",
            "postgresql://ada@db:5433/tasks?sslmode=require",
        ),
        ("postgresql:///tasks?host=/run/pg", "postgresql:///tasks?host=%2Frun%2Fpg"),
        (
            "host=db user='a b' password=s3cret dbname=t",
            "postgresql://?host=db&user=a%20b&dbname=t",
        ),
        ("sqlite:////data/x.db", "/data/x.db"),
    ],
)
def test_the_address_opens_it_again_without_a_password(text: str, address: str) -> None:
    url = parse_database_url(text)
    assert url.address == address
    assert parse_database_url(address).label == url.label.replace("sqlite:///", "")


def test_the_address_of_a_file_does_not_depend_on_the_folder() -> None:
    assert parse_database_url("x.db").address == str(Path("x.db").absolute())


@pytest.mark.parametrize("password", ["S3C/RET", "S3C?RET", "S3C#RET", "S3C@RET/PW?", "S3C:R/T"])
def test_a_password_that_ends_early_is_never_shown(password: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_database_url(f"postgresql://ada:{password}@127.0.0.1:5432/tasks")
    assert "S3C" not in str(caught.value)
    assert "RET" not in str(caught.value)
    assert "%2F for /" in str(caught.value)
