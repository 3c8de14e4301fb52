//! The HTTP/1 client of a runtime: connections that are kept open between calls.
//!
//! A connection has no task of its own. The call that uses it drives it, so that an answer wakes
//! one task and not three.

mod body;
mod connection;

use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use hyper::body::Incoming;
use hyper::client::conn::http1::Builder;
use hyper::{Request, Response};
use parking_lot::{Mutex, MutexGuard};
use tokio::time::sleep;
use tower::{Service, ServiceExt};

pub(super) use self::body::Http1Body;
use self::connection::{Connection, NotAnswered};
use super::choice::Target;
use super::config::{IDLE_CONNECTIONS, MAX_HEAD_BYTES, MAX_HEAD_LINES};
use super::send_error::{SendError, with_causes};
use crate::upstream::IDLE_FOR;
use crate::upstream::connector::Connector;
use crate::upstream::upload::UploadBody;

/// Most bytes that are read at once: an answer that is read whole by default comes in one piece,
/// and is not copied.
const MAX_READ_BYTES: usize = 128 * 1_024;
/// How often connections are closed that are idle for too long, or that their server has closed.
const SWEEP_EVERY: Duration = Duration::from_secs(5);

pub(super) struct Http1Client {
    connector: Connector,
    http: Builder,
    /// Idle connections by the index of their target, the last used at the end.
    idle: Mutex<Vec<Vec<Idle>>>,
}

struct Idle {
    connection: Box<Connection>,
    since: Instant,
}

/// Where an idle connection is put back.
#[derive(Clone)]
struct PoolHandle {
    client: Weak<Http1Client>,
    index: usize,
}

impl Http1Client {
    /// A client without connections. A task of this runtime closes idle ones while the client is in
    /// use.
    pub(super) fn start(connector: Connector, targets: usize) -> Arc<Self> {
        let mut http = Builder::new();
        http.max_header_size(MAX_HEAD_BYTES as usize)
            .max_headers(MAX_HEAD_LINES)
            .max_buf_size(MAX_READ_BYTES);
        let idle = Mutex::new((0..targets).map(|_| Vec::new()).collect());
        let client = Arc::new(Self { connector, http, idle });
        tokio::spawn(sweep_until_dropped(Arc::downgrade(&client)));
        client
    }

    /// Sends a request over an idle connection or a new one. A connection that its server had
    /// closed is no reason to fail: nothing of the request was written to it.
    pub(super) async fn send(
        self: &Arc<Self>,
        target: &Target,
        mut request: Request<UploadBody>,
    ) -> Result<Response<Http1Body>, SendError> {
        while let Some(connection) = self.take(target.index) {
            match connection.send(request).await {
                Ok(answer) => return Ok(driven(answer)),
                Err(NotAnswered { unsent: Some(returned), .. }) => request = *returned,
                Err(lost) => return Err(lost.into()),
            }
        }
        let connection = self.connect(target).await.map_err(SendError::Connect)?;
        Ok(driven(connection.send(request).await?))
    }

    async fn connect(self: &Arc<Self>, target: &Target) -> Result<Box<Connection>, String> {
        let mut connector = self.connector.clone();
        let ready = connector.ready().await.map_err(|error| with_causes(&*error))?;
        let stream = ready.call(target.url.clone()).await.map_err(|error| with_causes(&*error))?;
        let pool = PoolHandle { client: Arc::downgrade(self), index: target.index };
        Connection::open(&self.http, stream, pool).await.map_err(|error| with_causes(&error))
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Vec<Idle>>> {
        self.idle.lock()
    }

    /// The connection that was used last: the others can grow old.
    fn take(&self, index: usize) -> Option<Box<Connection>> {
        let idle = self.idle().get_mut(index)?.pop()?;
        (idle.since.elapsed() < IDLE_FOR).then_some(idle.connection)
    }

    fn put(&self, index: usize, connection: Box<Connection>) {
        let mut idle = self.idle();
        let Some(kept) = idle.get_mut(index) else { return };
        if kept.len() < IDLE_CONNECTIONS {
            kept.push(Idle { connection, since: Instant::now() });
        }
    }

    /// Closes connections that are idle for too long, or that their server has closed.
    fn sweep(&self) {
        let is_usable = |idle: &mut Idle| idle.since.elapsed() < IDLE_FOR && idle.connection.is_idle();
        self.idle().iter_mut().for_each(|kept| kept.retain_mut(is_usable));
    }
}

/// An answer whose body drives its connection.
fn driven((response, connection): (Response<Incoming>, Box<Connection>)) -> Response<Http1Body> {
    response.map(|incoming| Http1Body::new(incoming, connection))
}

impl PoolHandle {
    /// Keeps a connection for the next call, if it can take one.
    fn put_back(self, mut connection: Box<Connection>) {
        if let Some(client) = self.client.upgrade()
            && connection.is_idle()
        {
            client.put(self.index, connection);
        }
    }
}

async fn sweep_until_dropped(client: Weak<Http1Client>) {
    loop {
        sleep(SWEEP_EVERY).await;
        let Some(client) = client.upgrade() else { return };
        client.sweep();
    }
}
