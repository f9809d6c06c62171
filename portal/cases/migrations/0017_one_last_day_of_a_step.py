"""Open steps get the one last day that slips say from now on: beyond neither promise nor statutory limit."""

from django.db import migrations
from django.utils import timezone


def last_days(apps, schema_editor):
    Task = apps.get_model("cases", "Task")
    open_steps = Task.objects.filter(status__in=["sent", "working"]).exclude(sent_at=None)
    if not open_steps.exists():
        return
    from portal.cases.clocks.limits import HANDOVER_DAYS, working_days

    for task in open_steps.select_related("case").iterator():
        began = timezone.localdate(task.sent_at)
        if task.sent_at != task.signed_at:
            began = working_days(began, HANDOVER_DAYS)
        limits = [limit for limit in (task.case.promised_due, task.case.statutory_due) if limit]
        due = min([working_days(began, task.limit_days), *limits])
        if due != task.due:
            Task.objects.filter(pk=task.pk).update(due=due)


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0016_served"),
        ("workdays", "0004_a_day_is_off_or_worked"),
    ]

    operations = [migrations.RunPython(last_days, migrations.RunPython.noop, elidable=True)]
