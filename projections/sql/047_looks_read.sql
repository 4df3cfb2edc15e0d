-- What the audit reads: looks in the order of time, and who was told what kind of thing, never what.

drop index looks.looks_by_time;
create index looks_by_time on looks.looks (at, number);

grant usage on schema share, views to throughcare_audit;
grant select (partner, number, position, person, subject, type, effective_at, recorded_at, backfill)
    on share.entries to throughcare_audit;
grant select on share.subjects, share.circles to throughcare_audit;
grant select (partner, subject, status) on views.caseload to throughcare_audit;

