-- Whom a meeting might look at is found without reading a whole caseload: since when a course of care
-- has shown no improvement, and since when no meeting has looked at somebody the partner holds. Rows
-- folded before have neither; they get it with their person's next entry, or when the view is rebuilt.
alter table views.caseload add column unimproved_since timestamptz, add column unseen_since timestamptz;
create index caseload_unimproved on views.caseload (partner, unimproved_since)
    where unimproved_since is not null;
create index caseload_unseen on views.caseload (partner, unseen_since)
    where unseen_since is not null;
create index caseload_unseen_by_complexity on views.caseload (partner, complexity, unseen_since)
    where unseen_since is not null;
create index caseload_waiting on views.caseload (partner, waiting_since)
    where waiting_since is not null;
