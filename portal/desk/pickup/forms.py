"""What is filled in about a result: by the department that made it, and at the counter that hands it out."""

from __future__ import annotations

from typing import Any

from django import forms

from portal.cases.models import Case
from portal.cases.states import TaskOutcome
from portal.desk.base.forms import CollectorForm, OneFileField, VerbForm, Words, offer
from portal.handover.slips import held_by
from portal.pickup.models import FeeSettled
from portal.pickup.results import NewResult
from portal.pickup.settling import Settled, fee_due, owed


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
    kept = Words(
        label="留存理由",
        max_length=200,
        required=False,
        help_text="没有准予的，申请人交来的材料应当全部退还；有留存案卷的，写明理由。",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        held = held_by(self.thing, self.thing.lead)
        offer(self, "returned", [(material.key, material.name) for material in held])
        if self.thing.outcome == TaskOutcome.REFUSED:
            self.fields["returned"].initial = [material.key for material in held]
        else:
            del self.fields["kept"]


class ShelvedResultForm(ResultForm):
    shelf = Words(label="存放位置", max_length=40, help_text="例如：A架3层12格。")


class DeliverForm(CollectorForm):
    code = Words(label="取件码", max_length=12, help_text="领取通知上的六位数字。")
    fee = forms.ChoiceField(label="费用", choices=FeeSettled.choices, widget=forms.RadioSelect)
    fee_note = Words(label="缴费凭证号", max_length=200, help_text="减免或者缓缴的，写明理由和依据。")
    gaps = Words(label="材料未齐先行出件的理由", max_length=200, required=False)
    field_order = ("code", "name", "identity_kind", "identity_number", "authority", "fee", "fee_note", "gaps")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].widget.attrs.update(autocomplete="off", spellcheck="false")
        fee, gaps = fee_due(self.thing.case), owed(self.thing.case)
        if fee is None:
            del self.fields["fee"], self.fields["fee_note"]
        else:
            self.fields["fee"].help_text = f"{fee.before_pickup}（{fee.standard}）。"
        if gaps:
            self.fields["gaps"].help_text = f"还没有补齐：{'；'.join(gaps)}。"
        else:
            del self.fields["gaps"]

    def settled(self) -> Settled:
        data = self.cleaned_data
        return Settled(data.get("fee", ""), data.get("fee_note", ""), data.get("gaps", ""))
