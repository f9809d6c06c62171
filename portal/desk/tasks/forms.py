"""What departments fill in when they answer, decide or are sent a task anew."""

from __future__ import annotations

from typing import Any

from django import forms

from portal.cases.states import ANSWERS, TaskOutcome
from portal.desk.base.forms import VerbForm, Words, offer
from portal.organisations.models import Organisation


class RedispatchForm(VerbForm):
    department = forms.ModelChoiceField(Organisation.objects.standing().filter(kind="department"), label="承办部门")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["department"].initial = self.thing.department_id


class AnswerForm(VerbForm):
    outcome = forms.ChoiceField(
        label="意见", choices=[(code.value, code.label) for code in ANSWERS], widget=forms.RadioSelect
    )
    opinion = Words(label="具体意见", required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 4}))
    legal_basis = Words(label="法律依据", required=False, max_length=300, help_text="不同意的必须填写。")


class DecideForm(VerbForm):
    outcome = forms.ChoiceField(label="决定", widget=forms.RadioSelect)
    reasons = Words(
        label="理由和依据",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="不予的必须填写；将写入决定书。",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        words = self.thing.case.definition.procedure
        rulings = {TaskOutcome.GRANTED: words.granted, TaskOutcome.REFUSED: words.refused}
        offer(self, "outcome", [(outcome.value, ruling) for outcome, ruling in rulings.items()])
