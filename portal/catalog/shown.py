"""What public pages show of the catalogue, as tags of the page cache; the verbs of the catalogue say what changed."""

from __future__ import annotations

from portal.lib.page_cache import forget

EVERY_PAGE = ("house", "frame")
"""What stands around every page and in most: the centre, its bodies and windows; the menu and the marks of the site."""
CATALOGUE = "catalogue"
"""Every list and count of items."""
THEMES = "themes"
"""Every list of themes."""
DEMAND_SECONDS = 600.0
"""How old 热门 may be."""


def item_tag(code: str) -> str:
    """Everything that pages show of one item."""
    return f"item:{code}"


def theme_tag(code: str) -> str:
    """Everything that pages show of one theme."""
    return f"theme:{code}"


def item_changed(code: str) -> None:
    forget(item_tag(code), CATALOGUE)


def theme_changed(code: str) -> None:
    forget(theme_tag(code), THEMES)
