"""The fenced blocks of the documentation, so that tests can run what it tells people to run."""

import re
import shlex
from pathlib import Path
from typing import NamedTuple

DOCS = Path(__file__).resolve().parents[1] / "docs"
FENCE = re.compile(r"^```(?P<language>\w+) ?(?P<file>\S*)\n(?P<text>.*?)^```$", re.M | re.S)


class Block(NamedTuple):
    language: str
    file: str
    text: str


def blocks(name: str, language: str | None = None) -> list[Block]:
    """Those of one page, in order; the word behind the language is the file they belong in."""
    found = [Block(*match.groups()) for match in FENCE.finditer((DOCS / name).read_text())]
    chosen = [block for block in found if language in (None, block.language)]
    assert chosen, f"{name} has no block of {language}"
    return chosen


def commands(block: Block) -> list[list[str]]:
    """The words of each command of a console block, without the comment behind it."""
    return [shlex.split(line, comments=True) for line in block.text.splitlines() if line]
