from django.db import migrations, models

# The table refuses every change, so the guard steps aside for this one statement.
NUMBER = """
ALTER TABLE checkin_determination DISABLE TRIGGER checkin_determination_append_only;
WITH RECURSIVE chain AS (
    SELECT id, 1 AS place FROM checkin_determination WHERE replaces_id IS NULL
    UNION ALL
    SELECT later.id, chain.place + 1 FROM checkin_determination AS later JOIN chain ON later.replaces_id = chain.id
)
UPDATE checkin_determination AS decision SET sequence = chain.place FROM chain
    WHERE chain.id = decision.id AND chain.place > 1;
ALTER TABLE checkin_determination ENABLE TRIGGER checkin_determination_append_only;
"""


class Migration(migrations.Migration):
    dependencies = [("checkin", "0002_append_only")]

    operations = [
        migrations.AddField(
            model_name="determination", name="sequence", field=models.PositiveSmallIntegerField(default=1)
        ),
        # False for what was decided before the rule of the second look: it was told, and stays in effect.
        migrations.AddField(model_name="determination", name="needs_review", field=models.BooleanField(default=False)),
        migrations.RunSQL(NUMBER, migrations.RunSQL.noop),
    ]
