from django.db import migrations

# A fact is written once and can be withdrawn once; everything else about it stays.
GUARD = """
CREATE FUNCTION facts_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.withdrawn_at IS NULL AND NEW.withdrawn_at IS NOT NULL
        AND to_jsonb(NEW) - ARRAY['withdrawn_at', 'withdrawn_by_id', 'sealed_withdrawal']
          = to_jsonb(OLD) - ARRAY['withdrawn_at', 'withdrawn_by_id', 'sealed_withdrawal']
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a verified fact can only be withdrawn, once: % refused', TG_OP
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'facts_withdrawn_only';
END
$$;
CREATE TRIGGER facts_verifiedfact_guard BEFORE UPDATE OR DELETE ON facts_verifiedfact
    FOR EACH ROW EXECUTE FUNCTION facts_refuse_change();
CREATE TRIGGER facts_verifiedfact_no_truncate BEFORE TRUNCATE ON facts_verifiedfact
    FOR EACH STATEMENT EXECUTE FUNCTION fairport_refuse_change();
"""
UNGUARD = """
DROP TRIGGER facts_verifiedfact_guard ON facts_verifiedfact;
DROP TRIGGER facts_verifiedfact_no_truncate ON facts_verifiedfact;
DROP FUNCTION facts_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("facts", "0001_initial"), ("audit", "0002_append_only")]

    operations = [migrations.RunSQL(GUARD, UNGUARD)]
