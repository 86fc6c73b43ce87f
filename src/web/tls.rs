//! TLS for the staff's screens, on a port of its own: with a certificate that somebody keeps as
//! files, or with one that kasir signs by an authority of its own. Guests stay on plain HTTP, for no
//! phone knows a restaurant's authority. Certificates are looked at anew now and then: a file that
//! was renewed, an address that has changed. Never HSTS: the plain port of the same address is the
//! guests'.

use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, RwLock};
use std::time::{Duration, SystemTime};

use anyhow::{Context, bail};
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose, date_time_ymd,
};
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use serde::Serialize;
use sha2::{Digest, Sha256};
use tokio_rustls::TlsAcceptor;

use crate::domain::der;
use crate::domain::time::{BusinessDay, Clock};
use crate::hub::whereabouts::Whereabouts;

/// How often files and addresses are looked at.
const LOOK: Duration = Duration::from_secs(10);
/// A certificate that ends sooner is warned of.
const SOON_MS: i64 = 14 * DAY_MS;
/// How long one of kasir's own lasts: less than what Apple takes from an authority of one's own.
const OWN_DAYS: i32 = 390;
const DAY_MS: i64 = 24 * 60 * 60 * 1_000;
/// What is handed in by the service manager under these names (`/etc/kasir/credentials`).
const CREDENTIALS: (&str, &str) = ("kasir_tls-certificate.pem", "kasir_tls-key.pem");

/// Where certificates come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// Somebody else's, as PEM: the chain and its key.
    Files { certificate: PathBuf, key: PathBuf },
    /// kasir's own authority, kept in that folder.
    Own { folder: PathBuf },
}

impl Source {
    /// What the configuration names, else what the service manager hands in, else the own authority.
    pub fn choose(named: Option<(PathBuf, PathBuf)>, credentials: Option<PathBuf>, data: &Path) -> Source {
        let handed = credentials.map(|folder| (folder.join(CREDENTIALS.0), folder.join(CREDENTIALS.1)));
        match named.or(handed.filter(|(certificate, key)| certificate.exists() && key.exists())) {
            Some((certificate, key)) => Source::Files { certificate, key },
            None => Source::Own { folder: data.join(FOLDER) },
        }
    }
}

/// A port with TLS.
pub struct Tls {
    source: Source,
    names: Vec<String>,
    whereabouts: Whereabouts,
    clock: Arc<dyn Clock>,
    shown: RwLock<Result<Arc<Shown>, String>>,
}

/// The certificate that is shown now.
struct Shown {
    key: Arc<CertifiedKey>,
    /// What it was made from: when it differs, it is made anew.
    mark: Mark,
    ends_ms: i64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Mark {
    Files(Option<SystemTime>, Option<SystemTime>),
    Own(IpAddr),
}

/// How the certificate does, for people and watchdogs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TlsState {
    pub own_authority: bool,
    pub ends_ms: i64,
    pub days_left: i64,
    /// What is wrong with it, and what to do; none while all is well.
    pub warning: Option<String>,
}

impl Tls {
    /// Reads or makes the certificate. `names` are those under which browsers reach this machine. Without one the port
    /// turns everybody away until there is one: guests come by the other port, and no file keeps the house shut.
    pub fn open(source: Source, names: Vec<String>, whereabouts: Whereabouts, clock: Arc<dyn Clock>) -> Arc<Tls> {
        let first = make(&source, &names, whereabouts, clock.now().wall_ms).map(Arc::new).map_err(|error| {
            let cause = format!("TLS cannot be had; mend [tls] in the configuration, or take its `listen` out: {error:#}");
            tracing::error!("{cause}");
            cause
        });
        Arc::new(Tls { source, names, whereabouts, clock, shown: RwLock::new(first) })
    }

    /// Takes connections with whatever certificate is the newest.
    pub fn acceptor(self: &Arc<Tls>) -> anyhow::Result<TlsAcceptor> {
        let mut config = rustls::ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_cert_resolver(Arc::new(Newest(self.clone())));
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(TlsAcceptor::from(Arc::new(config)))
    }

