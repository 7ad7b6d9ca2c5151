from django.db import migrations, models

# A mistaken arrival can be taken back while nobody was decided about (domain/transitions.py).
ALLOW = "INSERT INTO registrations_allowed_status_change VALUES ('arrived', 'confirmed');"
FORBID = "DELETE FROM registrations_allowed_status_change WHERE (from_status, to_status) = ('arrived', 'confirmed');"


class Migration(migrations.Migration):
    dependencies = [("registrations", "0004_placed_outside_the_draw")]

    operations = [
        migrations.AddField("registration", "sealed_interpreter", models.BinaryField(null=True)),
        migrations.RunSQL(ALLOW, FORBID),
    ]
