"""The site's form renderer: USWDS classes and accessible states without a word in the form classes."""

from __future__ import annotations

from typing import Any

from django import forms
from django.forms.renderers import TemplatesSetting
from django.forms.widgets import Input

WIDGET_CLASSES: tuple[tuple[type[forms.Widget], str], ...] = (
    (forms.CheckboxInput, "usa-checkbox__input usa-checkbox__input--tile"),
    (forms.CheckboxSelectMultiple, "usa-checkbox__input usa-checkbox__input--tile"),
    (forms.RadioSelect, "usa-radio__input usa-radio__input--tile"),
    (forms.Select, "usa-select"),
    (forms.Textarea, "usa-textarea"),
    (forms.FileInput, "fp-file"),
    (forms.MultiWidget, "usa-input"),
    (Input, "usa-input"),
)
WITH_ERROR_VARIANT = ("usa-input", "usa-select", "usa-textarea")


class UswdsBoundField(forms.BoundField):
    """A bound field whose control carries USWDS classes.

    Two attributes that Django would write are left out on purpose. `required`: the browser's own bubble speaks the
    browser's language, not the page's. `maxlength`: a browser cuts a pasted text without a word; the server's error
    tells the person instead.
    """

    def build_widget_attrs(self, attrs: dict[str, Any], widget: forms.Widget | None = None) -> dict[str, Any]:
        widget = widget or self.field.widget
        attrs = super().build_widget_attrs(attrs, widget)
        attrs["required"] = False
        for limit in ("maxlength", "minlength"):
            if limit in widget.attrs:
                attrs[limit] = False
        if not widget.is_hidden:
            own = widget.attrs.get("class", "")
            attrs["class"] = " ".join(filter(None, (uswds_class(widget, invalid=bool(self.errors)), own)))
        return attrs

    @property
    def is_single_checkbox(self) -> bool:
        """True for a lone tick box, whose label stands behind the box and not above it."""
        return isinstance(self.field.widget, forms.CheckboxInput)

    @property
    def focus_id(self) -> str:
        """The id of the first control: where a link in the error summary leads."""
        return self.id_for_label or (f"{self.auto_id}_0" if self.auto_id else "")


def uswds_class(widget: forms.Widget, *, invalid: bool) -> str:
    """The USWDS class of a widget, with the error variant where one exists."""
    for kind, name in WIDGET_CLASSES:
        if isinstance(widget, kind):
            return f"{name} usa-input--error" if invalid and name in WITH_ERROR_VARIANT else name
    return ""


class UswdsFormRenderer(TemplatesSetting):
    """Renders forms, fields and widgets from the project's templates (needs `django.forms` installed)."""

    form_template_name = "components/form/form.html"
    field_template_name = "components/form/field.html"
    bound_field_class = UswdsBoundField
