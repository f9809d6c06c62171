from django.apps import AppConfig


class PickupConfig(AppConfig):
    name = "portal.pickup"
    label = "pickup"
    verbose_name = "出件"
