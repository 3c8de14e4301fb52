//! Forwarded calls, compared with proxies that keep no books: the same upstream for all, rounds in
//! turn.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::Context;
use fluence::domain::audit::Actor;
use fluence::domain::offer_set::SetKind;
use fluence::domain::rights::Principal;
use fluence::management::offer_sets::apply;
use sqlx::Connection;

use crate::customers::{Keys, SEED};
use crate::events;
use crate::http::{Entrant, Turns};
use crate::in_turn::Endpoint;
use crate::load::{Load, PATH};
use crate::options::Options;
use crate::postgres::Postgres;
use crate::proxies::{self, Kind};
use crate::report::Target::AtLeast;
use crate::report::{Contender, Report};
use crate::serve::bare;
use crate::servers::{self, ServerProcess};
use crate::steady;

/// The gateway's routes, by price.
const FREE: &str = "/bench/free";
const PAID: &str = "/bench/paid";
const FIGURE: &str = "/bench/figure";
const LARGE: &str = "/bench/large";
const EVENTS: &str = "/bench/events";
const PAID_EVENTS: &str = "/bench/paid-events";

pub(crate) async fn run(
    options: &Options,
    postgres: &Postgres,
    keys: &Keys,
    folder: &Path,
    report: &mut Report,
) -> anyhow::Result<()> {
    postgres.create("upstream", SEED).await?;
    let small = upstream(keys, folder, "small", 1_024).await?;
    let large = upstream(keys, folder, "large", 65_536).await?;
    let streaming = servers::start(servers::this_program("serve-events")?, &keys.of_all).await?;
    sell(postgres, small.address, large.address, streaming.address).await?;
    let start = async |program: &Path| {
        let mut gateway = servers::gateway(program);
        servers::environment(&mut gateway, &postgres.url("upstream"), &keys.pepper);
        let started = servers::start_answering(gateway, &keys.of_all, FREE).await;
        started.with_context(|| program.display().to_string())
    };
    let gateway = start(servers::GATEWAY.as_ref()).await?;
    let other_build = match &options.against {
        Some(program) => Some(start(program).await?),
        None => None,
    };
    let mut rivals = Vec::new();
    for kind in Kind::ALL {
        match proxies::start(kind, &keys.of_all, small.address, folder).await {
            Ok(server) => rivals.push((kind.name(), server)),
            Err(error) => eprintln!("{} is left out: {error:#}", kind.name()),
        }
    }
    let nginx_events = proxies::start(Kind::NginxEvents, &keys.of_all, streaming.address, folder).await?;
    let nginx_large = proxies::start(Kind::Nginx, &keys.of_all, large.address, &folder.join("large")).await?;

    let of = |server, path| Entrant { path, ..Entrant::free(server, &keys.of_all) };
    let mut entrants = vec![
        ("the upstream itself", of(&small, PATH)),
        ("free, forwarded", of(&gateway, FREE)),
        ("paid, forwarded", Entrant { writes: true, ..of(&gateway, PAID) }),
        ("paid by a JSON figure, forwarded", Entrant { writes: true, ..of(&gateway, FIGURE) }),
        ("free, 64 KiB answers", of(&gateway, LARGE)),
        ("nginx, 64 KiB answers", of(&nginx_large, PATH)),
    ];
    if let Some(other) = &other_build {
        entrants.push(("free, forwarded by the other build", of(other, FREE)));
        entrants.push(("paid, forwarded by the other build", Entrant { writes: true, ..of(other, PAID) }));
    }
    entrants.extend(rivals.iter().map(|(name, server)| (*name, of(server, PATH))));
    let load = Load::prepare(folder)?;
    for connections in &options.connections {
        let turns = Turns { options, postgres, load: &load, connections: *connections };
        let contenders = turns.rounds(&entrants).await?;
        Report::table(&format!("Upstream, {connections} connections"), &contenders);
        judge(&contenders, other_build.is_some(), report);
    }
    let all = std::fs::read_to_string(&keys.of_all)?;
    let all: Vec<String> = all.lines().map(str::to_owned).collect();
    let endpoint = |name, server, path| Endpoint { name, server, path };
    let mut steadily = vec![
        endpoint("the upstream itself", &small, PATH),
        endpoint("free, forwarded", &gateway, FREE),
        endpoint("paid, forwarded", &gateway, PAID),
    ];
    steadily.extend(rivals.iter().map(|(name, server)| endpoint(name, server, PATH)));
    steady::run(options, &all, &steadily, report).await?;
    // A new process, whose memory holds nothing that earlier calls have left free.
    let gateway = start(servers::GATEWAY.as_ref()).await?;
    let streams = [
        endpoint("free events, forwarded", &gateway, EVENTS),
        endpoint("paid events, counted, forwarded", &gateway, PAID_EVENTS),
        endpoint(Kind::NginxEvents.name(), &nginx_events, "/events"),
    ];
    events::run(options, &all, &streams, report).await
}