    /// Looks now and then, until the task is dropped.
    pub async fn keep_fresh(self: Arc<Tls>) {
        let mut looks = tokio::time::interval(LOOK);
        loop {
            looks.tick().await;
            let own = self.clone();
            let looked = tokio::task::spawn_blocking(move || own.look()).await;
            match looked {
                Ok(Ok(true)) => tracing::info!("the certificate was renewed"),
                Ok(Ok(false)) => {}
                // The one that is there goes on being shown.
                Ok(Err(error)) => tracing::warn!("the new certificate cannot be used: {error:#}"),
                Err(error) => tracing::error!(%error, "looking at the certificate failed inside the program"),
            }
        }
    }

    /// Whether another one is shown from now on.
    fn look(&self) -> anyhow::Result<bool> {
        let now_ms = self.clock.now().wall_ms;
        if let Ok(shown) = self.shown() {
            let own = matches!(self.source, Source::Own { .. });
            // A clock that was set right later has made one that ends too soon, or begins too late.
            let lasts = (30 * DAY_MS..=i64::from(OWN_DAYS) * DAY_MS).contains(&(shown.ends_ms - now_ms));
            if mark(&self.source, self.whereabouts) == shown.mark && (!own || lasts) {
                return Ok(false);
            }
        }
        let next = make(&self.source, &self.names, self.whereabouts, now_ms)?;
        *self.shown.write().unwrap_or_else(|e| e.into_inner()) = Ok(Arc::new(next));
        Ok(true)
    }

    /// The certificate, or why there is none.
    fn shown(&self) -> Result<Arc<Shown>, String> {
        self.shown.read().unwrap_or_else(|e| e.into_inner()).clone()
    }

    pub fn state(&self) -> TlsState {
        let own_authority = matches!(self.source, Source::Own { .. });
        let shown = match self.shown() {
            Ok(shown) => shown,
            Err(cause) => return TlsState { own_authority, ends_ms: 0, days_left: 0, warning: Some(cause) },
        };
        let left_ms = shown.ends_ms - self.clock.now().wall_ms;
        let warning = match left_ms {
            ..=0 => Some("the certificate for TLS has expired: renew the files, screens on the TLS port turn away".to_owned()),
            1..SOON_MS => Some("the certificate for TLS expires soon: renew the files".to_owned()),
            _ => None,
        };
        TlsState { own_authority, ends_ms: shown.ends_ms, days_left: left_ms.div_euclid(DAY_MS), warning }
    }

    /// The authority that a screen elsewhere is to trust, as PEM, and its fingerprint; none when the
    /// certificate is somebody else's.
    pub fn authority(&self) -> anyhow::Result<Option<(String, String)>> {
        match &self.source {
            Source::Files { .. } => Ok(None),
            Source::Own { folder } => known(folder),
        }
    }
}

/// The own authority of that data directory, if one was ever made.
pub fn authority_of(data: &Path) -> anyhow::Result<Option<(String, String)>> {
    known(&data.join(FOLDER))
}

fn known(folder: &Path) -> anyhow::Result<Option<(String, String)>> {
    let pem = match std::fs::read_to_string(folder.join(AUTHORITY)) {
        Ok(pem) => pem,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(e).context("the own authority cannot be read"),
    };
    let der = CertificateDer::from_pem_slice(pem.as_bytes()).context("the own authority's file is damaged")?;
    Ok(Some((pem, fingerprint(&der))))
}

/// SHA-256 of a certificate, as people compare it.
pub fn fingerprint(certificate: &[u8]) -> String {
    data_encoding::HEXLOWER.encode(&Sha256::digest(certificate))
}

/// Hands out what is shown at the moment of the handshake.
struct Newest(Arc<Tls>);

impl std::fmt::Debug for Newest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Newest")
    }
}

impl ResolvesServerCert for Newest {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.0.shown().ok()?.key.clone())
    }
}

fn mark(source: &Source, whereabouts: Whereabouts) -> Mark {
    match source {
        Source::Files { certificate, key } => {
            let changed = |path: &Path| std::fs::metadata(path).and_then(|m| m.modified()).ok();
            Mark::Files(changed(certificate), changed(key))
        }
        Source::Own { .. } => Mark::Own(whereabouts.address().ip()),
    }
}

