from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("registrations", "0003_displaced_at")]

    operations = [
        migrations.RunSQL(
            "INSERT INTO registrations_allowed_status_change VALUES ('waiting', 'confirmed')",
            "DELETE FROM registrations_allowed_status_change WHERE from_status = 'waiting' AND to_status = 'confirmed'",
        ),
    ]
