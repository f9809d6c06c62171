"""What departments fill in when they answer, decide or are sent a task anew."""

from __future__ import annotations

from typing import Any

from django import forms

from portal.cases.decision.findings import Findings, requirements
from portal.cases.routes.dissent import dissents
from portal.cases.states import ANSWERS, TaskOutcome
from portal.desk.base.forms import VerbForm, Words, offer
from portal.organisations.models import Organisation


class RedispatchForm(VerbForm):
    """Another department; the one that sent the task back may be asked once more, but is not proposed."""

    department = forms.ModelChoiceField(
        Organisation.objects.standing().filter(kind="department"), label="承办部门", empty_label="请选择承办部门"
    )


class AnswerForm(VerbForm):
    outcome = forms.ChoiceField(
        label="意见", choices=[(code.value, code.label) for code in ANSWERS], widget=forms.RadioSelect
    )
    opinion = Words(label="具体意见", required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 4}))
    legal_basis = Words(label="法律依据", required=False, max_length=300, help_text="不同意的必须填写。")


class DecideForm(VerbForm):
    outcome = forms.ChoiceField(label="决定", widget=forms.RadioSelect)
    facts = Words(
        label="认定事实",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="查明了什么，凭哪些材料。不予的必须填写；写入决定书。",
    )
    unmet = forms.MultipleChoiceField(
        label="不符合的条件、材料或者依据",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="不予的至少选一项；写入决定书。",
    )
    reasons = Words(
        label="理由",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="不予的必须写明为什么不符合，只写“不符”不够；写入决定书。",
    )
    basis = Words(
        label="法律依据",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="已按办事指南的设定依据填好，请核对。行政许可的，决定书上另外写明《行政许可法》的条款。",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        words = self.thing.case.definition.procedure
        rulings = {TaskOutcome.GRANTED: words.granted, TaskOutcome.REFUSED: words.refused}
        offer(self, "outcome", [(outcome.value, ruling) for outcome, ruling in rulings.items()])
        offer(self, "unmet", list(requirements(self.thing.case).items()))
        self.fields["basis"].initial = "、".join(self.thing.case.definition.bases_cited)
        self.dissents = dissents(self.thing.case)
        for task in self.dissents:
            self.fields[f"reply_{task.step}"] = Words(
                label=f"答复{task.department}的不同意见",
                required=False,
                max_length=1000,
                widget=forms.Textarea(attrs={"rows": 3}),
                help_text=f"{task.name}：{task.opinion}（{task.legal_basis}）。{words.granted}的必须书面答复。",
            )

    def findings(self) -> Findings:
        """What was filled in, as the verb takes it."""
        data = self.cleaned_data
        replies = {task.step: data[f"reply_{task.step}"] for task in self.dissents}
        return Findings(data["facts"], data["reasons"], data["basis"], tuple(data["unmet"]), replies)
