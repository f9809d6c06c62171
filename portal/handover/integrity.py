"""What must be true of papers and slips."""

from __future__ import annotations

from collections.abc import Iterator

from portal.cases.models import CaseMaterial, Task
from portal.cases.states import TaskStatus
from portal.handover.models import Custody, HolderKind, Slip
from portal.handover.models.slip import WAITING


def problems() -> Iterator[str]:
    """Every paper has a holder, what is in transit is on an open slip, every sent task has one."""
    held = Custody.objects.now().values("material")
    for material in CaseMaterial.objects.filter(received=True).exclude(pk__in=held):
        if material.is_paper:
            yield f"material {material.pk}: received on paper, but nobody holds it"
    for lost in Custody.objects.now().filter(holder=HolderKind.IN_TRANSIT).exclude(slip__status__in=WAITING):
        yield f"material {lost.material_id}: in transit on a slip that is no longer open"
    open_slips = set(Slip.objects.waiting().values_list("case_id", "department_id"))
    for task in Task.objects.filter(status=TaskStatus.SENT):
        if (task.case_id, task.department_id) not in open_slips:
            yield f"task {task.pk}: sent, but no slip is on its way"
