-- The audit's side of the wall: on which basis somebody is told, and whose help is over.

create policy of_auditor on share.circles for select to throughcare_audit using (true);
create policy of_auditor on views.caseload for select to throughcare_audit using (true);
