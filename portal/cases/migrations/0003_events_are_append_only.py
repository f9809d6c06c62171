"""Triggers that forbid changing or removing an event, on SQLite and PostgreSQL."""

from django.db import migrations

from portal.cases import event_guard


class Migration(migrations.Migration):
    dependencies = [("cases", "0002_initial")]
    operations = [
        migrations.RunPython(
            lambda apps, editor: event_guard.install(editor.connection),
            lambda apps, editor: event_guard.remove(editor.connection),
        )
    ]
