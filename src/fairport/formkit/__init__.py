"""Form fields and rendering for the look of Fairport's pages; depends on Django only.

`renderer.UswdsFormRenderer` is the site's `FORM_RENDERER`: `{{ field.as_field_group }}` gives label, hint,
errors and control in accessible markup. `fields` holds the controls that Django lacks.
"""
