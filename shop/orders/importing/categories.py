from __future__ import annotations

from shop.catalog.models import Category
from shop.orders.importing.slugs import unique_slugs

Path = tuple[str, ...]


class CategoryTree:
    """The keys of categories by their path; what is missing is added to the tree."""

    def __init__(self) -> None:
        self._keys: dict[Path, int] = {}

    def key(self, path: Path) -> int | None:
        """The key of the category at the end of `path`, None for the empty path."""
        if not path:
            return None
        if path not in self._keys:
            self._keys[path] = self._find_or_add(path)
        return self._keys[path]

    def _find_or_add(self, path: Path) -> int:
        *above, name = path
        parent_key = self.key(tuple(above))
        # Read afresh each time: a new sibling moves the paths of those after it.
        parent = None if parent_key is None else Category.objects.get(pk=parent_key)
        nodes = Category.objects
        children = nodes.get_root_nodes() if parent is None else nodes.get_children(parent)
        for key, found in children.filter(name=name).values_list("pk", "name"):
            if found == name:  # MariaDB's = has no regard to case
                return int(key)
        slug = unique_slugs(Category.objects.all(), {"\0".join(path): " ".join(path)}).popitem()[1]
        values = {"name": name, "slug": slug}
        added = nodes.add_root(values) if parent is None else nodes.add_child(parent, values)
        return int(added.pk)
