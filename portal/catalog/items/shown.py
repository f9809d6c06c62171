"""What public pages show of the catalogue, as tags of the page cache; the verbs of the catalogue say what changed."""

from __future__ import annotations

from portal.lib.page_cache import forget

HOUSE, FRAME = "house", "frame"
"""The centre, its bodies, windows and hours; the menu and the marks of the site."""
EVERY_PAGE = (HOUSE, FRAME)
"""What stands around every page."""
CATALOGUE = "catalogue"
"""Every list and count of items."""
THEMES = "themes"
"""Every list of themes."""
HALLS = "halls"
"""Every list of halls."""
NEWS = "news"
"""Every list of news."""
SITEMAP = "sitemap"
"""The list of all pages."""
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
