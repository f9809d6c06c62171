from django.apps import AppConfig


class PickupConfig(AppConfig):
    name = "portal.pickup"
    label = "pickup"
    verbose_name = "出件"

    def ready(self) -> None:
        from portal.pickup import limits

        limits.register_deadlines()
