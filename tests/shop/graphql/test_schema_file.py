"""The published schema is the schema."""

from pathlib import Path

from shop.graphql.schema import schema

PUBLISHED = Path(__file__).parents[3] / "shop" / "graphql" / "schema.graphql"


def test_the_committed_file_is_what_the_code_serves():
    """After a change on purpose: manage.py export_schema shop.graphql.schema --path FILE."""
    assert PUBLISHED.read_text() == schema.as_str()
