-- Up to which outcome a partner's topic of dead letters has them. The topic's own last record says
-- so first; this is for a topic that was quiet for longer than it keeps its records.

alter table inbox.partners add column dead_told bigint not null default 0;
