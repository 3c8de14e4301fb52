-- Expands. What a report of a leak does to one key, where that differs from the setting `leaks.on_leak`. Null: as the setting
-- says. The version before neither reads nor writes it, and does to such a key what the setting says.
alter table api_key
    add column on_leak text constraint api_key_on_leak_known check (on_leak in ('revoke', 'disable', 'notify'));
