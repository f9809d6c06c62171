"""Where the guide of an item stands; the pages themselves lie outside the portal."""

from __future__ import annotations

from django.conf import settings

from portal.catalog.items.models import ServiceItem


def guide_url(item: ServiceItem) -> str:
    """The public address of the item's guide; that of the portal while no guide is live."""
    return settings.BASE_URL.rstrip("/") + guide_path(item)


def guide_path(item: ServiceItem) -> str:
    """The path of the item's guide; the home page while no guide is live."""
    guide = item.guides.filter(live=True).first()
    parts = guide.get_url_parts() if guide else None
    return parts[2] if parts and parts[2] else "/"
