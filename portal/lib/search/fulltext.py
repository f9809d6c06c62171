"""One index, two databases: documents of named columns, asked with phrases that are joined by and / or.

SQLite keeps it in an FTS5 table, PostgreSQL in a tsvector. Both are given tokens, never text: their own ways of cutting
text know no Chinese and differ between versions and locales. Who asks decides about rank, so that both answer alike.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.expressions import RawSQL

BREAK = "\N{SYMBOL FOR UNIT SEPARATOR}"
"""Stands between two texts of a column, so that no phrase begins in one and ends in the next."""
LAST_POSITION = 16_000
"""PostgreSQL counts no further within a document."""


@dataclass(frozen=True)
class Phrase:
    """Tokens that follow each other in a column; with `prefix` the last one need only begin so."""

    column: str
    tokens: tuple[str, ...]
    prefix: bool = False


@dataclass(frozen=True)
class Every:
    """All of these."""

    parts: tuple[Wanted, ...]


@dataclass(frozen=True)
class AnyOf:
    """At least one of these; nothing when there are none."""

    parts: tuple[Wanted, ...]


Wanted = Phrase | Every | AnyOf


def texts(parts: Iterable[Sequence[str]]) -> list[str]:
    """The tokens of several texts as one column holds them."""
    found: list[str] = []
    for part in parts:
        found += [BREAK, *part] if found else part
    return found


class FullText:
    """An index named `table`; its columns are fixed when it is created. Ids are the caller's own."""

    id_column = "id"

    def __init__(self, connection: BaseDatabaseWrapper, table: str, columns: tuple[str, ...]) -> None:
        self.connection = connection
        self.table = table
        self.columns = columns

    def put(self, documents: Mapping[int, Mapping[str, Sequence[str]]]) -> None:
        """Index documents anew: id → column → tokens. A document that is there is replaced."""
        self.remove(documents)
        rows: list[tuple[Any, ...]] = [(pk, *self._stored(columns)) for pk, columns in documents.items()]
        with self.connection.cursor() as cursor:
            cursor.executemany(self._insert(), rows)

    def remove(self, ids: Iterable[int]) -> None:
        with self.connection.cursor() as cursor:
            cursor.executemany(f"DELETE FROM {self.table} WHERE {self.id_column} = %s", [(pk,) for pk in ids])

    def clear(self) -> None:
        with self.connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {self.table}")

    def matching(self, wanted: Wanted, *, at_most: int | None = None) -> RawSQL:
        """The ids of matching documents, for `pk__in`; with `at_most` the smallest ids only."""
        asked = self.rendered(wanted)
        if not asked:
            return RawSQL(f"SELECT {self.id_column} FROM {self.table} WHERE 1 = 0", [])
        few = f" ORDER BY {self.id_column} LIMIT {int(at_most)}" if at_most else ""
        return RawSQL(f"SELECT {self.id_column} FROM {self.table} WHERE {self._condition()}{few}", [asked])

    def each(self, wanted: Sequence[Wanted], *, at_most: int) -> list[tuple[int, int]]:
        """What matches each of many questions, asked at once: (place of the question, id). Of one question no more than
        the `at_most` smallest ids."""
        asked = [(place, self.rendered(one)) for place, one in enumerate(wanted)]
        given = [(place, one) for place, one in asked if one]
        if not given:
            return []
        parts = [
            f"SELECT {place}, id FROM (SELECT {self.id_column} AS id FROM {self.table} WHERE {self._condition()} "
            f"ORDER BY {self.id_column} LIMIT {int(at_most)}) AS part"
            for place, _ in given
        ]
        with self.connection.cursor() as cursor:
            cursor.execute(" UNION ALL ".join(parts), [one for _, one in given])
            return [(int(place), int(pk)) for place, pk in cursor.fetchall()]

    def rendered(self, wanted: Wanted) -> str:
        """The query in the database's own language; empty for one that nothing can match."""
        if isinstance(wanted, Phrase):
            return self._phrase(wanted)
        parts = [self.rendered(part) for part in wanted.parts]
        parts = [part for part in parts if part]
        if not parts or (isinstance(wanted, Every) and len(parts) < len(wanted.parts)):
            return ""
        return parts[0] if len(parts) == 1 else f"({self._joined(parts, every=isinstance(wanted, Every))})"

    def create(self) -> None:
        raise NotImplementedError

    def drop(self) -> None:
        with self.connection.cursor() as cursor:
            cursor.execute(f"DROP TABLE IF EXISTS {self.table}")

    def _insert(self) -> str:
        raise NotImplementedError

    def _condition(self) -> str:
        raise NotImplementedError

    def _stored(self, columns: Mapping[str, Sequence[str]]) -> list[str]:
        raise NotImplementedError

    def _phrase(self, phrase: Phrase) -> str:
        raise NotImplementedError

    def _joined(self, parts: list[str], *, every: bool) -> str:
        raise NotImplementedError


