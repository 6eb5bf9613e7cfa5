"""docs/tutorial.md from an empty folder, and docs/operations.md on the shop."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from celery.schedules import crontab
from django.conf import settings
from django.core.management import call_command

from tests import factories
from tests.architecture.sources import ROOT
from tests.documents import blocks, commands

BIN = Path(sys.executable).parent


def run(words, folder):
    env = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    env["PYTHONPATH"] = str(ROOT)
    program = [str(BIN / words[0]), *words[1:]]
    done = subprocess.run(program, cwd=folder, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{words}: {done.stdout}{done.stderr}"
    return done.stdout


def test_the_tutorial_ends_with_a_suggestion(tmp_path):
    output = ""
    for block in blocks("tutorial.md"):
        if block.language == "console":
            for words in commands(block):
                output = run(words, tmp_path)
            continue
        target = tmp_path / block.file
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("a" if target.name == "settings.py" else "w") as file:
            file.write("\n" + block.text)
    assert "In 20 of 20 orders with tea" in output
    assert "BOUGHT_TOGETHER" in output


def test_the_schedule_is_that_of_the_shop():
    names = {"crontab": crontab}
    (block,) = blocks("operations.md", "python")
    exec(block.text, names)  # noqa: S102 (our own page)
    shown = names["CELERY_BEAT_SCHEDULE"]
    assert shown == {name: settings.CELERY_BEAT_SCHEDULE[name] for name in shown}


@pytest.mark.django_db
def test_the_commands_of_operations_run(tmp_path, monkeypatch, capsys):
    for number in range(20):
        factories.order(["tea", "cup"] if number % 2 else ["jam", "bread"])
    monkeypatch.chdir(tmp_path)
    for block in blocks("operations.md", "console"):
        for program, *words in commands(block):
            if program == "celery":
                assert "Usage: celery" in run(
                    [program, *words, "--help"], Path(__file__).parents[2]
                )
            else:
                call_command(*words[1:])
    assert (tmp_path / "versions.json").stat().st_size > 0
