-- Contracts. Every stored answer to a change has the location of what was created or changed. Every version has written it.
alter table change_answer alter column location set not null;
