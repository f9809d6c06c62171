"""A case remembers its newest event, and the event table refuses a replacement of rows as well."""

from django.db import migrations, models
from django.db.models import OuterRef, Subquery, Value
from django.db.models.functions import Coalesce

from portal.cases import event_guard


def remember(apps, schema_editor):
    Case, Event = apps.get_model("cases", "Case"), apps.get_model("cases", "Event")
    newest = Event.objects.filter(case=OuterRef("pk")).order_by("-seq").values("hash")[:1]
    Case.objects.update(event_head=Coalesce(Subquery(newest), Value("")))


def guard_anew(apps, schema_editor):
    event_guard.remove(schema_editor.connection)
    event_guard.install(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [("cases", "0017_one_last_day_of_a_step")]

    operations = [
        migrations.AddField(
            model_name="case",
            name="event_head",
            field=models.CharField(default="", editable=False, max_length=64, verbose_name="最后一条日志的校验值"),
        ),
        migrations.RunPython(remember, migrations.RunPython.noop, elidable=True),
        migrations.RunPython(guard_anew, migrations.RunPython.noop),
    ]
