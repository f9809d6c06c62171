"""What an address may say: the parameters that a page declares, each of its shape.

Django's and modeladmin's lists hand every `field__lookup` of the address to the ORM, so that one lookup that crosses a
relation reads any column of any table letter by letter. Here everything that is not declared is dropped before a view,
a form or a table sees it, and so is a declared parameter that is not of its shape.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

from django.http import HttpRequest, QueryDict

Shape = Callable[[str], str | None]
"""What is read of a value; None when it is not of this shape."""

LONGEST = 60
ORDER = re.compile(r"-?[a-z0-9_]{1,60}")


def number(value: str) -> str | None:
    """A page or a key: digits that fit into the integers of every database."""
    return value if value.isascii() and value.isdigit() and len(value) <= 9 else None


def text(value: str) -> str:
    """What somebody looks for; a database takes no NUL, and nobody types more than this."""
    return value.replace("\x00", "").strip()[:LONGEST]


def column(value: str) -> str | None:
    """The name of a column to sort by, with a minus in front to turn it round."""
    return value if ORDER.fullmatch(value) else None


def one_of(values: Iterable[str]) -> Shape:
    known = frozenset(values)
    return lambda value: value if value in known else None


def declared(given: QueryDict, takes: Mapping[str, Shape]) -> QueryDict:
    """What of `given` is declared by `takes`, as its shape reads it; of a name that is given twice, the last."""
    kept = QueryDict(mutable=True)
    for name in given.keys() & takes.keys():
        if value := takes[name](str(given[name])):
            kept[name] = value
    kept._mutable = False
    return kept


def narrow(request: HttpRequest, takes: Mapping[str, Shape]) -> None:
    """Let everything that follows see only what is declared."""
    request.GET = declared(request.GET, takes)  # type: ignore[assignment]  # ours, of which nothing writes
