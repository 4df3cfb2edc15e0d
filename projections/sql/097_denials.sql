-- How many leaves a witness says that it signed, where it says that there were more than there are:
-- once a checkpoint of as many is held against what is signed next, the signer may go on.
alter table tree.witnesses add column knows bigint;
grant update (knows) on tree.witnesses to throughcare_relay;
