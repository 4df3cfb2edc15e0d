-- A rung is told no sooner than a step after the one before it, and a question back waits too.

alter table views.silences
    add column told_at timestamptz,         -- when the last rung was told; null when none was
    drop constraint silences_about_check,
    add constraint silences_about_check check (about in ('referral', 'hand-over', 'information'));

-- A question asked before this is seen to, as it was; what was escalated before has its next rung
-- a step after the migration at the earliest.
update views.silences set told_at = now() where cardinality(sent) > 0;
