"""The days of the editions in force, where intake can read them."""

from datetime import date

from django.db import migrations, models


def day(text):
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


def days(apps, schema_editor):
    ServiceItem = apps.get_model("catalog", "ServiceItem")
    for item in ServiceItem.objects.exclude(current_edition=None).select_related("current_edition"):
        said = item.current_edition.definition
        opens, closes = day(said.get("effective_from", "")), day(said.get("cancel_on", ""))
        if opens or closes:
            ServiceItem.objects.filter(pk=item.pk).update(opens_on=opens, closes_on=closes)


class Migration(migrations.Migration):
    dependencies = [("catalog", "0017_words_that_overlap")]

    operations = [
        migrations.AddField(
            model_name="serviceitem",
            name="opens_on",
            field=models.DateField(editable=False, null=True, verbose_name="开始收件"),
        ),
        migrations.AddField(
            model_name="serviceitem",
            name="closes_on",
            field=models.DateField(editable=False, null=True, verbose_name="停止收件"),
        ),
        migrations.RunPython(days, migrations.RunPython.noop, elidable=True),
    ]
