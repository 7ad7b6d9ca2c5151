from django.db import migrations

# Frozen with this migration; tests/apps/registrations compares the pairs in the database with domain/transitions.py.
PAIRS = [
    ("waiting", "offered"),
    ("waiting", "lapsed"),
    ("waiting", "withdrawn"),
    ("offered", "confirmed"),
    ("offered", "waiting"),
    ("offered", "lapsed"),
    ("offered", "withdrawn"),
    ("confirmed", "waiting"),
    ("confirmed", "no_show"),
    ("confirmed", "arrived"),
    ("confirmed", "withdrawn"),
    ("lapsed", "waiting"),
    ("lapsed", "withdrawn"),
    ("no_show", "waiting"),
    ("no_show", "withdrawn"),
    ("arrived", "determined"),
    ("withdrawn", "waiting"),
    ("withdrawn", "offered"),
    ("withdrawn", "confirmed"),
    ("withdrawn", "lapsed"),
    ("withdrawn", "no_show"),
]

GUARD = """
CREATE TABLE registrations_allowed_status_change (
    from_status varchar(12) NOT NULL, to_status varchar(12) NOT NULL, PRIMARY KEY (from_status, to_status)
);
INSERT INTO registrations_allowed_status_change VALUES {pairs};
CREATE FUNCTION registrations_refuse_status_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM registrations_allowed_status_change
        WHERE from_status = OLD.status AND to_status = NEW.status
    ) THEN
        RAISE EXCEPTION 'a registration cannot go from % to %', OLD.status, NEW.status
            USING ERRCODE = 'check_violation', CONSTRAINT = 'registrations_status_along_the_table';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER registrations_status_guard BEFORE UPDATE OF status ON registrations_registration
    FOR EACH ROW WHEN (OLD.status IS DISTINCT FROM NEW.status)
    EXECUTE FUNCTION registrations_refuse_status_change();
""".format(pairs=", ".join(f"('{old}', '{new}')" for old, new in PAIRS))  # noqa: S608

UNGUARD = """
DROP TRIGGER registrations_status_guard ON registrations_registration;
DROP FUNCTION registrations_refuse_status_change();
DROP TABLE registrations_allowed_status_change;
"""


class Migration(migrations.Migration):
    dependencies = [("registrations", "0001_initial")]

    operations = [migrations.RunSQL(GUARD, UNGUARD)]
