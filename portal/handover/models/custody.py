"""Custody (保管): one paper, one holder, at any moment; the history of holders is never rewritten."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import models
from django.utils import timezone

from portal.cases.models import Case, CaseMaterial
from portal.organisations.models import Organisation


class HolderKind(models.TextChoices):
    WINDOW = "window", "综合窗口"
    IN_TRANSIT = "in_transit", "流转途中"
    DEPARTMENT = "department", "部门"
    ISSUE_COUNTER = "issue", "出件窗口"
    APPLICANT = "applicant", "申请人"
    ARCHIVE = "archive", "档案室"


class CustodyQuerySet(models.QuerySet["Custody"]):
    def now(self) -> CustodyQuerySet:
        """Where every paper is at this moment."""
        return self.filter(until=None)

    def travelling_on(self, slip: models.Model) -> list[CaseMaterial]:
        """What is on its way on this slip at this moment: a sheet that was replaced at the window is not any more."""
        held = self.now().filter(holder=HolderKind.IN_TRANSIT, slip=slip.pk)
        return [item.material for item in held.select_related("material")]

    def of_case(self, case: Case) -> CustodyQuerySet:
        return self.filter(material__case=case).select_related("material", "organisation", "slip")

    def hand_over(
        self,
        materials: Iterable[CaseMaterial],
        *,
        to: str,
        organisation: Organisation | None = None,
        slip: models.Model | None = None,
    ) -> None:
        """End the present custody of these materials and begin the next, in the caller's transaction.

        The partial unique constraint makes two holders of one paper impossible.
        """
        now = timezone.now()
        keys = [material.pk for material in materials]
        self.now().filter(material__in=keys).update(until=now)
        self.bulk_create(
            Custody(
                material_id=key,
                holder=to,
                organisation=organisation,
                slip=slip,  # type: ignore[misc]  # a Slip; to name it here would close a circle
                since=now,
            )
            for key in keys
        )


class Custody(models.Model):
    """Who held one material of a case from `since` until `until` (None: still)."""

    material = models.ForeignKey(CaseMaterial, verbose_name="材料", on_delete=models.PROTECT, related_name="custody")
    holder = models.CharField("保管方", max_length=12, choices=HolderKind.choices)
    organisation = models.ForeignKey(Organisation, verbose_name="部门", null=True, on_delete=models.PROTECT)
    slip = models.ForeignKey("handover.Slip", verbose_name="交接单", null=True, on_delete=models.PROTECT)
    since = models.DateTimeField("起")
    until = models.DateTimeField("止", null=True)

    objects = CustodyQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        verbose_name = "材料保管"
        verbose_name_plural = "材料保管"
        constraints = [
            models.UniqueConstraint(
                fields=["material"], condition=models.Q(until=None), name="paper_has_one_holder_at_a_time"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.material} · {self.place}"

    @property
    def place(self) -> str:
        """The holder in words: the department's name, or the kind of place."""
        return str(self.organisation) if self.organisation else self.get_holder_display()
