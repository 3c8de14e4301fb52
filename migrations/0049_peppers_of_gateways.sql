-- Expands: the version before leaves it null.
--
-- The newest pepper that a gateway runs with. An older pepper is retired only once no gateway needs it.

alter table node add column pepper_version int;
