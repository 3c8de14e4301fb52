//! The gateway itself, in a process of its own.

use std::env;

use fluence::app::{App, Start};
use fluence::config::{self, Sources};
use fluence::secret::Pepper;
use fluence::storage::pool;
use fluence::telemetry::{self, LogFormat};
use secrecy::ExposeSecret;

pub(crate) async fn serve() -> anyhow::Result<()> {
    let settings = config::load(&Sources { environment: env::vars().collect(), ..Sources::default() })?;
    telemetry::init(&settings.log.level, LogFormat::Json)?;
    let pepper = Pepper::parse(settings.pepper.expose_secret(), settings.pepper_version)?;
    let database = pool::options(&env::var("DATABASE_URL")?)?;
    let _app = App::start(Start { settings, database, pepper }).await?;
    std::future::pending().await
}
