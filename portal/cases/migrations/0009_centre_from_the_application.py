"""Every case that stands gets the centre of its application."""

from typing import Any

from django.db import migrations
from django.db.models import OuterRef, Subquery


def fill(apps: Any, schema_editor: Any) -> None:
    application, case = apps.get_model("cases", "Application"), apps.get_model("cases", "Case")
    brought_to = application.objects.filter(pk=OuterRef("application")).values("center")
    case.objects.using(schema_editor.connection.alias).filter(center=None).update(center=Subquery(brought_to))


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0008_centre_of_a_case"),
    ]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
