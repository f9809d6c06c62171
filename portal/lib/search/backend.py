"""Wagtail's own search (pages, files and pictures in the back office) for Chinese: its database backends, given text
in which every Chinese character stands apart.

Left alone, both databases take a run of Chinese characters for one long word and find nothing inside it. Here the
characters are parted on the way into the index and in what is asked; a word that is asked becomes a phrase.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterable
from typing import Any

from modelsearch.backends.database import SearchBackend as database_backend
from modelsearch.index import BaseField, RelatedFields
from modelsearch.query import And, Not, Or, Phrase, PlainText

from portal.lib.words import one_line

CHINESE = re.compile("[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
OPERATORS = re.compile(r"""["'\\*()]""")
APART = "、"
"""Parts tokens for both databases, and is no space, at which queries are cut into words."""


def apart(text: str) -> str:
    """施工2期 → 、施、、工、2、期、: each Chinese character a token of its own."""
    return CHINESE.sub(lambda found: f"{APART}{found[0]}{APART}", text)


def _parted(value: Any) -> Any:
    """The texts in what a field gives; lists and dictionaries as deep as they go."""
    if isinstance(value, list | tuple):
        return [_parted(part) for part in value]
    if isinstance(value, dict):
        return {name: _parted(part) for name, part in value.items()}
    return apart(str(value))


def _parting(field: BaseField | RelatedFields) -> BaseField | RelatedFields:
    """The search field again, giving parted text."""
    made = copy.copy(field)
    if isinstance(field, RelatedFields):
        made.fields = [_parting(part) for part in field.fields]
    else:
        made.get_value = lambda obj: _parted(field.get_value(obj))
    return made


def _index(base: type) -> type:
    class ChineseIndex(base):  # type: ignore[misc]  # modelsearch brings no types
        def add_items(self, model: type[Any], objs: Iterable[Any]) -> None:
            fields = [_parting(field) for field in model.get_search_fields()]
            parted = [copy.copy(obj) for obj in objs]
            for obj in parted:
                obj.get_search_fields = lambda: fields
            super().add_items(model, parted)

    return ChineseIndex


def asked(query: str) -> str:
    """A query as the backends may be given it: parted, and without quotes, which they pass on to FTS5 as they are."""
    return apart(one_line(OPERATORS.sub(" ", query)))


def parted_query(query: Any) -> Any:
    """What Wagtail's search boxes ask, which may be a tree of phrases and words."""
    if isinstance(query, str):
        return asked(query)
    if isinstance(query, PlainText):
        return PlainText(asked(query.query_string), operator=query.operator, boost=query.boost)
    if isinstance(query, Phrase):
        return Phrase(asked(query.query_string))
    if isinstance(query, And | Or):
        return type(query)([parted_query(part) for part in query.subqueries])
    return Not(parted_query(query.subquery)) if isinstance(query, Not) else query


def SearchBackend(params: dict[str, Any]) -> Any:
    """The backend for the database at hand. `WAGTAILSEARCH_BACKENDS` names this module; Wagtail asks for this name."""
    made = database_backend(params)
    made.index_class = _index(made.index_class)
    ask: Callable[..., Any] = made._search

    def search(compiler: type, query: Any, *args: Any, **kwargs: Any) -> Any:
        return ask(compiler, parted_query(query), *args, **kwargs)

    made._search = search
    return made
