"""Table of contents of the public addresses of the papers of items and halls."""

from django.urls import path

from portal.catalog import hall_views, views

urlpatterns = [
    path("papers/leaflet/<str:code>.pdf", views.leaflet, name="paper_leaflet"),
    path("papers/checklist/<str:code>.pdf", views.checklist, name="paper_checklist"),
    path("papers/form/<str:codes>.pdf", views.form, name="paper_form"),
    path("papers/signs/<str:kind>/<str:code>.pdf", hall_views.sign, name="paper_sign"),
    path("papers/materials/<str:kind>/<str:code>.pdf", hall_views.material_list, name="paper_material_list"),
]
