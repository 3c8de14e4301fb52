-- Whether an account keeps contacts is asked with each of its calls, and for most accounts the answer is no. So it is told
-- with the key: an account's first contact in a mode is a change of the account, which every gateway hears of. An account
-- whose last contact is gone counts as a keeper still; its calls search and find nothing.
alter table account
    add column keeps_live_contacts boolean not null default false,
    add column keeps_test_contacts boolean not null default false;

update account a
   set keeps_live_contacts = exists (select from contact c where c.account_id = a.id and c.mode = 'live'),
       keeps_test_contacts = exists (select from contact c where c.account_id = a.id and c.mode = 'test')
 where exists (select from contact c where c.account_id = a.id);

create function note_contact_keeper() returns trigger language plpgsql as $$
begin
    case new.mode
        when 'live' then
            update account set keeps_live_contacts = true where id = new.account_id and not keeps_live_contacts;
        when 'test' then
            update account set keeps_test_contacts = true where id = new.account_id and not keeps_test_contacts;
    end case;
    return null;
end
$$;
create trigger contact_kept after insert on contact for each row execute function note_contact_keeper();
