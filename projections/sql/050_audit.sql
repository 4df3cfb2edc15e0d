-- Who audits is let through the walls for what it was granted: who was told of which kind of thing,
-- who is involved and where somebody stands in a caseload; never the sealed content.

create policy of_auditor on share.circles for select to throughcare_audit using (true);
create policy of_auditor on views.caseload for select to throughcare_audit using (true);

revoke select on share.entries from throughcare_audit;
grant select (partner, number, position, person, subject, type, effective_at, recorded_at, backfill)
    on share.entries to throughcare_audit;