class SqliteFullText(FullText):
    """FTS5 with its `ascii` tokenizer: it parts tokens at spaces and takes every character beyond ASCII as it is."""

    id_column = "rowid"

    def create(self) -> None:
        with self.connection.cursor() as cursor:
            columns = ", ".join(self.columns)
            cursor.execute(f"CREATE VIRTUAL TABLE {self.table} USING fts5({columns}, tokenize = 'ascii')")

    def _insert(self) -> str:
        places = ", ".join(["%s"] * (len(self.columns) + 1))
        return f"INSERT INTO {self.table} (rowid, {', '.join(self.columns)}) VALUES ({places})"

    def _condition(self) -> str:
        return f"{self.table} MATCH %s"

    def _stored(self, columns: Mapping[str, Sequence[str]]) -> list[str]:
        return [" ".join(columns.get(name, ())) for name in self.columns]

    def _phrase(self, phrase: Phrase) -> str:
        words = " ".join(phrase.tokens).replace('"', '""')
        return f'{phrase.column} : "{words}"{" *" if phrase.prefix else ""}' if words else ""

    def _joined(self, parts: list[str], *, every: bool) -> str:
        return (" AND " if every else " OR ").join(parts)


class PostgresFullText(FullText):
    """One tsvector with a GIN index; a letter before each token tells its column. Written as literals, so that neither
    a parser nor a locale has a say in it."""

    def create(self) -> None:
        with self.connection.cursor() as cursor:
            cursor.execute(f"CREATE TABLE {self.table} (id bigint PRIMARY KEY, words tsvector NOT NULL)")
            cursor.execute(f"CREATE INDEX {self.table}_words ON {self.table} USING gin (words)")

    def _insert(self) -> str:
        return f"INSERT INTO {self.table} (id, words) VALUES (%s, %s::tsvector)"

    def _condition(self) -> str:
        return "words @@ %s::tsquery"

    def _stored(self, columns: Mapping[str, Sequence[str]]) -> list[str]:
        places: dict[str, list[str]] = {}
        for name, words in columns.items():
            for place, word in enumerate(words[:LAST_POSITION], start=1):
                if word != BREAK:
                    places.setdefault(self._lexeme(name, word), []).append(str(place))
        return [" ".join(f"{lexeme}:{','.join(found)}" for lexeme, found in places.items())]

    def _lexeme(self, column: str, word: str) -> str:
        letter = chr(ord("a") + self.columns.index(column))
        return "'" + f"{letter}{word}".replace("\\", "\\\\").replace("'", "''") + "'"

    def _phrase(self, phrase: Phrase) -> str:
        words = [self._lexeme(phrase.column, word) for word in phrase.tokens]
        return " <-> ".join(words) + (":*" if phrase.prefix else "") if words else ""

    def _joined(self, parts: list[str], *, every: bool) -> str:
        return (" & " if every else " | ").join(f"({part})" for part in parts)


BACKENDS = {"sqlite": SqliteFullText, "postgresql": PostgresFullText}


def full_text(connection: BaseDatabaseWrapper, table: str, columns: tuple[str, ...]) -> FullText:
    """The index on this connection. Raises KeyError on a database that the portal does not run on."""
    return BACKENDS[connection.vendor](connection, table, columns)
