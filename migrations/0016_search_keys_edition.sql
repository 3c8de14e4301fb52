-- Search keys are made by the program (people::search_keys). When it makes them otherwise, people stored before are to be
-- found by the new keys too: each row says by which edition of the keys it was stored, and `fluence migrate` writes the
-- keys of older rows anew. Expands: a program that does not know the column writes edition 1, which is what it makes.

alter table directory_people add column keys_edition smallint not null default 1;
alter table contact add column keys_edition smallint not null default 1;
