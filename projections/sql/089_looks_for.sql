-- Through whose share an auditor of the host looked: nobody, for everybody else.

alter table looks.looks add column read_for uuid;
