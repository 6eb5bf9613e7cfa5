"""Chooses the settings project of a pass: `pytest` runs the whole shop, `pytest --project oscar`
what concerns a django-oscar store, `--project plugin_only` a store that is not ours, and
`--project analytics_only` a site without suggestions."""

import os
from collections.abc import Generator
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
#: What a project runs besides its own folder.
PROJECTS = {
    "plugin_only": ("recommendations",),
    "oscar": ("recommendations",),
    "analytics_only": ("analytics",),
}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--project", choices=sorted(PROJECTS), help="run under the settings of this project"
    )


@pytest.hookimpl(wrapper=True)  # wrappers run first: pytest-django loads the settings in this hook
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None]:
    project = early_config.known_args_namespace.project
    if project:
        os.environ["DJANGO_SETTINGS_MODULE"] = f"tests.projects.{project}.settings"
    return (yield)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """The shop's pass leaves the other projects alone, and a project runs its part."""
    project = config.getoption("--project")
    folders = {TESTS / "projects" / name for name in PROJECTS}
    if project is None:
        return True if collection_path in folders else None
    own = (TESTS / "projects" / project, *(TESTS / name for name in PROJECTS[project]))
    related = any(
        collection_path.is_relative_to(folder) or folder.is_relative_to(collection_path)
        for folder in own
    )
    return None if related or collection_path.name == "conftest.py" else True
