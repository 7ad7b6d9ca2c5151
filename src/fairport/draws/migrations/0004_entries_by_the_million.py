import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("draws", "0003_left_out_count")]

    operations = [
        migrations.RemoveConstraint("drawentry", "draws_subject_once"),
        migrations.AddConstraint(
            "drawentry", models.UniqueConstraint(fields=["subject_id", "draw"], name="draws_subject_once")
        ),
        migrations.RemoveIndex("drawentry", "draws_of_subject"),
        migrations.AlterField(
            "drawentry",
            "draw",
            models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="entries",
                to="draws.draw",
            ),
        ),
        # The run writes what came out into every row once. With room for that in each page the indexes, which do not
        # hold what changes, stay as they are; and the files' bytes do not compress.
        migrations.RunSQL(
            """
            ALTER TABLE draws_drawentry SET (fillfactor = 45);
            ALTER TABLE draws_drawfile ALTER COLUMN content SET STORAGE EXTERNAL;
            """,
            """
            ALTER TABLE draws_drawentry RESET (fillfactor);
            ALTER TABLE draws_drawfile ALTER COLUMN content SET STORAGE EXTENDED;
            """,
        ),
    ]
