"""The order of a handbook."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms

from portal.catalog.handbook.models import WHOLE_CENTRE
from portal.desk.base.forms import offer
from portal.organisations.models import Zone


class HandbookOrderForm(forms.Form):
    """What a new handbook is to hold: one zone, or the whole centre."""

    CENTRE = "centre"
    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    scope = forms.ChoiceField(label="编制范围", widget=forms.RadioSelect, initial=CENTRE)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.zones = {zone.code: zone for zone in Zone.objects.order_by("order", "pk")}
        zones = [(code, zone.name) for code, zone in self.zones.items()]
        offer(self, "scope", [(self.CENTRE, WHOLE_CENTRE), *zones])

    def clean(self) -> None:
        if "key" in self.errors:
            raise forms.ValidationError("页面不完整，没有提交。请刷新页面后重新提交。")

    @property
    def zone(self) -> Zone | None:
        """The chosen zone; None for the whole centre."""
        return self.zones.get(self.cleaned_data["scope"])
