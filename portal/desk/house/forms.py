"""The forms of the house that say more than their model: a body's other names, an account with its first password."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from wagtail.admin.forms import WagtailAdminModelForm

from portal.organisations.models import Organisation, User

LONGEST_NAME = 120


class NamesField(forms.CharField):
    """Names, one a line."""

    widget = forms.Textarea(attrs={"rows": 3})

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        lines = (super().to_python(value) or "").splitlines()
        return list(dict.fromkeys(line.strip() for line in lines if line.strip()))

    def has_changed(self, initial: Any, data: Any) -> bool:
        return list(initial or []) != self.to_python(data)


class OrganisationForm(WagtailAdminModelForm):
    """别名 are the other names under which a body is printed: an import and a search know it by them."""

    aliases = NamesField(
        label="别名", required=False, help_text="一行一个，例如改革以前的名称、文件里的简称；导入和检索时认得。"
    )

    def clean_aliases(self) -> list[str]:
        names: list[str] = self.cleaned_data["aliases"]
        others = {
            name: body.short_name
            for body in Organisation.objects.exclude(pk=self.instance.pk)
            for name in (body.short_name, body.full_name, *body.aliases)
        }
        for name in names:
            if len(name) > LONGEST_NAME:
                raise forms.ValidationError(f"“{name[:20]}…”太长，最多{LONGEST_NAME}个字。")
            if name in others:
                raise forms.ValidationError(f"“{name}”已经是{others[name]}的名称，一个名称只能指一个单位。")
        return names


class AccountForm(WagtailAdminModelForm):
    """An account and, when it is made, its first password. What it may do follows from its posts alone."""

    display_name = forms.CharField(label="姓名", max_length=60)
    email = forms.EmailField(label="电子邮箱", required=False)
    password1 = forms.CharField(label="初始密码", strip=False, widget=forms.PasswordInput, required=False)
    password2 = forms.CharField(label="再输一遍", strip=False, widget=forms.PasswordInput, required=False)

    class Meta:
        model = User
        fields = ("username", "display_name", "email", "is_active")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["is_active"].help_text = "离开岗位的取消勾选，账号不删除，办过的件仍然记在名下。"
        if self.instance.pk:  # a lost password is set anew by the administrator: nobody else gets at an account in use
            del self.fields["password1"], self.fields["password2"]
        else:
            self.fields["password1"].required = self.fields["password2"].required = True
            self.fields["password1"].help_text = "请当面交给本人，并请本人登录后立即在“账号”里改掉。"

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        first, second = given.get("password1"), given.get("password2")
        if first and second and first != second:
            self.add_error("password2", "两次输入的密码不一样。")
        return given

    def _post_clean(self) -> None:
        super()._post_clean()
        if password := self.cleaned_data.get("password1"):
            try:
                validate_password(password, self.instance)
            except forms.ValidationError as error:
                self.add_error("password1", error)

    def save(self, commit: bool = True) -> Any:
        if password := self.cleaned_data.get("password1"):
            self.instance.set_password(password)
        return super().save(commit)
