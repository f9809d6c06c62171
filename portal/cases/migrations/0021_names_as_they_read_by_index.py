from typing import Any

from django.db import migrations, models

from portal.lib.search import names

TABLE = "cases_application"
BEFORE = f"{TABLE}_applicant_name_pairs"


def by_key(apps: Any, editor: Any) -> None:
    """The index of names as they were typed goes; on SQLite the other one comes after the migrations."""
    if editor.connection.vendor == "sqlite":
        for event in ("insert", "update", "delete"):
            editor.execute(f"DROP TRIGGER IF EXISTS {BEFORE}_{event}")
        editor.execute(f"DROP TABLE IF EXISTS {BEFORE}")
    names.drop_index(editor.connection, TABLE)
    names.make_index(editor.connection, TABLE, "applicant_key")


def by_name(apps: Any, editor: Any) -> None:
    names.drop_index(editor.connection, TABLE)
    names.make_index(editor.connection, TABLE, "applicant_name")


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0020_names_as_they_read"),
    ]

    operations = [
        migrations.RemoveIndex(model_name="application", name="application_names"),
        migrations.AddIndex(
            model_name="application",
            index=models.Index(fields=["applicant_key"], name="application_keys"),
        ),
        migrations.RunPython(by_key, by_name),
    ]
