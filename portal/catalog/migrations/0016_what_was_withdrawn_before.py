"""The record of intake from before: what managers did at their desks, and how withdrawn items came to be withdrawn.

An item in force that was republished still bore the reason of its withdrawal; that goes.
"""

from django.db import migrations

ACTS = {"portal.item_withdrawn": "withdrawn", "portal.item_reopened": "reopened"}
NOT_KEPT = "恢复收件的时间和经办人当时没有记录，本条是升级时补记的。"


def keep_what_is_known(apps, schema_editor):
    Item = apps.get_model("catalog", "ServiceItem")
    Change = apps.get_model("catalog", "IntakeChange")
    for entry in _entries(apps):
        if Item.objects.filter(pk=entry.object_id).exists():
            reason = str(entry.data.get("reason", ""))[:300]
            Change.objects.create(
                item_id=int(entry.object_id), act=ACTS[entry.action], at=entry.timestamp, by=_known(apps, entry), reason=reason
            )
    for item in Item.objects.filter(status="withdrawn"):
        last = Change.objects.filter(item=item).order_by("-pk").first()
        if last is not None and last.act == "withdrawn":
            Change.objects.filter(pk=last.pk).update(successor=item.successor)
        else:
            said = {"by": item.withdrawn_by, "reason": item.withdrawal_reason, "successor": item.successor}
            said |= {"at": item.withdrawn_at} if item.withdrawn_at else {}
            Change.objects.create(item=item, act="withdrawn", **said)
    for item in Item.objects.exclude(status="withdrawn"):
        last = Change.objects.filter(item=item).order_by("-pk").first()
        if last is not None and last.act == "withdrawn":
            Change.objects.create(item=item, act="reopened", reason=NOT_KEPT)
    Item.objects.exclude(status="withdrawn").update(withdrawn_at=None, withdrawn_by=None, withdrawal_reason="")


def _entries(apps):
    kind = apps.get_model("contenttypes", "ContentType").objects.filter(app_label="catalog", model="serviceitem").first()
    entries = apps.get_model("wagtailcore", "ModelLogEntry").objects.filter(content_type=kind, action__in=list(ACTS))
    return entries.order_by("timestamp", "pk") if kind else []


def _known(apps, entry):
    """The log keeps the numbers of people who are gone."""
    return apps.get_model("organisations", "User").objects.filter(pk=entry.user_id).first()


def forget(apps, schema_editor):
    apps.get_model("catalog", "IntakeChange").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0015_every_closing_of_intake_on_record"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("wagtailcore", "0089_log_entry_data_json_null_to_object"),
    ]

    operations = [migrations.RunPython(keep_what_is_known, forget)]
