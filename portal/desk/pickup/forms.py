"""What is filled in about a result: by the department that made it, and at the counter that hands it out."""

from __future__ import annotations

from typing import Any

from django import forms

from portal.cases.models import Case
from portal.cases.states import TaskOutcome
from portal.desk.base.forms import OneFileField, VerbForm, Words, offer
from portal.handover.slips import held_by
from portal.lib.identity import IdentityKind
from portal.pickup.results import NewResult


class ResultForm(VerbForm):
    """The result the department made; the name is proposed from the item's definition."""

    name = Words(label="结果名称", max_length=120)
    number = Words(label="证照或者文书编号", max_length=80)
    originals = forms.IntegerField(label="正本份数", min_value=0, max_value=99, initial=1)
    duplicates = forms.IntegerField(label="副本份数", min_value=0, max_value=99, initial=0)
    validity = Words(label="有效期", max_length=80, required=False)
    upload = OneFileField(label="电子件", required=False, help_text="PDF、OFD、图片或者办公文档，20 MB以内。")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._propose(self.thing)

    def _propose(self, case: Case) -> None:
        results = case.definition.results
        if case.outcome == TaskOutcome.REFUSED:
            decision = case.documents.filter(kind="decision_refusal").order_by("-pk").first()
            self.fields["name"].initial = case.definition.procedure.title(granted=False)
            self.fields["number"].initial = decision.number if decision else ""
        elif results:
            self.fields["name"].initial = results[0].name
            self.fields["validity"].initial = results[0].validity

    def result(self, file: Any) -> NewResult:
        data = self.cleaned_data
        return NewResult(
            name=data["name"].strip(),
            number=data["number"].strip(),
            originals=data["originals"],
            duplicates=data["duplicates"],
            validity=data["validity"].strip(),
            file=file,
        )


class TransferForm(ResultForm):
    returned = forms.MultipleChoiceField(
        label="随单退还申请人的材料",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="没有选中的留存部门案卷。",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        held = held_by(self.thing, self.thing.lead)
        offer(self, "returned", [(material.key, material.name) for material in held])


class ShelvedResultForm(ResultForm):
    shelf = Words(label="存放位置", max_length=40, help_text="例如：A架3层12格。")


class DeliverForm(VerbForm):
    code = Words(label="取件码", max_length=12, help_text="领取通知上的六位数字。")
    name = Words(label="领取人姓名", max_length=60)
    identity_kind = forms.ChoiceField(
        label="领取人证件", choices=[choice for choice in IdentityKind.choices if choice[0] != IdentityKind.USCC]
    )
    identity_number = Words(label="证件号码", max_length=40)
    authority = Words(
        label="代领依据", max_length=200, required=False, help_text="代领的，写明授权委托书的委托人、日期和权限。"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("code", "identity_number"):
            self.fields[name].widget.attrs.update(autocomplete="off", spellcheck="false")
