-- Expands: the version before leaves it null.
--
-- The language in which a person last read the console: that of e-mails to a person who chose none.

alter table identity
    add column last_language text constraint identity_last_language_known check (last_language in ('en', 'pt'));
