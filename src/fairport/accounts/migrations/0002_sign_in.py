# The table behind Django's database cache, as `createcachetable` makes it: several server processes share the limits
# on signing in and the memory of used codes.
from django.db import migrations, models

CACHE_TABLE = """
CREATE TABLE accounts_cache (
    cache_key varchar(255) NOT NULL PRIMARY KEY,
    value text NOT NULL,
    expires timestamp with time zone NOT NULL
);
CREATE INDEX accounts_cache_expires ON accounts_cache (expires);
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [
        migrations.AddField("user", "password_is_temporary", models.BooleanField(default=False)),
        migrations.CreateModel(
            name="FailedSignIns",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField()),
                (
                    "step",
                    models.CharField(
                        choices=[("password", "E-mail or password"), ("code", "Second factor")], max_length=10
                    ),
                ),
                ("count", models.PositiveIntegerField(default=0)),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("day", "step"), name="accounts_failures_once_a_day")]
            },
        ),
        migrations.RunSQL(CACHE_TABLE, "DROP TABLE accounts_cache"),
    ]
