"""What is filled in at the comprehensive window. Forms validate; the verbs act."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.forms import BaseFormSet, formset_factory
from django.utils import timezone

from portal.cases.acts import of_move
from portal.cases.intake.applicant import FIELDS, UNSEEN
from portal.cases.intake.files import blind_departments
from portal.cases.intake.known import last_application
from portal.cases.intake.receive import Applicant
from portal.cases.intake.serving import unserved
from portal.cases.models import CaseMaterial
from portal.cases.states import ApplicantKind, Service, Verdict, Way
from portal.catalog.items.taking import windows_for
from portal.catalog.models import ServiceItem
from portal.catalog.schema.definition import Material
from portal.desk.base.forms import INCOMPLETE, MOST_FILES, FilesField, VerbForm, Words, offer
from portal.desk.base.offers import offered
from portal.lib.file_kinds import ACCEPTED
from portal.lib.identity import BODIES, IdentityError, IdentityKind, check_identity, doubts
from portal.lib.phones import LONGEST, PhoneError, read_phone
from portal.organisations.authority import posts_for
from portal.organisations.models import User, Window

NO_CONTACT = "没有内地手机的，填境外号码或者其他联系方式；都没有的不填。"


SHOWN = tuple(name for name in FIELDS if name not in UNSEEN)


class PhoneField(Words):
    """A telephone number as it stands on a card; read to the one form in which numbers are kept."""

    def clean(self, value: Any) -> str:
        typed = super().clean(value)
        try:
            return read_phone(typed) if typed else ""
        except PhoneError as error:
            raise forms.ValidationError(str(error), code="invalid") from error


class IntakeForm(forms.Form):
    """The applicant of one case, typed at the comprehensive window."""

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    window = forms.ModelChoiceField(Window.objects.none(), label="收件窗口", empty_label=None)
    identity_number = Words(label="证件号码", max_length=40, help_text="扫描或者输入后按回车；以前来过的，自动填好。")
    kind = forms.ChoiceField(label="申请人类型", choices=ApplicantKind.choices)
    identity_kind = forms.ChoiceField(label="证件类型", choices=IdentityKind.choices)
    name = Words(label="申请人名称", max_length=120)
    legal_representative = Words(label="法定代表人", max_length=60, required=False)
    address = Words(label="住所", max_length=200, required=False)
    contact_name = Words(label="联系人", max_length=60)
    contact_phone = PhoneField(label="联系电话", max_length=LONGEST, required=False, help_text=NO_CONTACT)
    contact_other = Words(label="其他联系方式", max_length=120, required=False)
    same_contact = forms.BooleanField(label="沿用上次登记的联系方式", required=False)
    in_spite_of = Words(label="仍然收件的理由", max_length=200, required=False)

    def __init__(self, *args: Any, user: User, item: ServiceItem, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user, self.item = user, item
        mine = [post.window for post in posts_for(user, of_move("receive")) if post.window]
        here = windows_for(item, mine)
        offer(self, "window", Window.objects.filter(pk__in=[window.pk for window in here]))
        if len(here) == 1 and self.data.get("window", str(here[0].pk)) == str(here[0].pk):  # nothing to choose
            self.fields["window"].widget, self.initial["window"] = forms.HiddenInput(), here[0].pk
        self.fields["identity_number"].widget.attrs.update(autocomplete="off", spellcheck="false")
        self.fields["identity_number"].widget.attrs["data-desk-begin"] = ""
        if not self.data.get("in_spite_of"):
            self.fields["in_spite_of"].widget = forms.HiddenInput()

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if "key" in self.errors:
            self.add_error(None, INCOMPLETE)
        kind, identity_kind = data.get("kind"), data.get("identity_kind")
        if kind == ApplicantKind.BODY and identity_kind and identity_kind not in BODIES:
            self.add_error("identity_kind", "法人或其他组织请选择统一社会信用代码；没有的，请选择其他组织证明。")
        if kind == ApplicantKind.PERSON and identity_kind in BODIES:
            self.add_error("identity_kind", "自然人请选择居民身份证等个人证件。")
        if kind == ApplicantKind.BODY and not data.get("legal_representative"):
            self.add_error("legal_representative", "法人或其他组织请填写法定代表人或者负责人。")
        number = data.get("identity_number")
        if number and identity_kind and "identity_kind" not in self.errors:
            try:
                data["identity_number"] = check_identity(identity_kind, number, today=timezone.localdate())
            except IdentityError as error:
                self.add_error("identity_number", str(error))
        if data.get("same_contact") and not self.errors:
            self._keep_contact(data)
        return data

    def _keep_contact(self, data: dict[str, Any]) -> None:
        """The telephone of the last time goes on, without anybody having seen it; what is typed now goes before it."""
        if data["contact_phone"] or data["contact_other"]:
            return
        last = last_application(self.user, data["identity_kind"], data["identity_number"])
        if last is None:
            self.add_error("same_contact", "没有找到上次的申请，请填写联系电话。")
        else:
            data |= {"contact_phone": last.contact_phone, "contact_other": last.contact_other}

    def ask_why_again(self) -> None:
        """Somebody seems to have applied before: the window goes on with a reason."""
        self.fields["in_spite_of"].widget = forms.TextInput()

    def doubts(self) -> list[str]:
        """What the window should look at again, though the application was taken in."""
        data = self.cleaned_data
        return doubts(data["identity_kind"], data["identity_number"], today=timezone.localdate())

    def applicant(self) -> Applicant:
        """The applicant as `receive` takes it."""
        data = self.cleaned_data
        return Applicant(
            kind=data["kind"],
            name=data["name"].strip(),
            identity_kind=data["identity_kind"],
            identity_number=data["identity_number"],
            contact_name=data["contact_name"].strip(),
            contact_phone=data["contact_phone"],
            contact_other=data["contact_other"],
            legal_representative=data["legal_representative"].strip(),
            address=data["address"].strip(),
        )


class MaterialForm(forms.Form):
    """One line of the checklist; `key` says which material of the item's list it is."""

    key = Words(widget=forms.HiddenInput, max_length=20)
    received = forms.BooleanField(label="已收", required=False)
    way = forms.ChoiceField(label="收取方式", choices=[choice for choice in Way.choices if choice[0] != Way.LATER])
    originals = forms.IntegerField(label="原件份数", min_value=0, max_value=99)
    photocopies = forms.IntegerField(label="复印件份数", min_value=0, max_value=99)
    pages = forms.IntegerField(label="页数", min_value=0, max_value=9999, required=False)
    verdict = forms.ChoiceField(label="审核结论", choices=Verdict.choices, required=False)
    reason = Words(label="不合格原因", max_length=300, required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        data["pages"] = data.get("pages") or 0
        if data.get("verdict") == Verdict.BAD and not data.get("reason"):
            self.add_error("reason", "不合格的，请写明原因。")
        if data.get("verdict") and not data.get("received"):
            self.add_error("received", "没有收到的材料不能审核，请先勾选“已收”。")
        if data.get("received") and data.get("way") == Way.PAPER:
            counts = (data.get("originals") or 0) + (data.get("photocopies") or 0)
            if counts == 0 and "originals" not in self.errors:
                self.add_error("originals", "纸质收取的，请填写原件或者复印件的份数。")
        return data


class Checklist(BaseFormSet):
    """The lines of a checklist; what no browser of ours sends is answered in words as well."""

    default_error_messages = {
        **BaseFormSet.default_error_messages,
        "missing_management_form": "材料清单不完整，没有保存。请刷新页面后重新填写。",
    }


MaterialFormSet = formset_factory(MaterialForm, formset=Checklist, extra=0, max_num=200, absolute_max=200)


def blank_rows(materials: list[Material]) -> list[dict[str, Any]]:
    """The checklist of a new case: counts filled in as the list demands, so that a tick is enough."""
    return [
        {
            "key": material.key,
            "way": Way.PAPER,
            "originals": material.original_copies,
            "photocopies": material.photocopies,
            "pages": 0,
        }
        for material in materials
    ]


def filled_rows(lines: list[CaseMaterial], materials: list[Material]) -> list[dict[str, Any]]:
    """The checklist of a case as it stands; lines that are not in yet keep the demanded counts as a proposal."""
    proposals = {row["key"]: row for row in blank_rows(materials)}
    rows = []
    for line in lines:
        row = {name: getattr(line, name) for name in ("key", "received", "way", "pages", "verdict", "reason")}
        counts = line if line.received else None
        row["originals"] = counts.originals if counts else proposals[line.key]["originals"]
        row["photocopies"] = counts.photocopies if counts else proposals[line.key]["photocopies"]
        rows.append(row)
    return rows


def checked_rows(formset: Any) -> list[dict[str, Any]]:
    """Rows for `Case.check_materials`; a material that is not in has no counts."""
    rows = []
    for form in formset.forms:
        row = dict(form.cleaned_data)
        if not row["received"]:
            row.update(originals=0, photocopies=0, pages=0, verdict="", reason="")
        rows.append(row)
    return rows


class AcceptForm(VerbForm):
    """Nothing is asked, unless departments would have nothing to read; and of nobody who cannot accept anyway."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.user is None or not offered("accept", self.thing, self.user):
            return
        if blind := blind_departments(self.thing, self.thing.lines()):
            self.fields["without_scans"] = forms.BooleanField(
                label=f"{'、'.join(blind)}凭扫描件办理，收到的纸质材料还没有全部扫描；先受理，随后补传扫描件",
                error_messages={"required": "请先上传扫描件；确实要先受理的，请勾选。"},
            )


class ApplicantForm(VerbForm):
    """What is known of the applicant, to be put right; telephones are not shown, and stay when they are left empty."""

    applicant_name = Words(label="申请人名称", max_length=120)
    legal_representative = Words(label="法定代表人", max_length=60, required=False)
    address = Words(label="住所", max_length=200, required=False)
    contact_name = Words(label="联系人", max_length=60)
    contact_phone = PhoneField(label="联系电话", max_length=LONGEST, required=False, help_text="不改的留空。")
    contact_other = Words(label="其他联系方式", max_length=120, required=False, help_text="不改的留空。")
    reason = Words(label="更正的理由", max_length=200)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in SHOWN:
            self.fields[name].initial = getattr(self.thing.application, name)

    def changes(self) -> dict[str, str]:
        """What is written down now of each field that may have changed."""
        data = self.cleaned_data
        return {name: data[name] for name in SHOWN} | {name: data[name] for name in UNSEEN if data[name]}


class CorrectionForm(VerbForm):
    """One field for each material that does not stand; what is left empty is not asked for."""

    way = forms.ChoiceField(label="告知书送达方式", choices=Service.choices, initial=Service.IN_PERSON)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for line in self.thing.lines():
            problem = line.shortfall()
            initial = f"{problem}。补交时应当符合：{line.definition.accept_standard}" if problem else ""
            self.fields[f"gap_{line.key}"] = Words(
                label=line.name,
                required=False,
                max_length=300,
                initial=initial,
                widget=forms.Textarea(attrs={"rows": 2}),
            )

    def gaps(self) -> dict[str, str]:
        """Material key → what must be supplied."""
        found = {name[4:]: text for name, text in self.cleaned_data.items() if name.startswith("gap_")}
        return {key: text.strip() for key, text in found.items() if text.strip()}


class ServeForm(VerbForm):
    """How one notice reached the applicant."""

    document = forms.ChoiceField(label="文书")
    way = forms.ChoiceField(label="送达方式", choices=Service.choices, initial=Service.IN_PERSON)
    at = forms.DateTimeField(
        label="送达时间",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text="当面交付、交邮或者发出的时间，不是登记的时间。",
        error_messages={"invalid": "请填写日期和时间，例如2026-11-28 10:30。"},
    )
    receiver = Words(label="收件人", max_length=60)
    note = Words(label="备注", max_length=200, required=False, help_text="例如邮件号码，或者拒绝签收的情况和见证人。")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "document", [(str(one.pk), f"{one.title} {one.number}") for one in unserved(self.thing)])
        self.fields["at"].initial = timezone.localtime().replace(second=0, microsecond=0)
        self.fields["receiver"].initial = self.thing.application.contact_name


class UploadForm(VerbForm):
    """Scans of one material of the case."""

    material = forms.ChoiceField(label="对应材料")
    upload = FilesField(
        label="文件",
        help_text=f"{ACCEPTED}，每个20 MB以内（BMP和TIFF 80 MB以内）。可以一次选择多个，最多{MOST_FILES}个。",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "material", [(line.key, f"{line.order}. {line.name}") for line in self.thing.materials.all()])
