from django.apps import AppConfig


class DeskConfig(AppConfig):
    name = "portal.desk"
    label = "desk"
    verbose_name = "工作台"

    def ready(self) -> None:
        """Managers keep the names of staff, and a portrait would be a public file that nobody has checked: the page of
        one's own account keeps neither. A link to elsewhere is asked for by a form of ours."""
        from wagtail.admin.views import account, chooser

        from portal.desk.links import ExternalLinkForm

        for panel in (account.NameEmailSettingsPanel, account.AvatarSettingsPanel):
            panel.is_active = lambda self: False
        chooser.ExternalLinkView.form_class = ExternalLinkForm
