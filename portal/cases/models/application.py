"""One visit: who asks, how to reach them, where they came. Identity numbers are encrypted and found by blind index."""

from __future__ import annotations

import secrets
import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone

from portal.cases.numbers import ApplicationNumber, counter_of_applications
from portal.cases.states import ApplicantKind
from portal.documents.models import Counter
from portal.lib.crypto import blind_index
from portal.lib.fields import EncryptedTextField, FoldedField
from portal.lib.identity import BODIES, IdentityKind
from portal.lib.masking import mask_applicant, mask_identity, mask_phone
from portal.lib.search.text import key
from portal.organisations.models import ServiceCenter, Window

QUERY_CODE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""No 0/O, 1/I/L: the code is read from paper and typed on a phone."""


def new_query_code() -> str:
    """Eight characters (about 39 bits); it never stands alone, only together with the number of the case."""
    return "".join(secrets.choice(QUERY_CODE_ALPHABET) for _ in range(8))


class Application(models.Model):
    """One application (申请) of one visit; it holds a case for every item applied for."""

    number = models.CharField("申请编号", max_length=24, unique=True)
    idempotency_key = models.UUIDField("防重键", unique=True, default=uuid.uuid4, editable=False)
    query_code = models.CharField("查询密码", max_length=12, default=new_query_code, editable=False)

    applicant_kind = models.CharField("申请人类型", max_length=10, choices=ApplicantKind.choices)
    applicant_name = models.CharField("申请人", max_length=120)
    applicant_key = FoldedField(of="applicant_name", max_length=300)
    identity_kind = models.CharField("证件类型", max_length=3, choices=IdentityKind.choices)
    identity_number = EncryptedTextField("证件号码")
    identity_index = models.CharField(max_length=64, db_index=True, editable=False)
    legal_representative = models.CharField("法定代表人", max_length=60, blank=True)
    address = models.CharField("住所", max_length=200, blank=True)
    contact_name = models.CharField("联系人", max_length=60)
    contact_phone = EncryptedTextField("联系电话", blank=True)
    contact_other = EncryptedTextField("其他联系方式", blank=True)

    center = models.ForeignKey(ServiceCenter, verbose_name="中心", on_delete=models.PROTECT)
    window = models.ForeignKey(Window, verbose_name="窗口", on_delete=models.PROTECT)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, verbose_name="收件人", on_delete=models.PROTECT)
    created_at = models.DateTimeField("申请时间", default=timezone.now)

    class Meta:
        verbose_name = "申请"
        verbose_name_plural = "申请"
        indexes = [
            # PostgreSQL reads all names from it when a single sign is looked for (`portal.lib.search.names`).
            models.Index(fields=["applicant_key"], name="application_keys"),
        ]

    def __str__(self) -> str:
        return self.number

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Number the application once and keep the blind index in step with the number it stands for."""
        self.identity_index = blind_index(self.identity_number)
        if not self.number:
            day = timezone.localdate(self.created_at).strftime("%Y%m%d")
            self.number = str(ApplicationNumber(day, Counter.take(counter_of_applications(day))))
        super().save(*args, **kwargs)

    @property
    def name_shown(self) -> str:
        """The applicant's name for everybody: a body in full, a person masked."""
        return mask_applicant(self.applicant_name, is_body=self.applicant_kind == ApplicantKind.BODY)

    def is_collected_by(self, name: str, number: str) -> bool:
        """A person collects with the document they applied with; a body sends its contact or legal representative.

        Names are compared as they read: the dot within one and its spaces have many signs.
        """
        reads = key(name)
        if self.applicant_kind == ApplicantKind.PERSON:
            return reads == key(self.applicant_name) and blind_index(number) == self.identity_index
        return bool(reads) and reads in {key(self.contact_name), key(self.legal_representative)}

    @property
    def identity_masked(self) -> str:
        """What staff read: a body's credit code is public, a person's number is not."""
        return self.identity_number if self.identity_kind in BODIES else mask_identity(self.identity_number)

    @property
    def phone_masked(self) -> str:
        """As papers and lists show it; who left another way of contact or none is said so."""
        if self.contact_phone:
            return mask_phone(self.contact_phone)
        return "留有其他联系方式" if self.contact_other else "没有留联系方式"
