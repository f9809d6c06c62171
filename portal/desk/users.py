"""The accounts of staff. What they may do follows from their posts; the form asks for a name and a password."""

from __future__ import annotations

from django import forms
from wagtail.admin.forms.auth import LoginForm
from wagtail.users.forms import UserCreationForm, UserEditForm
from wagtail.users.views.users import UserViewSet


class SignInForm(LoginForm):
    """Wagtail's own form leaves the password without words."""

    password = forms.CharField(label="密码", strip=False, widget=forms.PasswordInput(attrs={"placeholder": "输入密码"}))


class StaffCreationForm(UserCreationForm):
    first_name = None
    last_name = None
    email = forms.EmailField(label="电子邮箱", required=False)
    display_name = forms.CharField(label="姓名", max_length=60)

    class Meta(UserCreationForm.Meta):
        fields = (UserCreationForm.Meta.fields | {"display_name"}) - {"first_name", "last_name"}


class StaffEditForm(UserEditForm):
    first_name = None
    last_name = None
    email = forms.EmailField(label="电子邮箱", required=False)
    display_name = forms.CharField(label="姓名", max_length=60)

    class Meta(UserEditForm.Meta):
        fields = (UserEditForm.Meta.fields | {"display_name"}) - {"first_name", "last_name"}


class StaffViewSet(UserViewSet):
    def get_form_class(self, for_update: bool = False) -> type[forms.ModelForm]:
        return StaffEditForm if for_update else StaffCreationForm
