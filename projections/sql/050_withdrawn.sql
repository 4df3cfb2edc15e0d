-- Of whom something was withdrawn since a moment, so that it is not read back as known then.

create index entries_withdrawn on share.entries (partner, position) include (subject)
where type = 'share.Withdrawn.v1';
