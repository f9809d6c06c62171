"""Table of contents of the public addresses beside the pages: papers, charts, messages to the editors."""

from django.urls import path

from portal.catalog.care import feedback_views
from portal.catalog.drawing import views as chart_views
from portal.catalog.papers import hall_views, views

urlpatterns = [
    path("papers/leaflet/<str:code>.pdf", views.leaflet, name="paper_leaflet"),
    path("papers/checklist/<str:code>.pdf", views.checklist, name="paper_checklist"),
    path("papers/form/<str:codes>.pdf", views.form, name="paper_form"),
    path("charts/items/<str:code>.svg", chart_views.item_chart_svg, name="item_chart_svg"),
    path("charts/items/<str:code>/", chart_views.item_chart, name="item_chart"),
    path("charts/themes/<str:code>.svg", chart_views.theme_chart_file, name="theme_chart_svg"),
    path("charts/themes/<str:code>/", chart_views.theme_chart, name="theme_chart"),
    path("feedback/<str:code>/", feedback_views.feedback, name="guide_feedback"),
    path("feedback/<str:code>/received/", feedback_views.received, name="guide_feedback_received"),
    path("papers/signs/<str:kind>/<str:code>.pdf", hall_views.sign, name="paper_sign"),
    path("papers/materials/<str:kind>/<str:code>.pdf", hall_views.material_list, name="paper_material_list"),
]
