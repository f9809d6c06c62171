"""Table of contents of the public addresses of an item's papers."""

from django.urls import path

from portal.catalog import views

urlpatterns = [
    path("papers/leaflet/<str:code>.pdf", views.leaflet, name="paper_leaflet"),
    path("papers/checklist/<str:code>.pdf", views.checklist, name="paper_checklist"),
    path("papers/form/<str:codes>.pdf", views.form, name="paper_form"),
]
