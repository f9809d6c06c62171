"""Characters that older systems keep at private places, and the places that the national standard gives them today.

GBK kept 80 characters of its last rows at U+E815–U+E864 until Unicode had them, in the order of their two bytes
(FE50–FEA0). 䶮 of many names is still U+E863 in files and keyboards of those years.
"""

from __future__ import annotations

FIRST, TRAILS = 0xE815, [trail for trail in range(0x50, 0xA1) if trail != 0x7F]
MOVED_LATER = {
    0xE816: "\U00020087",
    0xE817: "\U00020089",
    0xE818: "\U000200cc",
    0xE81E: "\u9fb4",
    0xE826: "\u9fb5",
    0xE82B: "\u9fb6",
    0xE82C: "\u9fb7",
    0xE831: "\U000215d7",
    0xE832: "\u9fb8",
    0xE83B: "\U0002298f",
    0xE843: "\u9fb9",
    0xE854: "\u9fba",
    0xE855: "\U000241fe",
    0xE864: "\u9fbb",
}
"""What moved after the standard of 2000, which the codec of Python follows."""


def _today(place: int, trail: int) -> str:
    return MOVED_LATER.get(place) or bytes([0xFE, trail]).decode("gb18030")


MEANT: dict[int, str] = {FIRST + at: _today(FIRST + at, trail) for at, trail in enumerate(TRAILS)}
"""Private place → the character that is meant."""
