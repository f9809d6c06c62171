"""How the database would answer a query: which indexes it walks."""

from __future__ import annotations

from django.db import connection


def plan(query: str) -> str:
    """The plan in one line. PostgreSQL reads a table of a few rows whole unless it is told not to."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")
        explain = "EXPLAIN QUERY PLAN " if connection.vendor == "sqlite" else "EXPLAIN "
        cursor.execute(explain + query)
        return " ".join(str(row) for row in cursor.fetchall())