fn make(source: &Source, names: &[String], whereabouts: Whereabouts, now_ms: i64) -> anyhow::Result<Shown> {
    let mark = mark(source, whereabouts);
    let (chain, key) = match source {
        Source::Files { certificate, key } => read(certificate, key)?,
        Source::Own { folder } => issue(folder, names, whereabouts.address().ip(), now_ms)?,
    };
    let ends_ms = chain
        .first()
        .and_then(|leaf| der::validity_ms(leaf))
        .map(|(_, ends_ms)| ends_ms)
        .context("the certificate does not say when it ends")?;
    let signing = ring::sign::any_supported_type(&key).context("the key of the certificate is of no known kind")?;
    let key = CertifiedKey::new(chain, signing);
    match key.keys_match() {
        Ok(()) | Err(rustls::Error::InconsistentKeys(rustls::InconsistentKeys::Unknown)) => {}
        Err(_) => bail!("the key is not the certificate's"),
    }
    Ok(Shown { key: Arc::new(key), mark, ends_ms })
}

type Pair = (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>);

fn read(certificate: &Path, key: &Path) -> anyhow::Result<Pair> {
    let named = |path: &Path| format!("cannot read {}", path.display());
    let chain: Result<Vec<_>, _> = CertificateDer::pem_file_iter(certificate).with_context(|| named(certificate))?.collect();
    let chain = chain.with_context(|| named(certificate))?;
    let key = PrivateKeyDer::from_pem_file(key).with_context(|| named(key))?;
    Ok((chain, key))
}

/// The own authority's folder in the data directory, and its files.
const FOLDER: &str = "tls";
const AUTHORITY: &str = "ca.pem";
const AUTHORITY_KEY: &str = "ca.key.pem";

/// A certificate of the own authority for this machine's address and names. The authority is made
/// when there is none; it stays, for screens know it.
fn issue(folder: &Path, names: &[String], ip: IpAddr, now_ms: i64) -> anyhow::Result<Pair> {
    let (authority, issuer) = authority(folder)?;
    let mut known: Vec<String> = vec![ip.to_string(), "127.0.0.1".to_owned(), "::1".to_owned(), "localhost".to_owned()];
    known.extend(names.iter().cloned());
    known.dedup();
    let mut params = CertificateParams::new(known)?;
    params.distinguished_name.push(DnType::CommonName, "kasir");
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.use_authority_key_identifier_extension = true;
    let today = BusinessDay::at(now_ms, &jiff::tz::TimeZone::UTC, 0);
    let day = |offset: i32| {
        let (year, month, day) = today.plus_days(offset).date();
        date_time_ymd(i32::from(year), u8::try_from(month).unwrap_or(1), u8::try_from(day).unwrap_or(1))
    };
    (params.not_before, params.not_after) = (day(-30), day(OWN_DAYS - 1));
    let key = KeyPair::generate()?;
    let leaf = params.signed_by(&key, &issuer)?;
    let der = PrivateKeyDer::try_from(key.serialize_der()).map_err(|e| anyhow::anyhow!("{e}"))?;
    Ok((vec![leaf.der().clone(), authority], der))
}

fn authority(folder: &Path) -> anyhow::Result<(CertificateDer<'static>, Issuer<'static, KeyPair>)> {
    // Nothing here depends on the day: the same authority comes of the same key.
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, "kasir");
    params.distinguished_name.push(DnType::OrganizationName, "kasir, this house's own authority");
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    (params.not_before, params.not_after) = (date_time_ymd(2020, 1, 1), date_time_ymd(2060, 1, 1));
    let (pem, key_pem) = (folder.join(AUTHORITY), folder.join(AUTHORITY_KEY));
    if !pem.exists() || !key_pem.exists() {
        std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
        let key = KeyPair::generate()?;
        keep(&key_pem, &key.serialize_pem())?;
        keep(&pem, &params.self_signed(&key)?.pem())?;
    }
    let named = |path: &Path| format!("cannot read {}", path.display());
    let key = KeyPair::from_pem(&std::fs::read_to_string(&key_pem).with_context(|| named(&key_pem))?)?;
    let certificate = CertificateDer::from_pem_file(&pem).with_context(|| named(&pem))?;
    Ok((certificate, Issuer::new(params, key)))
}

