-- Why whoever is signed in looks, if they chose; else the usual purpose of their organisation.

alter table sessions.sessions add column purpose text;

grant update (purpose) on sessions.sessions to throughcare_serve;
