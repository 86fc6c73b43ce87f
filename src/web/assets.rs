//! The browser's pages, built by Vite and put into the program; packed once at start.

use std::collections::HashMap;
use std::io::Write;
use std::sync::OnceLock;

use flate2::Compression;
use flate2::write::GzEncoder;
use rust_embed::Embed;
use sha2::{Digest, Sha256};

#[derive(Embed)]
#[folder = "ui/web/dist"]
#[allow_missing = true]
struct Files;

/// A file ready to be sent.
pub struct Asset {
    pub bytes: Vec<u8>,
    /// Packed, when that makes it smaller.
    pub gzip: Option<Vec<u8>>,
    pub mime: &'static str,
    pub etag: String,
    /// Its name carries a hash of its content, so it never changes.
    pub immutable: bool,
}

pub struct Assets {
    files: HashMap<String, Asset>,
    /// Names this build of the pages.
    pub build: String,
}

/// All of them, packed when first asked for.
pub fn all() -> &'static Assets {
    static ALL: OnceLock<Assets> = OnceLock::new();
    ALL.get_or_init(load)
}

impl Assets {
    pub fn get(&self, path: &str) -> Option<&Asset> {
        self.files.get(path)
    }
}

fn load() -> Assets {
    let mut names: Vec<String> = Files::iter().map(|n| n.into_owned()).collect();
    names.sort();
    let mut hasher = Sha256::new();
    let mut raw: Vec<(String, Vec<u8>)> = Vec::new();
    for name in names {
        if let Some(file) = Files::get(&name) {
            hasher.update(name.as_bytes());
            hasher.update(&file.data);
            raw.push((name, file.data.into_owned()));
        }
    }
    let build = short(&hasher.finalize());
    let files = raw.into_iter().map(|(name, bytes)| (name.clone(), asset(&name, bytes, &build))).collect();
    Assets { files, build }
}

fn asset(name: &str, bytes: Vec<u8>, build: &str) -> Asset {
    let mime = mime(name);
    // The page learns which build it is; everything else is sent as it is.
    let bytes = match mime == HTML {
        true => String::from_utf8_lossy(&bytes).replace("%KASIR_BUILD%", build).into_bytes(),
        false => bytes,
    };
    let gzip = pack(&bytes).filter(|packed| packed.len() < bytes.len());
    Asset { gzip, mime, etag: format!("\"{}\"", short(&Sha256::digest(&bytes))), immutable: name.starts_with("assets/"), bytes }
}

fn pack(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).ok()?;
    encoder.finish().ok()
}

fn short(hash: &[u8]) -> String {
    data_encoding::HEXLOWER.encode(&hash[..8])
}

const HTML: &str = "text/html; charset=utf-8";

fn mime(name: &str) -> &'static str {
    match name.rsplit_once('.').map_or("", |(_, e)| e) {
        "html" => HTML,
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "woff2" => "font/woff2",
        "json" | "webmanifest" => "application/json",
        _ => "application/octet-stream",
    }
}
