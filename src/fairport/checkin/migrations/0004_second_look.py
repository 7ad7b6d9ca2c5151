import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models

# What is decided and reviewed about one arrival goes one after the other, whatever the application forgets to lock. A
# statement that waited for the lock sees what the other one committed.
GUARD = """
CREATE FUNCTION checkin_refuse(problem text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%', problem USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = problem;
END
$$;

CREATE FUNCTION checkin_guard_determination() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(426601, (NEW.check_in_id % 2147483647)::int);
    IF NEW.needs_review <> (NEW.outcome = 'not_exempted') THEN
        PERFORM checkin_refuse('checkin_negatives_need_review');
    END IF;
    IF NEW.replaces_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM checkin_determination
        WHERE id = NEW.replaces_id AND check_in_id = NEW.check_in_id AND sequence = NEW.sequence - 1
    ) THEN
        PERFORM checkin_refuse('checkin_correction_of_the_same_traveler');
    END IF;
    RETURN NEW;
END
$$;

CREATE FUNCTION checkin_guard_review() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE looked_at checkin_determination%ROWTYPE;
BEGIN
    SELECT * INTO looked_at FROM checkin_determination WHERE id = NEW.determination_id;
    PERFORM pg_advisory_xact_lock(426601, (looked_at.check_in_id % 2147483647)::int);
    IF looked_at.officer_id = NEW.reviewer_id THEN
        PERFORM checkin_refuse('checkin_review_by_another_person');
    END IF;
    IF NOT looked_at.needs_review THEN
        PERFORM checkin_refuse('checkin_review_of_a_negative');
    END IF;
    IF EXISTS (
        SELECT FROM checkin_determination
        WHERE check_in_id = looked_at.check_in_id AND sequence > looked_at.sequence
    ) THEN
        PERFORM checkin_refuse('checkin_review_before_a_correction');
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER checkin_determination_guard BEFORE INSERT ON checkin_determination
    FOR EACH ROW EXECUTE FUNCTION checkin_guard_determination();
CREATE TRIGGER checkin_determinationreview_guard BEFORE INSERT ON checkin_determinationreview
    FOR EACH ROW EXECUTE FUNCTION checkin_guard_review();
CREATE TRIGGER checkin_determinationreview_append_only BEFORE UPDATE OR DELETE ON checkin_determinationreview
    FOR EACH ROW EXECUTE FUNCTION fairport_refuse_change();
CREATE TRIGGER checkin_determinationreview_no_truncate BEFORE TRUNCATE ON checkin_determinationreview
    FOR EACH STATEMENT EXECUTE FUNCTION fairport_refuse_change();
"""
UNGUARD = """
DROP TRIGGER checkin_determinationreview_no_truncate ON checkin_determinationreview;
DROP TRIGGER checkin_determinationreview_append_only ON checkin_determinationreview;
DROP TRIGGER checkin_determinationreview_guard ON checkin_determinationreview;
DROP TRIGGER checkin_determination_guard ON checkin_determination;
DROP FUNCTION checkin_guard_review();
DROP FUNCTION checkin_guard_determination();
DROP FUNCTION checkin_refuse(text);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("checkin", "0003_places_in_the_chain"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="DeterminationReview",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "verdict",
                    models.CharField(choices=[("agreed", "Agrees"), ("disagreed", "Does not agree")], max_length=10),
                ),
                ("sealed", models.BinaryField()),
                ("reviewed_at", models.DateTimeField()),
                (
                    "determination",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="review",
                        to="checkin.determination",
                    ),
                ),
                (
                    "reviewer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["reviewer", "reviewed_at"], name="checkin_reviews_of_somebody")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("verdict__in", ["agreed", "disagreed"])), name="checkin_known_verdict"
                    )
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="determination",
            constraint=models.UniqueConstraint(
                fields=("check_in", "sequence"), name="checkin_one_determination_at_a_time"
            ),
        ),
        migrations.AddConstraint(
            model_name="determination",
            constraint=models.CheckConstraint(
                condition=models.Q(("sequence", 1), ("replaces__isnull", False), _connector="XOR"),
                name="checkin_only_a_correction_comes_later",
            ),
        ),
        migrations.AddConstraint(
            model_name="determination",
            constraint=models.CheckConstraint(
                condition=models.Q(("needs_review", False), ("outcome", "not_exempted"), _connector="OR"),
                name="checkin_only_negatives_are_reviewed",
            ),
        ),
        migrations.RunSQL(GUARD, UNGUARD),
    ]
