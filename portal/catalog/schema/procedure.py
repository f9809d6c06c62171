"""How an item of each type is decided, in words and by which law: papers, screens and public texts read it here.

Only a licence (行政许可) is governed by the 行政许可法. Whatever else is asked for is decided under the bases of the
item itself; where it names none, that is said (`UNVERIFIED`), and no article takes their place.
"""

from __future__ import annotations

from dataclasses import dataclass

LAW = "《中华人民共和国行政许可法》"
UNVERIFIED = "待核实"
"""Stands where the content does not know; it is printed as it is, and never filled by a guess."""


@dataclass(frozen=True)
class Articles:
    """Where a law says so: that an application is accepted, counts as accepted after silence, is told what it lacks,
    is granted, is refused, and by when the decision is delivered."""

    accepting: str
    silence: str
    correcting: str
    granting: str
    refusing: str
    delivering: str


LICENCE_LAW = Articles(
    accepting=f"{LAW}第三十二条第一款第五项",
    silence=f"{LAW}第三十二条第一款第四项",
    correcting=f"{LAW}第三十二条第一款第四项",
    granting=f"{LAW}第三十八条第一款",
    refusing=f"{LAW}第三十八条第二款",
    delivering=f"{LAW}第四十四条",
)


@dataclass(frozen=True)
class Procedure:
    """The words of one type of item; `articles` None where the licence law does not govern it.

    `granted` and `refused` are the ruling as a decision says it, `paper` is what such a decision is called.
    """

    granted: str
    refused: str
    paper: str = "决定书"
    articles: Articles | None = None

    def ruling(self, granted: bool) -> str:
        """准予行政许可, 不予登记."""
        return self.granted if granted else self.refused

    def title(self, granted: bool) -> str:
        """What the paper is called: 准予行政许可决定书, 不予备案通知书."""
        return self.ruling(granted) + self.paper


LICENCE = "行政许可"
SERVED = Procedure("予以办理", "不予办理", "通知书")
"""Whatever has no words of its own."""

TABLE: dict[tuple[str, str], Procedure] = {
    (LICENCE, ""): Procedure("准予行政许可", "不予行政许可", articles=LICENCE_LAW),
    ("行政确认", "登记"): Procedure("予以登记", "不予登记"),
    ("行政确认", ""): Procedure("予以确认", "不予确认"),
    ("行政给付", ""): Procedure("予以给付", "不予给付"),
    ("行政奖励", ""): Procedure("予以奖励", "不予奖励"),
    ("其他行政权力", "备案"): Procedure("予以备案", "不予备案", "通知书"),
    ("其他行政权力", "登记"): Procedure("予以登记", "不予登记"),
    ("其他行政权力", ""): Procedure("予以办理", "不予办理"),
    ("公共服务", ""): SERVED,
}
"""By item type, and within a type by the word that the name of the item carries; the empty word is the type's own."""


def procedure_of(item_type: str, name: str) -> Procedure:
    """The words for an item of this type (事项类型) and name (事项名称)."""
    for (kind, word), procedure in TABLE.items():
        if kind == item_type and word in name:
            return procedure
    return SERVED
