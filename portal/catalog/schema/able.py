"""What the portal can do today. Public texts promise nothing else, and say where to go until it can.

An item's data say what the item allows (邮寄, 容缺); whether the window has a verb for it stands here, once. Whoever
builds the verb turns the switch, and every guide, leaflet, list, form, chart and handbook says so.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum


class Ability(Enum):
    TOLERANCE = "容缺受理"
    MAIL = "邮寄"
    DOWNLOAD = "网上下载"


ABLE: dict[Ability, bool] = {
    Ability.TOLERANCE: False,
    Ability.MAIL: False,
    Ability.DOWNLOAD: False,
}
"""The switches: True as soon as the portal has the verb (`accept_tolerant`, `mail`, `download`)."""

AT_THE_WINDOW = "窗口领取"
NOT_YET = "暂未开通"
WAYS = {"邮寄": Ability.MAIL, "网上下载": Ability.DOWNLOAD}
"""What each way of delivery needs; the others (窗口领取, 代领) the window has."""


def can(ability: Ability) -> bool:
    return ABLE[ability]


def is_open(way: str) -> bool:
    """Whether results can be had this way (送达方式) today."""
    return way not in WAYS or can(WAYS[way])


def ways_open(ways: Iterable[str]) -> tuple[str, ...]:
    """Of an item's ways of delivery those that are open; the window where none is."""
    given = tuple(ways)
    return tuple(filter(is_open, given)) or ((AT_THE_WINDOW,) if given else ())


def ways_note(ways: Iterable[str]) -> str:
    """What to do instead of the ways that are not open yet; empty when all are."""
    shut = "、".join(way for way in ways if not is_open(way))
    return f"{shut}{NOT_YET}，目前请到窗口领取。" if shut else ""


def said(word: str, ability: Ability) -> str:
    """A service of the item as public texts name it: 物流快递, or 物流快递（暂未开通）."""
    return word if can(ability) else f"{word}（{NOT_YET}）"


def follow_sentence() -> str:
    """What a material marked 容缺后补 is; before the portal can, that none is."""
    if can(Ability.TOLERANCE):
        return "“容缺后补”的材料，窗口可以先行受理，在承诺的期限内补交。"
    return f"容缺受理{NOT_YET}，目前请把材料一次交齐。"
