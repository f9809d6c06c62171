"""What the catalogue's managers fill in."""

from __future__ import annotations

from typing import Any

from django import forms

from portal.catalog.models import ServiceItem
from portal.desk.base.forms import ReasonForm, offer


class WithdrawItemForm(ReasonForm):
    """`successor`: the item that people use instead; the public page points to it."""

    successor = forms.ModelChoiceField(
        ServiceItem.objects.none(),
        label="承接事项",
        required=False,
        empty_label="没有",
        help_text="群众打开原来的指南时，页面会指到这个事项。",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = ServiceItem.objects.open_for_intake()
        offer(self, "successor", others.exclude(pk=self.thing.pk) if self.thing else others)
