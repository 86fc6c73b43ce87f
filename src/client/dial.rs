//! How a hub elsewhere is reached: in the open, or over TLS with an authority that this screen
//! knows: one whose file it was given, or the hub's own, by the fingerprint that was shown when the
//! screen was invited. The system's authorities are none of them: no stranger vouches for a till.

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::{Context, bail};
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, DigitallySignedStruct, RootCertStore, SignatureScheme};
use sha2::{Digest, Sha256};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use crate::domain::der;

/// Fewer digits of a fingerprint could be matched by somebody with patience.
const PIN_DIGITS: usize = 32;

/// Bytes to and from a hub.
pub trait Line: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Line for T {}

/// A hub and the way to it. Cheap to clone.
#[derive(Clone)]
pub struct Dial {
    /// "192.168.1.10:8080"
    pub authority: String,
    tls: Option<TlsConnector>,
    pinned: Option<Arc<House>>,
}

/// What a screen trusts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trust {
    /// The authorities of a PEM file.
    Authority(Vec<u8>),
    /// The hub's own authority as PEM, kept from when this screen was enrolled.
    House(Vec<u8>),
    /// The hub's own authority with that fingerprint (SHA-256, at least 32 hexadecimal digits of it).
    Fingerprint(String),
}

impl Dial {
    /// Without TLS.
    pub fn open(authority: impl Into<String>) -> Dial {
        Dial { authority: authority.into(), tls: None, pinned: None }
    }

    pub fn trusting(authority: impl Into<String>, trust: &Trust) -> anyhow::Result<Dial> {
        let provider = Arc::new(ring::default_provider());
        let builder = rustls::ClientConfig::builder_with_provider(provider.clone()).with_safe_default_protocol_versions()?;
        let mut pinned = None;
        let mut config = match trust {
            Trust::Authority(pem) => builder.with_root_certificates(roots(pem)?).with_no_client_auth(),
            Trust::House(pem) => {
                let known = CertificateDer::from_pem_slice(pem).context("the kept authority is no certificate in PEM")?;
                let verifier = House { known: Known::Whole(known), provider, met: Mutex::default() };
                builder.dangerous().with_custom_certificate_verifier(Arc::new(verifier)).with_no_client_auth()
            }
            Trust::Fingerprint(digits) => {
                let pin: String = digits.chars().filter(char::is_ascii_hexdigit).collect::<String>().to_ascii_lowercase();
                if pin.len() < PIN_DIGITS {
                    bail!("a fingerprint has at least {PIN_DIGITS} hexadecimal digits; `kasir authority` on the hub shows it");
                }
                let verifier = Arc::new(House { known: Known::Begins(pin), provider, met: Mutex::default() });
                pinned = Some(verifier.clone());
                builder.dangerous().with_custom_certificate_verifier(verifier).with_no_client_auth()
            }
        };
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Dial { authority: authority.into(), tls: Some(TlsConnector::from(Arc::new(config))), pinned })
    }

    /// Where the socket is.
    pub fn socket_url(&self) -> String {
        format!("{}://{}/ws", if self.tls.is_some() { "wss" } else { "ws" }, self.authority)
    }

    /// The authority that the fingerprint belonged to, once the hub has shown it: kept, it is trusted
    /// from then on without the fingerprint.
    pub fn met(&self) -> Option<String> {
        let met = self.pinned.as_ref()?.met.lock().unwrap_or_else(|e| e.into_inner()).clone()?;
        let body = data_encoding::BASE64.encode(&met);
        let lines: Vec<&str> = (0..body.len()).step_by(64).filter_map(|at| body.get(at..(at + 64).min(body.len()))).collect();
        Some(format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", lines.join("\n")))
    }

    pub async fn connect(&self) -> std::io::Result<Box<dyn Line>> {
        let stream = TcpStream::connect(&self.authority).await?;
        stream.set_nodelay(true)?;
        let Some(tls) = &self.tls else { return Ok(Box::new(stream)) };
        let host = self.authority.rsplit_once(':').map_or(self.authority.as_str(), |(host, _)| host);
        let name = ServerName::try_from(host.trim_matches(['[', ']']).to_owned()).map_err(std::io::Error::other)?;
        Ok(Box::new(tls.connect(name, stream).await?))
    }
}

fn roots(pem: &[u8]) -> anyhow::Result<RootCertStore> {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(pem) {
        roots.add(certificate.context("the authority's file is no certificate in PEM")?)?;
    }
    if roots.is_empty() {
        bail!("the authority's file holds no certificate");
    }
    Ok(roots)
}

/// Reads what a screen was given to trust.
pub fn authority_file(path: &Path) -> anyhow::Result<Trust> {
    Ok(Trust::Authority(std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?))
}

/// Trusts a house's own authority and what it has signed, whatever day this screen takes it for: a Pi
/// that wakes up without the date must find its hub all the same. The hub's certificates last a
/// year and their keys never leave its memory.
#[derive(Debug)]
struct House {
    known: Known,
    provider: Arc<rustls::crypto::CryptoProvider>,
    met: Mutex<Option<Vec<u8>>>,
}

/// What is known of the authority.
#[derive(Debug)]
enum Known {
    Whole(CertificateDer<'static>),
    /// Its fingerprint begins so; the certificate itself stands in the chain.
    Begins(String),
}

impl ServerCertVerifier for House {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let begins = |c: &CertificateDer<'_>, pin: &str| data_encoding::HEXLOWER.encode(&Sha256::digest(c)).starts_with(pin);
        let authority = match &self.known {
            Known::Whole(known) => known,
            Known::Begins(pin) => intermediates.iter().find(|c| begins(c, pin)).ok_or(CertificateError::UnknownIssuer)?,
        };
        let mut roots = RootCertStore::empty();
        roots.add(authority.clone().into_owned())?;
        let (from_ms, to_ms) = der::validity_ms(end_entity).ok_or(CertificateError::BadEncoding)?;
        let seconds = |ms: i64| u64::try_from(ms / 1_000).unwrap_or(0);
        let now = UnixTime::since_unix_epoch(Duration::from_secs(
            now.as_secs().max(seconds(from_ms) + 1).min(seconds(to_ms).saturating_sub(1)),
        ));
        let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), self.provider.clone())
            .build()
            .map_err(|e| rustls::Error::General(e.to_string()))?;
        let verified = verifier.verify_server_cert(end_entity, intermediates, server_name, ocsp, now)?;
        *self.met.lock().unwrap_or_else(|e| e.into_inner()) = Some(authority.to_vec());
        Ok(verified)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        rustls::crypto::verify_tls12_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        rustls::crypto::verify_tls13_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_fingerprint_and_a_file_without_certificates_are_refused() {
        let short = Dial::trusting("h:1", &Trust::Fingerprint("AB:CD:EF".to_owned()));
        assert!(short.err().unwrap().to_string().contains("at least 32"));
        assert!(Dial::trusting("h:1", &Trust::Authority(b"hello".to_vec())).is_err());
        let good = Dial::trusting("h:1", &Trust::Fingerprint("ab:".repeat(32))).unwrap();
        assert_eq!((good.socket_url().as_str(), good.met()), ("wss://h:1/ws", None));
    }
}