/// Readable by its owner only: whoever has it can be this house to its screens.
fn keep(file: &Path, text: &str) -> anyhow::Result<()> {
    use std::io::Write;
    use std::os::unix::fs::OpenOptionsExt;
    let mut out = std::fs::OpenOptions::new()
        .create(true)
        .truncate(true)
        .write(true)
        .mode(0o600)
        .open(file)
        .with_context(|| format!("cannot write {}", file.display()))?;
    out.write_all(text.as_bytes())?;
    Ok(out.sync_all()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::ManualClock;

    const NOW_MS: i64 = 1_936_094_400_000;

    fn open(source: Source, clock: Arc<ManualClock>) -> Arc<Tls> {
        let whereabouts = Whereabouts::new("127.0.0.1:8080".parse().unwrap());
        Tls::open(source, vec!["kasir.local".to_owned()], whereabouts, clock)
    }

    #[test]
    fn the_own_authority_stays_and_its_certificates_are_renewed_in_time() {
        let folder = tempfile::tempdir().unwrap();
        let source = Source::choose(None, None, folder.path());
        let clock = Arc::new(ManualClock::at(NOW_MS));
        let tls = open(source.clone(), clock.clone());
        let before = tls.authority().unwrap().unwrap();
        let state = tls.state();
        assert_eq!((state.own_authority, state.days_left, state.warning), (true, 388, None));
        assert!(!tls.look().unwrap(), "it lasts");
        clock.jump_to(NOW_MS + 365 * DAY_MS, true);
        assert!(tls.look().unwrap() && tls.state().days_left > 300, "before it ends there is another");
        clock.jump_to(NOW_MS, true);
        assert!(tls.look().unwrap() && tls.state().days_left == 388, "one of a day that has not come is none");
        assert_eq!(open(source, clock).authority().unwrap().unwrap(), before, "screens know it over a restart");
        use std::os::unix::fs::PermissionsExt;
        for file in [AUTHORITY, AUTHORITY_KEY] {
            let mode = std::fs::metadata(folder.path().join("tls").join(file)).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "{file}");
        }
    }

    #[test]
    fn files_are_warned_of_before_they_end_and_taken_when_they_change() {
        let folder = tempfile::tempdir().unwrap();
        let write = |from: i64| {
            let (chain, key) = issue(&folder.path().join("ca"), &[], IpAddr::from([127, 0, 0, 1]), from).unwrap();
            let pem = |tag: &str, der: &[u8]| {
                let body = data_encoding::BASE64.encode(der);
                format!("-----BEGIN {tag}-----\n{body}\n-----END {tag}-----\n")
            };
            std::fs::write(folder.path().join("c"), pem("CERTIFICATE", &chain[0])).unwrap();
            std::fs::write(folder.path().join("k"), pem("PRIVATE KEY", key.secret_der())).unwrap();
        };
        write(NOW_MS - 380 * DAY_MS);
        let clock = Arc::new(ManualClock::at(NOW_MS));
        let source = Source::Files { certificate: folder.path().join("c"), key: folder.path().join("k") };
        let tls = open(source, clock.clone());
        assert!(tls.state().warning.unwrap().contains("soon") && tls.authority().unwrap().is_none());
        clock.jump_to(NOW_MS + 20 * DAY_MS, true);
        assert!(tls.state().warning.unwrap().contains("has expired"));
        assert!(!tls.look().unwrap(), "the same files");
        std::fs::write(folder.path().join("k"), "rubbish").unwrap();
        assert!(tls.look().is_err() && tls.state().days_left < 0, "what cannot be used is left alone");
        write(NOW_MS);
        assert!(tls.look().unwrap() && tls.state().warning.is_none());
    }
}
