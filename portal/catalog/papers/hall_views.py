"""Public papers of the hall as PDF: signs of windows, zones and areas, and the material lists that lie there.

Printed once for what they say and limited like the papers of an item (see `portal.catalog.papers.views`).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest

from portal.catalog.papers import hall_papers
from portal.catalog.papers.item_papers import Content
from portal.catalog.papers.views import NoPaper, paper
from portal.organisations.models import HallArea, Window, Zone

MOST_ITEMS = 60
"""On one list; beyond that the handbook of the zone is the better paper."""
PLACE = re.compile(r"[-\w]{1,40}", re.ASCII)

SIGNS: dict[str, tuple[Any, Callable[[Any], Content]]] = {
    "window": (Window, hall_papers.window_sign),
    "zone": (Zone, hall_papers.zone_sign),
    "area": (HallArea, hall_papers.area_sign),
}
LISTS = {"window": Window, "zone": Zone}


@paper
def sign(request: HttpRequest, kind: str, code: str) -> tuple[str, str, dict[str, Any]]:
    """引导指示牌 of one place."""
    model, content_of = SIGNS.get(kind) or _nowhere()
    content = content_of(_place(model, code))
    return "papers/sign.html", f"{content['title']}.pdf", content


@paper
def material_list(request: HttpRequest, kind: str, code: str) -> tuple[str, str, dict[str, Any]]:
    """受理材料清单 of one window or zone."""
    place = _place(LISTS.get(kind) or _nowhere(), code)
    items = list(hall_papers.items_of(place).select_related("current_edition")[: MOST_ITEMS + 1])
    if not items:
        raise NoPaper("没有清单", f"“{place}”没有受理中的事项，不能打印受理材料清单。", 404)
    if len(items) > MOST_ITEMS:
        sentence = (
            f"“{place}”的事项超过{MOST_ITEMS}个，一份清单放不下。请打印各事项的一次性告知单，或者取用标准化手册。"
        )
        raise NoPaper("事项太多", sentence, 400)
    content = hall_papers.material_list(place, items)
    return "papers/material_list.html", f"{content['title']}.pdf", content


def _place(model: Any, code: str) -> Any:
    found = model.objects.filter(code=code).first() if PLACE.fullmatch(code) else None
    return found or _nowhere()


def _nowhere() -> Any:
    raise NoPaper("没有找到这个地方", "没有这个窗口、受理区或者功能区，它可能已经调整。请到办事大厅页面查看。", 404)
