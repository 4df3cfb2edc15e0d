-- A case may be told of before its meeting is (the meeting's own facts may be parked): its row waits
-- without a time, and is shown to nobody until it has one.

alter table views.meetings alter column starts_at drop not null;
