//! The edge for browsers and remote screens: one port, HTTP/1.1 and WebSocket. Limits on
//! everything come first; then the pages, pictures and the socket. No business here.

pub mod address;
pub mod api;
pub mod assets;
pub mod guard;
pub mod metrics;
pub mod routes;
pub mod socket;
pub mod tls;

use std::collections::HashMap;
use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use hyper::Request;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_io_timeout::TimeoutStream;
use tokio_rustls::TlsAcceptor;

use crate::hub::Hub;
use crate::web::guard::Guard;
use crate::web::tls::Tls;

/// Connections in all: a full house with a phone each, and its screens.
const CONNECTIONS: usize = 512;
/// Of them, for the house's own screens: whoever comes from where one of those has come.
const FOR_THE_HOUSE: usize = 64;
/// Connections of one address: a dining room may share one.
const CONNECTIONS_PER_ADDRESS: usize = 300;
/// A request's head must be there by then; also how long an idle connection is kept.
const HEAD: Duration = Duration::from_secs(10);
/// How long a piece of an answer may wait to be taken.
const WRITE: Duration = Duration::from_secs(30);
/// Header lines, and bytes of a request's head.
const HEADERS: usize = 64;
const HEAD_BYTES: usize = 64 * 1024;
/// After the process has run out of files: give it time to close some.
const OUT_OF_FILES: Duration = Duration::from_millis(200);

/// What the ports share: the places for connections, and who may be spoken to.
#[derive(Clone)]
pub struct Entrance {
    hub: Arc<Hub>,
    guard: Arc<Guard>,
    service: routes::Service,
    places: Arc<Semaphore>,
    house_places: Arc<Semaphore>,
    addresses: Arc<Addresses>,
}

impl Entrance {
    /// `tls` is the port with TLS, if there is one: whoever looks at the house's health sees its certificate.
    pub fn new(hub: Arc<Hub>, guard: Guard, tls: Option<Arc<Tls>>) -> Entrance {
        let guard = Arc::new(guard);
        let service = routes::service(hub.clone(), guard.clone(), tls);
        let places = Arc::new(Semaphore::new(CONNECTIONS - FOR_THE_HOUSE));
        let house_places = Arc::new(Semaphore::new(FOR_THE_HOUSE));
        Entrance { hub, guard, service, places, house_places, addresses: Arc::default() }
    }
}

/// Serves a port until the hub stops; with TLS if it has an acceptor.
pub async fn serve(entrance: Entrance, listener: TcpListener, tls: Option<TlsAcceptor>) {
    let Entrance { hub, guard, service, places, house_places, addresses } = entrance;
    let mut stopping = hub.stopping();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = async { drop(stopping.wait_for(|s| *s).await) } => return,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::warn!(%error, "no connection can be taken");
                tokio::time::sleep(OUT_OF_FILES).await;
                continue;
            }
        };
        // One too many is closed at once, before it costs anything.
        let regular = hub.regulars.knows(peer.ip());
        let place = match places.clone().try_acquire_owned() {
            Err(_) if regular => house_places.clone().try_acquire_owned(),
            place => place,
        };
        let Ok(place) = place else {
            tracing::warn!(%peer, "all {CONNECTIONS} connections are taken");
            continue;
        };
        let Some(seat) = addresses.take(peer.ip()) else {
            tracing::warn!(%peer, "this address has all the connections it may have");
            continue;
        };
        let admission = Admission(Arc::new((place, seat)));
        // Small frames must not wait for company.
        let _ = stream.set_nodelay(true);
        let talk = Talk {
            hub: hub.clone(),
            peer,
            admission,
            service: service.clone(),
            guard: guard.clone(),
            secure: Secure(tls.is_some()),
        };
        match tls.clone() {
            None => drop(tokio::spawn(talk.converse(stream))),
            Some(tls) => drop(tokio::spawn(async move {
                // Whoever says nothing is let go as soon as one who sends no head.
                match tokio::time::timeout(HEAD, tls.accept(stream)).await {
                    Ok(Ok(stream)) => talk.converse(stream).await,
                    Ok(Err(error)) => tracing::debug!(%peer, %error, "no TLS came about"),
                    Err(_) => tracing::debug!(%peer, "no TLS came about in time"),
                }
            })),
        }
    }
}

/// Whether a request came over TLS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Secure(pub bool);

/// A place among the connections, free again when the last copy of this is gone. A socket takes
/// one along when it leaves HTTP behind.
#[derive(Clone)]
pub struct Admission(#[expect(dead_code, reason = "held, not read")] Arc<(OwnedSemaphorePermit, Seat)>);

/// The address that a request came from.
#[derive(Debug, Clone, Copy)]
pub struct Peer(pub IpAddr);

/// One connection, whatever carries it.
struct Talk {
    hub: Arc<Hub>,
    peer: SocketAddr,
    admission: Admission,
    service: routes::Service,
    guard: Arc<Guard>,
    secure: Secure,
}

impl Talk {
    async fn converse(self, stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static) {
        let Talk { hub, peer, admission, service, guard, secure } = self;
        // Whoever takes nothing of what is sent is let go, whatever it was.
        let mut stream = TimeoutStream::new(stream);
        stream.set_write_timeout(Some(WRITE));
        let answer = service_fn(move |mut request: Request<Incoming>| {
            let (service, hub, refusal) = (service.clone(), hub.clone(), guard.refuse(&request, secure));
            request.extensions_mut().insert(admission.clone());
            request.extensions_mut().insert(Peer(peer.ip()));
            request.extensions_mut().insert(secure);
            async move {
                Ok::<warp::reply::Response, Infallible>(match refusal {
                    Some(refusal) => routes::refused(refusal),
                    None if request.uri().path().starts_with(api::PREFIX) => {
                        warp::Reply::into_response(api::answer(hub, request, peer.ip()).await)
                    }
                    None => service.answer(request).await,
                })
            }
        });
        let served = hyper::server::conn::http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEAD)
            .max_headers(HEADERS)
            .max_buf_size(HEAD_BYTES)
            .serve_connection(TokioIo::new(Box::pin(stream)), answer)
            .with_upgrades()
            .await;
        if let Err(error) = served {
            tracing::debug!(%peer, %error, "a connection ended badly");
        }
    }
}

/// How many connections each address has.
#[derive(Default)]
struct Addresses(Mutex<HashMap<IpAddr, usize>>);

pub struct Seat {
    addresses: Arc<Addresses>,
    ip: IpAddr,
}

impl Addresses {
    fn lock(&self) -> MutexGuard<'_, HashMap<IpAddr, usize>> {
        self.0.lock().unwrap_or_else(|e| e.into_inner())
    }

    fn take(self: &Arc<Self>, ip: IpAddr) -> Option<Seat> {
        let mut counts = self.lock();
        let count = counts.entry(ip).or_insert(0);
        if *count >= CONNECTIONS_PER_ADDRESS {
            return None;
        }
        *count += 1;
        Some(Seat { addresses: self.clone(), ip })
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut counts = self.addresses.lock();
        if let Some(count) = counts.get_mut(&self.ip) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&self.ip);
            }
        }
    }
}
