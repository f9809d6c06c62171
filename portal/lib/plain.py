"""Words as people read them: without signs that nobody sees and that can make a text look like another one."""

from __future__ import annotations

import unicodedata

UNSEEN = frozenset({"Cc", "Cf", "Cs", "Cn"})
"""Control and formatting signs (zero width, direction), halves of signs, signs that do not exist."""


def visible(text: str) -> str:
    """The text without unseen signs, except line breaks, and without empty edges."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ").split("\n")
    kept = ("".join(sign for sign in line if unicodedata.category(sign) not in UNSEEN) for line in lines)
    return "\n".join(kept).strip()
