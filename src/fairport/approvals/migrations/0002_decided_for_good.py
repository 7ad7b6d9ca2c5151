from django.db import migrations

GUARD = """
CREATE FUNCTION approvals_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR OLD.state <> 'open' THEN
        RAISE EXCEPTION 'a decided proposal never changes, and none is ever removed'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'approvals_decided_for_good';
    END IF;
    IF (NEW.kind, NEW.subject_kind, NEW.subject_id, NEW.payload, NEW.port_id, NEW.sealed_reason, NEW.proposed_by_id,
        NEW.proposed_at, NEW.expires_at)
        IS DISTINCT FROM (OLD.kind, OLD.subject_kind, OLD.subject_id, OLD.payload, OLD.port_id, OLD.sealed_reason,
        OLD.proposed_by_id, OLD.proposed_at, OLD.expires_at)
    THEN
        RAISE EXCEPTION 'what was proposed never changes'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'approvals_proposed_for_good';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER approvals_proposal_for_good BEFORE UPDATE OR DELETE ON approvals_proposal
    FOR EACH ROW EXECUTE FUNCTION approvals_refuse_change();
CREATE TRIGGER approvals_proposal_no_truncate BEFORE TRUNCATE ON approvals_proposal
    FOR EACH STATEMENT EXECUTE FUNCTION fairport_refuse_change();
"""
UNGUARD = """
DROP TRIGGER approvals_proposal_no_truncate ON approvals_proposal;
DROP TRIGGER approvals_proposal_for_good ON approvals_proposal;
DROP FUNCTION approvals_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("approvals", "0001_initial"), ("audit", "0002_append_only")]

    operations = [migrations.RunSQL(GUARD, UNGUARD)]
