"""By which law a paper of intake or decision speaks: the licence law for licences, else the bases of the item.

Every phrase ends where the sentence of the paper goes on. Which type is governed by what: `catalog.schema.procedure`.
"""

from __future__ import annotations

from portal.catalog.schema.definition import ItemDefinition
from portal.catalog.schema.procedure import LICENCE_LAW, UNVERIFIED, Articles

OWN_RULES = "按照本中心的受理规则，"
"""The centre answers within five days and takes silence for acceptance also where the licence law does not say so."""
OWN_BASES = f"本事项的办理依据（{UNVERIFIED}）"
"""Stands for the bases of an item that names none."""


def intake(definition: ItemDefinition) -> dict[str, str]:
    """The phrases of the papers at the window, by what they say."""
    law = definition.procedure.articles
    if law is not None:
        return by_law(law)
    return {
        "complete": "材料齐全、符合规定形式",
        "incomplete": "材料不齐全或者不符合规定形式",
        "accepting": f"根据{'、'.join(definition.bases_cited) or OWN_BASES}，",
        "silence": OWN_RULES,
        "correcting": "按照一次性告知的要求，",
        "corrected": OWN_RULES,
    }


def by_law(law: Articles) -> dict[str, str]:
    """The same where a law governs the whole procedure."""
    return {
        "complete": "材料齐全、符合法定形式",
        "incomplete": "材料不齐全或者不符合法定形式",
        "accepting": f"根据{law.accepting}，",
        "silence": f"根据{law.silence}，",
        "correcting": f"根据{law.correcting}，",
        "corrected": f"根据{law.accepting}，",
    }


def bases_of_decision(definition: ItemDefinition, granted: bool, chosen: str = "") -> str:
    """What a decision rests on: what the decider wrote, or the item's own bases; for a licence also the article on
    granting or refusing."""
    law = definition.procedure.articles
    own = [chosen.rstrip("。；，、")] if chosen else definition.bases_cited
    general = [law.granting if granted else law.refusing] if law else []
    return "、".join([*own, *(one for one in general if one not in chosen)]) or OWN_BASES


def satisfied(definition: ItemDefinition, granted: bool) -> str:
    """What is asked for and was met, or not, as the sentence of a decision begins."""
    what = "法定条件、标准" if definition.procedure.articles else "规定的条件"
    return f"该申请{'符合' if granted else '不符合'}{what}"


BEFORE_TYPES = {"grounds": by_law(LICENCE_LAW)}
"""What papers said whose content does not name their grounds: every item was treated as a licence."""

RULINGS_BEFORE_TYPES = {
    True: {"ruling": "准予", "bases": LICENCE_LAW.granting, "satisfied": "该申请符合法定条件、标准"},
    False: {"ruling": "不予许可", "bases": LICENCE_LAW.refusing, "satisfied": "该申请不符合法定条件、标准"},
}
"""Likewise of decisions, by whether they grant."""
AGAINST = {"reconsideration": "行政复议机关", "court": "有管辖权的人民法院", "authority": "本机关"}
"""What stands in the remedies where nobody has registered whom to name, and what an authority calls itself."""
