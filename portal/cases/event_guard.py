"""The triggers that make the event log append-only, in SQLite and in PostgreSQL."""

from django.db.backends.base.base import BaseDatabaseWrapper

TABLE = "cases_event"
CHANGED = f"{TABLE}_no_update"
REMOVED = f"{TABLE}_no_delete"
REPLACED = f"{TABLE}_no_replace"
APPEND_ONLY = f"{TABLE}_append_only"
EMPTIED = f"{TABLE}_no_truncate"
GUARDS = {"sqlite": (CHANGED, REMOVED, REPLACED), "postgresql": (APPEND_ONLY, EMPTIED)}
"""The names of the triggers by database."""

REFUSE = "BEGIN SELECT RAISE(ABORT, 'events are append-only'); END"
SQLITE = [
    f"CREATE TRIGGER {CHANGED} BEFORE UPDATE ON {TABLE} {REFUSE}",
    f"CREATE TRIGGER {REMOVED} BEFORE DELETE ON {TABLE} {REFUSE}",
    # INSERT OR REPLACE removes the row that is in its way without asking the triggers of DELETE.
    f"""CREATE TRIGGER {REPLACED} BEFORE INSERT ON {TABLE}
        WHEN EXISTS (SELECT 1 FROM {TABLE} WHERE id = NEW.id)
          OR EXISTS (SELECT 1 FROM {TABLE} WHERE case_id = NEW.case_id AND seq = NEW.seq)
          OR EXISTS (SELECT 1 FROM {TABLE} WHERE case_id = NEW.case_id AND once = NEW.once) {REFUSE}""",
]

POSTGRESQL = [
    f"""CREATE OR REPLACE FUNCTION {APPEND_ONLY}() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'events are append-only'; END $$""",
    f"""CREATE TRIGGER {APPEND_ONLY} BEFORE UPDATE OR DELETE ON {TABLE}
        FOR EACH ROW EXECUTE FUNCTION {APPEND_ONLY}()""",
    f"CREATE TRIGGER {EMPTIED} BEFORE TRUNCATE ON {TABLE} FOR EACH STATEMENT EXECUTE FUNCTION {APPEND_ONLY}()",
]

REMOVE = {
    "sqlite": [f"DROP TRIGGER IF EXISTS {name}" for name in GUARDS["sqlite"]],
    "postgresql": [f"DROP TRIGGER IF EXISTS {name} ON {TABLE}" for name in GUARDS["postgresql"]],
}
INSTALL = {"sqlite": SQLITE, "postgresql": POSTGRESQL}
STANDING = {
    "sqlite": f"SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = '{TABLE}'",
    "postgresql": f"""SELECT tgname FROM pg_trigger
        WHERE tgrelid = '{TABLE}'::regclass AND NOT tgisinternal AND tgenabled IN ('O', 'A')""",
}


def install(connection: BaseDatabaseWrapper) -> None:
    """Forbid UPDATE, DELETE and whatever else removes a row of the event table from now on."""
    _run(connection, INSTALL)


def remove(connection: BaseDatabaseWrapper) -> None:
    """Only for a reversed migration and for emptying a test database."""
    _run(connection, REMOVE)


def missing(connection: BaseDatabaseWrapper) -> list[str]:
    """The guards that do not stand, or stand switched off: somebody may have changed events meanwhile."""
    with connection.cursor() as cursor:
        cursor.execute(STANDING[connection.vendor])
        standing = {name for (name,) in cursor.fetchall()}
    return [name for name in GUARDS[connection.vendor] if name not in standing]


def _run(connection: BaseDatabaseWrapper, statements: dict[str, list[str]]) -> None:
    with connection.cursor() as cursor:
        for statement in statements[connection.vendor]:
            cursor.execute(statement)
