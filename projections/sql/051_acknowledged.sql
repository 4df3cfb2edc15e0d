-- Whether an organisation said that it removed what was withdrawn, for who answers the person.

grant select (partner, subject, number, withdrawn_at, acknowledged_at) on views.withdrawals
    to throughcare_audit;
create policy of_auditor on views.withdrawals for select to throughcare_audit using (true);
