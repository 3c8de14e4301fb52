//! A login that is only a member of the runtime role cannot become more through the functions of
//! the schema.

use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, ConnectOptions};

use super::fixture::LedgerFixture;
use super::runtime_role::{Login, run};

/// Every function of the schema that is not safe, and why.
const UNSAFE: &str = "
select p.oid::regprocedure || ': ' || fault
  from pg_proc p,
       lateral (values
           ('its search path does not end with pg_temp', not exists (
               select from unnest(p.proconfig) setting
                where setting ~ '^search_path=pg_catalog, [^,]+, pg_temp$')),
           ('anybody may execute it', exists (
               select from aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) acl
                where acl.grantee = 0)),
           ('the runtime role may execute it', not p.prosecdef
               and has_function_privilege('fluence_runtime', p.oid, 'execute')),
           ('the runtime role may not execute it', p.prosecdef
               and not has_function_privilege('fluence_runtime', p.oid, 'execute'))
       ) as checked (fault, holds)
 where p.pronamespace = current_schema()::regnamespace and holds
 order by 1";

async fn unsafe_functions(fixture: &LedgerFixture) -> Vec<String> {
    sqlx::query_scalar(UNSAFE).fetch_all(fixture.pool()).await.unwrap()
}

#[tokio::test]
async fn every_function_has_a_safe_search_path_and_is_closed_to_the_public() {
    let fixture = LedgerFixture::new(100, 50).await;
    assert_eq!(unsafe_functions(&fixture).await, [] as [String; 0]);
    fixture
        .run(
            "create function careless() returns void language sql security definer set search_path = public as '';
             grant execute on function careless to fluence_runtime;",
        )
        .await;
    let found = unsafe_functions(&fixture).await;
    assert_eq!(
        found,
        ["careless(): anybody may execute it", "careless(): its search path does not end with pg_temp"]
    );
}

/// A database as `migrate` leaves it, and a login that may serve and nothing else.
struct Attack {
    fixture: LedgerFixture,
    login: Login,
    session: PgConnection,
}

impl Attack {
    async fn begin() -> Self {
        let fixture = LedgerFixture::new(100, 50).await;
        // Rights on the database itself are not copied from a template.
        fixture.run("select grant_runtime_rights()").await;
        let login = Login::new(&fixture, "in role fluence_runtime").await;
        let session = login.options(&fixture).connect().await.unwrap();
        Self { fixture, login, session }
    }

    /// As where an operator has given the right away, or the schema's owner does not own the
    /// database.
    async fn may_make_temporary_tables(&self) {
        let grant = "do $$ begin execute format('grant temporary on database %I to LOGIN', current_database()); end $$";
        run(&self.fixture, grant.replace("LOGIN", &self.login.name)).await;
    }

    /// The SQLSTATE that statements end with; none when they succeed.
    async fn run(&mut self, statements: &str) -> Option<String> {
        let statements = sqlx::raw_sql(AssertSqlSafe(statements.to_owned()));
        let error = statements.execute(&mut self.session).await.err()?;
        Some(error.as_database_error()?.code()?.into_owned())
    }

    /// Fails when the login has become anything it was not.
    async fn end(self) {
        drop(self.session);
        let gained: Vec<String> = sqlx::query_scalar(
            "select 'superuser' from pg_roles where rolname = $1 and (rolsuper or rolcreaterole or rolcreatedb)
             union all
             select 'member of ' || roleid::regrole from pg_auth_members
              where member = $1::regrole and roleid <> 'fluence_runtime'::regrole
             union all
             select 'trigger off: ' || tgname from pg_trigger where tgenabled = 'D'
             union all
             select 'owns ' || relname from pg_class
              where relowner in ($1::regrole, 'fluence_runtime'::regrole) and relpersistence <> 't'",
        )
        .bind(&self.login.name)
        .fetch_all(self.fixture.pool())
        .await
        .unwrap();
        assert_eq!(gained, [] as [String; 0]);
        self.login.forget().await;
    }
}

/// A function of the attacker's that, run with more rights, makes its login a superuser and says
/// so.
fn trap(login: &str) -> String {
    format!(
        "create temp table caught (by text);
         grant all on caught to public;
         create function pg_temp.trap() returns trigger language plpgsql as $$
         begin
             insert into caught values (current_user);
             if current_user <> '{login}' then
                 execute 'alter role {login} superuser';
                 execute 'alter table public.ledger_entry disable trigger all';
             end if;
             return new;
         end $$;
         grant execute on function pg_temp.trap() to public;"
    )
}

const DEFINERS: [&str; 3] = [
    "select directory_count_words()",
    "select ledger_make_partitions(6)",
    "select ledger_summarize_entries()",
];

