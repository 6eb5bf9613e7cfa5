"""What anybody who clones the project finds in its files."""

import re
import subprocess

import pytest
from django.core.management import call_command

from tests.architecture.sources import ROOT

PINNED = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*==[A-Za-z0-9.+!]+")
PACKAGE_INDEX = re.compile(rb"https?://[^\s\"']*(pypi|pythonhosted|npmjs|/simple/)|--index-url")
MACHINE_PATH = re.compile(rb"(?<![\w./-])/(work|root|farm)(/|\b)")


@pytest.fixture(scope="module")
def files():
    """Name and content of every file that is in the repository or about to be."""
    listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    done = subprocess.run(listing, cwd=ROOT, capture_output=True, text=True, check=True)
    paths = [ROOT / name for name in done.stdout.split("\0") if name]
    found = {str(path.relative_to(ROOT)): path.read_bytes() for path in paths if path.is_file()}
    assert "pyproject.toml" in found
    return found


def test_constraints_are_names_and_versions():
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    assert len(lines) > 50
    assert [line for line in lines if not PINNED.fullmatch(line)] == []


@pytest.mark.parametrize(
    ("pattern", "example"),
    [
        (PACKAGE_INDEX, b"https://pypi.example/simple/"),
        (MACHINE_PATH, b'open("' + b"/".join([b"", b"root", b"data.csv"]) + b'")'),
    ],
    ids=["package index", "machine path"],
)
def test_no_file_knows_a_machine(pattern, example, files):
    assert pattern.search(example)
    here = "tests/architecture/test_repository.py"  # holds the patterns
    assert [name for name in files if name != here and pattern.search(files[name])] == []


@pytest.mark.django_db
def test_no_migration_is_missing(capsys):
    call_command("makemigrations", "--check", "--dry-run")
    assert capsys.readouterr().out == "No changes detected\n"
