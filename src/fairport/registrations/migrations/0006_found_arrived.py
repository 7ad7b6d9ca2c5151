from django.db import migrations

# A gate without a network tells of an arrival after the group was counted as missed (domain/transitions.py).
ALLOW = "INSERT INTO registrations_allowed_status_change VALUES ('no_show', 'arrived');"
FORBID = "DELETE FROM registrations_allowed_status_change WHERE (from_status, to_status) = ('no_show', 'arrived');"


class Migration(migrations.Migration):
    dependencies = [("registrations", "0005_interpreter")]

    operations = [migrations.RunSQL(ALLOW, FORBID)]
