"""The hash of every content issued so far, taken as it stands: what was changed earlier cannot be known any more."""

import hashlib
import json
from typing import Any

from django.db import migrations

BATCH = 500


def fill(apps: Any, schema_editor: Any) -> None:
    documents = apps.get_model("documents", "Document").objects.using(schema_editor.connection.alias)
    last = 0
    while rows := list(documents.filter(pk__gt=last).only("pk", "content").order_by("pk")[:BATCH]):
        for row in rows:
            spelt = json.dumps(row.content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
            row.content_sha256 = hashlib.sha256(spelt.encode()).hexdigest()
        documents.bulk_update(rows, ["content_sha256"])
        last = rows[-1].pk


def empty(apps: Any, schema_editor: Any) -> None:
    apps.get_model("documents", "Document").objects.using(schema_editor.connection.alias).update(content_sha256="")


class Migration(migrations.Migration):
    dependencies = [
        ("documents", "0007_content_hash"),
    ]

    operations = [migrations.RunPython(fill, empty)]