#[tokio::test]
async fn temporary_objects_of_the_caller_are_never_met_by_the_owners_functions() {
    let mut attack = Attack::begin().await;
    attack.may_make_temporary_tables().await;
    let trap = trap(&attack.login.name);
    assert_eq!(attack.run(&trap).await, None);
    for shadow in [
        "create temp table directory_state (only_row bool, words_version bigint);
         insert into directory_state values (true, 0);
         create trigger t before update on directory_state for each row execute function pg_temp.trap();",
        "create temp table directory_people (company_key text, name_key text);
         create index directory_people_search on directory_people (name_key);",
        "create temp table directory_words (kind text, word text, bearers int);",
        "create temp table ledger_entry (at timestamptz, call_id uuid) partition by range (at);
         create index ledger_entry_by_arrival on ledger_entry (call_id);",
        "create temp table ledger_epoch (epoch int, closed_at timestamptz, batches int);
         insert into ledger_epoch values (1, '2001-01-01', 0);
         create trigger t before delete on ledger_epoch for each row execute function pg_temp.trap();",
        "create temp table pg_inherits (inhrelid oid, inhparent oid);
         create temp table pg_class (oid oid, relnamespace oid, relname name);",
        "create function pg_temp.format(text, text, text) returns text language sql as 'select $1';",
        "create type pg_temp.regclass as (x int);",
        "set search_path = pg_temp, public; set datestyle = 'SQL, DMY'; set timezone = 'Asia/Tokyo';",
    ] {
        assert_eq!(attack.run(shadow).await, None, "{shadow}");
        for call in DEFINERS {
            assert_eq!(attack.run(&call.replace("select ", "select public.")).await, None, "{call}");
        }
    }
    let caught: Vec<String> =
        sqlx::query_scalar("select by from pg_temp.caught").fetch_all(&mut attack.session).await.unwrap();
    assert_eq!(caught, [] as [String; 0]);
    let made: Vec<String> = sqlx::query_scalar(
        "select pg_get_expr(relpartbound, oid) from pg_class where relname ~ '^ledger_entry_[0-9]' and relkind = 'r'",
    )
    .fetch_all(attack.fixture.pool())
    .await
    .unwrap();
    assert_eq!(made.len(), 7);
    assert!(made.iter().all(|bounds| bounds.matches("-01 00:00:00+00").count() == 2), "{made:?}");
    attack.end().await;
}

#[tokio::test]
async fn a_change_is_written_down_whatever_tables_its_author_has() {
    let mut attack = Attack::begin().await;
    attack.may_make_temporary_tables().await;
    let customer = attack.fixture.customer().await;
    let shadow =
        "create temp table change (kind text, subject text, account_id uuid, changed_at timestamptz);
                  create temp table audit_entry (account_id uuid, number bigint);
                  insert into audit_entry values (null, 900);";
    assert_eq!(attack.run(shadow).await, None);
    let suspend = format!(
        "update public.account set state = 'suspended' where id = '{}';
         insert into public.audit_entry (actor, actor_id, action, subject, subject_id, number, at)
         values ('system', 'x', 'account.suspended', 'account', 'x', 0, now())",
        customer.account_id
    );
    assert_eq!(attack.run(&suspend).await, None);
    assert_eq!(
        attack.fixture.value::<i64>("select count(*) from public.change where kind = 'account'").await,
        1
    );
    assert_eq!(attack.fixture.value::<i64>("select max(number) from audit_entry").await, 1);
    attack.end().await;
}

#[tokio::test]
async fn the_runtime_role_makes_no_objects_and_takes_no_other_role() {
    let mut attack = Attack::begin().await;
    let name = attack.login.name.clone();
    let owner: String = attack.fixture.value("select current_user::text").await;
    for statement in [
        "create temp table directory_state (words_version bigint)".to_owned(),
        "create function pg_temp.f() returns int language sql as 'select 1'".to_owned(),
        "create table t ()".to_owned(),
        "create function f() returns int language sql as 'select 1'".to_owned(),
        "create view v as select 1".to_owned(),
        "create schema s".to_owned(),
        "create operator public.+ (leftarg = text, rightarg = text, function = textcat)".to_owned(),
        "create extension pg_trgm".to_owned(),
        "create trigger t before update on directory_state for each row execute function ledger_refuse_change()".to_owned(),
        "create rule r as on update to directory_state do nothing".to_owned(),
        "create policy p on directory_state".to_owned(),
        "create index on directory_state (words_version)".to_owned(),
        "alter table ledger_entry disable trigger all".to_owned(),
        "alter function directory_count_words() set search_path = pg_temp".to_owned(),
        "alter function note_change() owner to fluence_runtime".to_owned(),
        "drop function note_change() cascade".to_owned(),
        "select grant_runtime_rights()".to_owned(),
        "set session_replication_role = replica".to_owned(),
        "copy change to program 'true'".to_owned(),
        "copy change from '/etc/passwd'".to_owned(),
        "select pg_read_file('PG_VERSION')".to_owned(),
        "alter system set log_statement = 'all'".to_owned(),
        "insert into pg_auth_members values (1, 1, 1, true)".to_owned(),
        "update plan set credits = 1000000".to_owned(),
        "refresh materialized view directory_words".to_owned(),
        format!("set role {owner}"),
        format!("set session authorization {owner}"),
        format!("alter role {name} superuser"),
        format!("grant {owner} to {name}"),
        format!("grant fluence_runtime to {name} with admin option"),
    ] {
        assert_eq!(attack.run(&statement).await.as_deref(), Some("42501"), "{statement}");
    }
    attack.end().await;
}

#[tokio::test]
async fn the_catalogue_cannot_be_filled_with_partitions() {
    let mut attack = Attack::begin().await;
    for months in ["13", "200", "2147483647", "-1", "null"] {
        let refused = attack.run(&format!("select ledger_make_partitions({months})")).await;
        assert_eq!(refused.as_deref(), Some("22023"), "{months}");
    }
    assert_eq!(attack.run("select ledger_make_partitions(12)").await, None);
    attack.end().await;
}
