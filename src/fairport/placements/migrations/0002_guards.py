from django.db import migrations

# A placement is written once, and counts at once against the cap of its port and week. The count never falls: who gives
# a place back was placed all the same.
GUARD = """
CREATE FUNCTION placements_count_in_week() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE placements_placementweek SET people = people + NEW.people
    WHERE programme = NEW.programme AND port_id = NEW.port_id AND week = NEW.week;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no cap is written for % in the week of %', NEW.port_id, NEW.week
            USING ERRCODE = 'check_violation', CONSTRAINT = 'placements_week_has_cap';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER placements_exceptionalplacement_counted AFTER INSERT ON placements_exceptionalplacement
    FOR EACH ROW EXECUTE FUNCTION placements_count_in_week();
CREATE TRIGGER placements_exceptionalplacement_append_only BEFORE UPDATE OR DELETE ON placements_exceptionalplacement
    FOR EACH ROW EXECUTE FUNCTION fairport_refuse_change();
CREATE TRIGGER placements_exceptionalplacement_no_truncate BEFORE TRUNCATE ON placements_exceptionalplacement
    FOR EACH STATEMENT EXECUTE FUNCTION fairport_refuse_change();
CREATE FUNCTION placements_week_only_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.people >= OLD.people
        AND (NEW.programme, NEW.port_id, NEW.week) = (OLD.programme, OLD.port_id, OLD.week)
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'what was placed in a week stays counted: % refused', TG_OP
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'placements_week_only_grows';
END
$$;
CREATE TRIGGER placements_placementweek_guard BEFORE UPDATE OR DELETE ON placements_placementweek
    FOR EACH ROW EXECUTE FUNCTION placements_week_only_grows();
"""
UNGUARD = """
DROP TRIGGER placements_exceptionalplacement_counted ON placements_exceptionalplacement;
DROP TRIGGER placements_exceptionalplacement_append_only ON placements_exceptionalplacement;
DROP TRIGGER placements_exceptionalplacement_no_truncate ON placements_exceptionalplacement;
DROP TRIGGER placements_placementweek_guard ON placements_placementweek;
DROP FUNCTION placements_count_in_week();
DROP FUNCTION placements_week_only_grows();
"""


class Migration(migrations.Migration):
    dependencies = [("placements", "0001_initial"), ("audit", "0002_append_only")]

    operations = [migrations.RunSQL(GUARD, UNGUARD)]
