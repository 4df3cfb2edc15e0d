-- Pages of an earlier moment are read from indexes alone where vacuum has been: it comes for each
-- fiftieth of these tables, not for each fifth.

alter table views.caseload_versions set (
    autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.02,
    autovacuum_analyze_scale_factor = 0.02
);
alter table views.caseload_changes set (
    autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.02,
    autovacuum_analyze_scale_factor = 0.02
);
