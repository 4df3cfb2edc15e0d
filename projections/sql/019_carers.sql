-- The carers' register is kept beside what meetings agreed: an entry has an owner and a day too.

alter table views.agreed drop constraint agreed_kind_check;
alter table views.agreed add constraint agreed_kind_check
    check (kind in ('action', 'decision', 'carer'));
