"""Themes from before editions get their first one: what they say today."""

from django.db import migrations

from portal.catalog.schema.definition import digest


def make_first_editions(apps, schema_editor):
    Theme = apps.get_model("catalog", "Theme")
    ThemeEdition = apps.get_model("catalog", "ThemeEdition")
    Counter = apps.get_model("documents", "Counter")
    for theme in Theme.objects.filter(current_edition=None):
        theme.current_edition = ThemeEdition.objects.create(
            theme=theme, number=1, definition=theme.definition, sha256=digest(theme.definition)
        )
        theme.save(update_fields=["current_edition"])
        Counter.objects.create(series=f"theme:{theme.pk}", last=1)


def forget_first_editions(apps, schema_editor):
    apps.get_model("catalog", "Theme").objects.update(current_edition=None)
    apps.get_model("catalog", "ThemeEdition").objects.all().delete()
    apps.get_model("documents", "Counter").objects.filter(series__startswith="theme:").delete()


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0005_theme_editions"),
        ("documents", "0002_initial"),
    ]

    operations = [migrations.RunPython(make_first_editions, forget_first_editions)]
