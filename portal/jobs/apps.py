from importlib import import_module

from django.apps import AppConfig, apps
from django.utils.module_loading import module_has_submodule


class JobsConfig(AppConfig):
    name = "portal.jobs"
    label = "jobs"
    verbose_name = "后台工作"

    def ready(self) -> None:
        """Find the handlers: every app of the portal may keep them in its `jobs` module."""
        for config in apps.get_app_configs():
            own = config.name.startswith("portal.") and config is not self
            if own and module_has_submodule(config.module, "jobs"):
                import_module(f"{config.name}.jobs")
