"""Columns for pairs of characters and for whole pinyin, and how synonyms sound. The index is built anew by `prepare`."""

from django.db import migrations, models

from portal.lib.search import pinyin
from portal.lib.search.fulltext import full_text

TABLE = "catalog_finding_text"
BEFORE = ("name", "alias", "lead", "text", "code", "pinyin")
AFTER = (*BEFORE, "whole", "pairs", "told", "body", "sound")


def _anew(apps, schema_editor, before, after):
    """Entries go with their words: what is in force without an entry is indexed again."""
    apps.get_model("catalog", "Mark").objects.all().delete()
    apps.get_model("catalog", "Entry").objects.all().delete()
    full_text(schema_editor.connection, TABLE, before).drop()
    full_text(schema_editor.connection, TABLE, after).create()


def widen(apps, schema_editor):
    _anew(apps, schema_editor, BEFORE, AFTER)


def narrow(apps, schema_editor):
    _anew(apps, schema_editor, AFTER, BEFORE)


def write_sounds(apps, schema_editor):
    for row in apps.get_model("catalog", "Synonym").objects.all():
        said = [line.strip() for line in row.words.splitlines() if line.strip()]
        row.sounds = "\n".join(" ".join(pinyin.syllables(line)) for line in said)
        row.save(update_fields=["sounds"])


class Migration(migrations.Migration):
    dependencies = [("catalog", "0016_what_was_withdrawn_before")]

    operations = [
        migrations.AddField("synonym", "sounds", models.TextField("读音", blank=True, default="", editable=False), False),
        migrations.AlterField(
            "synonym",
            "words",
            models.TextField(
                "群众的说法", max_length=2000, help_text="一行一个，例如开店、水表；英文也可以，例如hotel。"
            ),
        ),
        migrations.RunPython(widen, narrow),
        migrations.RunPython(write_sounds, migrations.RunPython.noop),
    ]
