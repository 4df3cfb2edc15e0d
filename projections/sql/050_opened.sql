-- Which records were opened in an emergency, so that what they showed is not read back later.

create index entries_opened on share.entries (partner, subject)
where type = 'emergency.EmergencyAccessTaken.v1';
