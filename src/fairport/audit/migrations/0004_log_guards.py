from django.db import migrations

TABLES = ("audit_logleaf", "audit_logtile", "audit_logcheckpoint", "audit_logcosignature", "audit_drawlogentry")

# An event is queued in its own transaction, so the sequencer sees it exactly when it is committed.
QUEUE = """
CREATE FUNCTION fairport_queue_events() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO audit_unsequencedevent (event_id) SELECT id FROM added;
    RETURN NULL;
END
$$;
CREATE TRIGGER audit_event_queued AFTER INSERT ON audit_event
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION fairport_queue_events();
INSERT INTO audit_unsequencedevent (event_id) SELECT id FROM audit_event;
"""
UNQUEUE = "DROP TRIGGER audit_event_queued ON audit_event; DROP FUNCTION fairport_queue_events();"

# A checkpoint is larger than all before it, and covers exactly the leaves that are there.
GROWING = """
CREATE FUNCTION fairport_checkpoint_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM audit_logcheckpoint WHERE log = NEW.log AND size >= NEW.size) THEN
        RAISE EXCEPTION 'a checkpoint of this size or a larger one was signed before'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'audit_checkpoint_grows';
    END IF;
    IF (SELECT max("index") + 1 FROM audit_logleaf WHERE log = NEW.log) IS DISTINCT FROM NEW.size THEN
        RAISE EXCEPTION 'a checkpoint covers all leaves, and no more than there are'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'audit_checkpoint_covers_leaves';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER audit_checkpoint_grows BEFORE INSERT ON audit_logcheckpoint
    FOR EACH ROW EXECUTE FUNCTION fairport_checkpoint_grows();
"""
UNGROWING = "DROP TRIGGER audit_checkpoint_grows ON audit_logcheckpoint; DROP FUNCTION fairport_checkpoint_grows();"


def guard(table: str) -> str:
    return f"""
CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION fairport_refuse_change();
CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION fairport_refuse_change();
"""


def unguard(table: str) -> str:
    return f"DROP TRIGGER {table}_append_only ON {table}; DROP TRIGGER {table}_no_truncate ON {table};"


class Migration(migrations.Migration):
    dependencies = [("audit", "0003_log")]

    operations = [
        *(migrations.RunSQL(guard(table), unguard(table)) for table in TABLES),
        migrations.RunSQL(QUEUE, UNQUEUE),
        migrations.RunSQL(GROWING, UNGROWING),
    ]