fn judge(contenders: &[Contender], has_other_build: bool, report: &mut Report) {
    let [_, free, paid, figure, large, nginx_large, others @ ..] = contenders else {
        panic!("the report names six contenders and their rivals, the run has {}", contenders.len())
    };
    let (other_build, rivals) = others.split_at(if has_other_build { 2 } else { 0 });
    for (this, other) in [free, paid].into_iter().zip(other_build) {
        report.ratio(this, other, None);
    }
    for rival in rivals {
        let target = Kind::ALL.into_iter().find(|kind| kind.name() == rival.name).and_then(Kind::target);
        report.ratio(free, rival, target.map(AtLeast));
    }
    report.ratio(paid, free, Some(AtLeast(0.5)));
    report.ratio(figure, paid, Some(AtLeast(0.92)));
    report.ratio(large, nginx_large, Some(AtLeast(0.9)));
}

/// A plain server whose answers have a figure and a length of `bytes`.
async fn upstream(keys: &Keys, folder: &Path, name: &str, bytes: usize) -> anyhow::Result<ServerProcess> {
    let head = r#"{"usage":{"tokens":7},"text":""#;
    let text = "a".repeat(bytes - head.len() - 2);
    let answer: PathBuf = folder.join(format!("{name}.json"));
    std::fs::write(&answer, format!("{head}{text}\"}}"))?;
    let mut command = servers::this_program("serve-bare")?;
    command.env(bare::ANSWER_FILE, answer);
    servers::start(command, &keys.of_all).await.context("an upstream")
}

/// Applies the routes, as the command does.
async fn sell(
    postgres: &Postgres,
    small: SocketAddr,
    large: SocketAddr,
    streaming: SocketAddr,
) -> anyhow::Result<()> {
    let upstream = |name: &str, address| {
        format!(
            "[[upstream]]\nupstream = \"{name}\"\nreach = \"private\"\ntargets = [\"http://{address}\"]\nmax_concurrent = 4096\n"
        )
    };
    let route_to = |path: &str, upstream: &str, to: &str, credits: &str| {
        let name = path.rsplit('/').next().unwrap_or_default();
        format!(
            "[[route]]\nroute = \"{name}\"\npath = \"{path}\"\nmethods = [\"POST\"]\nupstream = \"{upstream}\"\nto = \"{to}\"\n\
             access = \"crm_basico\"\ncredits = {credits}\n"
        )
    };
    let route = |path: &str, upstream: &str, credits: &str| route_to(path, upstream, PATH, credits);
    let streamed = |path: &str, credits: &str| {
        route_to(path, "streaming", "/events", &format!("{credits}\nstream = {{}}\ntotal_s = 3600"))
    };
    let by_figure = "{ hold = 2, missing = \"release\", counts = [{ of = \"json:/usage/tokens\", each = 10, costs = 1 }] }";
    let text = [
        "builtin = false\n".to_owned(),
        upstream("small", small),
        upstream("large", large),
        upstream("streaming", streaming),
        route(FREE, "small", "0"),
        route(PAID, "small", "1"),
        route(FIGURE, "small", by_figure),
        route(LARGE, "large", "0"),
        streamed(EVENTS, "0"),
        streamed(PAID_EVENTS, by_figure),
    ];
    let mut owner = sqlx::PgConnection::connect_with(&postgres.options("upstream")).await?;
    let by = Principal::almighty(Actor::operator("bench".into()));
    apply(&mut owner, &by, SetKind::Routes, &text.concat()).await?;
    Ok(())
}
