"""What the papers of a hall say: signs (引导指示牌) and material lists (受理材料清单), as plain dictionaries.

A sign hangs over a window, a zone or an area; a list lies at a window or in a zone. Everything comes from the house and
from the editions in force; no date of printing goes in, so that the same house gives the same paper.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist

from portal.catalog.items.models import ServiceItem, ServiceItemQuerySet
from portal.catalog.items.taking import taken_in_at
from portal.catalog.papers.item_papers import Content, material_row
from portal.lib.words import day
from portal.organisations.models import HallArea, ServiceCenter, Window, WindowKind, Zone

MOST_ON_A_SIGN = 12
"""Names of items that can be read from three paces; the rest is a number."""


def items_of(place: Window | Zone) -> ServiceItemQuerySet:
    """The items in force that are taken in at a window, or in a zone, in the order of their codes."""
    found = ServiceItem.objects.filter(zone=place) if isinstance(place, Zone) else taken_in_at([place])
    return found.open_for_intake().order_by("zone__order", "code")


def _layout(names: list[str]) -> str:
    """How large the entries are set: `large` is one column, `medium` and `small` are two."""
    if len(names) <= MOST_ON_A_SIGN // 2 and all(len(name) <= 34 for name in names):
        return "large"
    return "medium" if all(len(name) <= 20 for name in names) else "small"


def window_sign(window: Window) -> Content:
    zones = [zone.name for zone in window.zones.all()]
    names = list(items_of(window).values_list("name", flat=True))
    stands = f"{window.area.floor_name}{window.area.name}" if window.area else None
    issues = window.kind == WindowKind.ISSUE
    entries = ["各受理区的办理结果、退还的原件"] if issues else names[:MOST_ON_A_SIGN]
    return {
        **_frame(window.center, f"{window.code}{window.name}指示牌", entries),
        "number": window.code,
        "name": window.name,
        "lines": _texts(window.get_kind_display(), stands),
        "label": "在这里领取结果" if issues else "在这里办理",
        "more": 0 if issues else max(0, len(names) - MOST_ON_A_SIGN),
        "more_of": "个事项",
        "note": f"{'、'.join(zones)}受理区" if zones and not issues else "",
    }


def zone_sign(zone: Zone) -> Content:
    windows = list(zone.windows.exclude(kind=WindowKind.ISSUE).select_related("center", "area"))
    names = list(items_of(zone).values_list("name", flat=True))
    center = windows[0].center if windows else ServiceCenter.city_or_blank()
    return {
        **_frame(center, f"{zone.name}受理区指示牌", names[:MOST_ON_A_SIGN]),
        "number": zone.letter,
        "name": f"{zone.name}受理区",
        "lines": _texts("窗口：" + "、".join(window.code for window in windows) if windows else ""),
        "label": "在这里办理",
        "more": max(0, len(names) - MOST_ON_A_SIGN),
        "more_of": "个事项",
        "note": f"牵头部门：{zone.lead.full_name}" if zone.lead else "",
    }


def area_sign(area: HallArea) -> Content:
    windows = list(area.windows.all())
    entries = [f"{window.code}　{window.name}" for window in windows[:MOST_ON_A_SIGN]]
    return {
        **_frame(area.center, f"{area.name}指示牌", entries),
        "number": "",
        "name": area.name,
        "lines": _texts(area.floor_name, area.purpose),
        "label": "本区窗口" if windows else "",
        "more": max(0, len(windows) - MOST_ON_A_SIGN),
        "more_of": "个窗口",
        "note": "",
    }


def material_list(place: Window | Zone, items: list[ServiceItem]) -> Content:
    """受理材料清单: what to bring for every item that is taken in here; `items` come with their editions."""
    if isinstance(place, Window):
        center, name = place.center, f"{place.code}{place.name}"
    else:
        center, name = ServiceCenter.city_or_blank(), f"{place.name}受理区"
    return {
        **_frame(center, f"{name}受理材料清单", []),
        "name": name,
        "items": [_item_rows(number, item) for number, item in enumerate(items, start=1)],
    }


def _item_rows(number: int, item: ServiceItem) -> Content:
    definition = item.edition_in_force.parsed
    rows = [material_row(place, material, definition) for place, material in enumerate(definition.materials, start=1)]
    limit = definition.promised_limit.days_text()
    return {
        "no": number,
        "code": item.code,
        "name": item.name,
        "limit": "即办" if definition.is_instant else limit,
        "edition": item.edition_in_force.number,
        "published": day(item.edition_in_force.published_at),
        "materials": rows,
    }


def _frame(center: ServiceCenter, title: str, entries: list[str]) -> Content:
    """What every paper of a hall carries; `entries` are what a sign lists."""
    return {
        "title": title,
        "entries": entries,
        "layout": _layout(entries),
        "center": center.letterhead,
        "hall_url": hall_url(center),
        "demo": settings.DEMO,
    }


def hall_url(center: ServiceCenter) -> str:
    """The public address of the hall's page; that of the portal while there is none."""
    try:
        page: Any = center.page
    except (ObjectDoesNotExist, AttributeError):
        page = None
    parts = page.get_url_parts() if page is not None and page.live else None
    return settings.BASE_URL.rstrip("/") + (parts[2] if parts and parts[2] else "/")


def _texts(*found: str | None) -> list[str]:
    return [text for text in found if text]
