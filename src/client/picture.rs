//! Product pictures for a screen on another machine: one GET to the hub.

use std::time::Duration;

use http_body_util::{BodyExt, Empty, Limited};
use hyper::Request;
use hyper::body::Bytes;
use hyper_util::rt::TokioIo;

use crate::client::dial::Dial;

/// Larger than any picture that a hub serves.
const PICTURE_MAX: usize = 5 * 1024 * 1024;
const PATIENCE: Duration = Duration::from_secs(10);

/// The picture behind `path` on that hub; none when it
/// cannot be had, for a till sells without pictures too.
pub async fn fetch(dial: &Dial, path: &str) -> Option<Vec<u8>> {
    match tokio::time::timeout(PATIENCE, get(dial, path)).await {
        Ok(Ok(bytes)) => Some(bytes),
        Ok(Err(error)) => {
            tracing::debug!(%error, path, "a picture could not be fetched");
            None
        }
        Err(_) => None,
    }
}

async fn get(dial: &Dial, path: &str) -> anyhow::Result<Vec<u8>> {
    let stream = dial.connect().await?;
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    let driving = tokio::spawn(connection);
    let request = Request::get(path).header("host", &dial.authority).header("connection", "close").body(Empty::<Bytes>::new())?;
    let response = sender.send_request(request).await?;
    anyhow::ensure!(response.status().is_success(), "{}", response.status());
    let body = Limited::new(response.into_body(), PICTURE_MAX).collect().await.map_err(|e| anyhow::anyhow!(e))?;
    driving.abort();
    Ok(body.to_bytes().to_vec())
}
