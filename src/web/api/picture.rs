//! Pictures that come in, made small and plain: whatever a file carries beside its pixels
//! (places, names, programs) stays behind. And QR codes.

use std::io::Cursor;

use data_encoding::HEXLOWER;
use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, ImageFormat, ImageReader, Limits};
use sha2::{Digest, Sha256};

/// A tile on a large tablet is some 300 dots wide; a phone's has three dots for each.
const EDGE: u32 = 640;
/// A camera's picture: more is somebody who wants to fill the memory.
const PIXELS_MAX: u32 = 12_000;
const MEMORY_MAX: u64 = 200 * 1024 * 1024;
const QUALITY: u8 = 82;

/// The picture as it is kept: its hash and its bytes; none when it is no picture. Photographs
/// become JPEG, drawings with transparent parts PNG. Slow.
pub fn prepare(bytes: &[u8]) -> Option<(String, Vec<u8>)> {
    let mut reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format().ok()?;
    if !matches!(reader.format()?, ImageFormat::Png | ImageFormat::Jpeg | ImageFormat::WebP) {
        return None;
    }
    let mut limits = Limits::default();
    (limits.max_image_width, limits.max_image_height) = (Some(PIXELS_MAX), Some(PIXELS_MAX));
    limits.max_alloc = Some(MEMORY_MAX);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().ok()?;
    // The limit above is for what the decoder needs; this is for what comes out.
    if image::ImageDecoder::total_bytes(&decoder) > MEMORY_MAX {
        return None;
    }
    // Phones turn their pictures by a note in the file, which is left behind: turn the pixels.
    let turned = image::ImageDecoder::orientation(&mut decoder).ok()?;
    let mut picture = DynamicImage::from_decoder(decoder).ok()?;
    picture.apply_orientation(turned);
    if picture.width().max(picture.height()) > EDGE {
        picture = picture.resize(EDGE, EDGE, image::imageops::FilterType::CatmullRom);
    }
    let mut out = Cursor::new(Vec::new());
    let clear = picture.color().has_alpha() && picture.to_rgba8().pixels().any(|p| p.0[3] < 255);
    match clear {
        true => picture.into_rgba8().write_to(&mut out, ImageFormat::Png).ok()?,
        false => picture.into_rgb8().write_with_encoder(JpegEncoder::new_with_quality(&mut out, QUALITY)).ok()?,
    }
    let bytes = out.into_inner();
    Some((HEXLOWER.encode(&Sha256::digest(&bytes)), bytes))
}

/// A QR code as a drawing: one path, four modules of quiet around it.
pub fn qr_svg(text: &str) -> Option<String> {
    let code = qrcodegen::QrCode::encode_text(text, qrcodegen::QrCodeEcc::Medium).ok()?;
    let size = code.size();
    let dark = (0..size).flat_map(|y| (0..size).map(move |x| (x, y))).filter(|(x, y)| code.get_module(*x, *y));
    let path: String = dark.map(|(x, y)| format!("M{} {}h1v1h-1z", x + 4, y + 4)).collect();
    let edge = size + 8;
    Some(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {edge} {edge}\" shape-rendering=\"crispEdges\">\
         <path fill=\"#fff\" d=\"M0 0h{edge}v{edge}H0z\"/><path d=\"{path}\"/></svg>"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{Rgb, RgbImage, Rgba, RgbaImage};

    fn packed(picture: impl Into<DynamicImage>, format: ImageFormat) -> Vec<u8> {
        let mut out = Cursor::new(Vec::new());
        picture.into().write_to(&mut out, format).unwrap();
        out.into_inner()
    }

    #[test]
    fn a_picture_becomes_small_and_carries_nothing_else() {
        let photograph = RgbImage::from_fn(1_200, 900, |x, y| Rgb([(x % 256) as u8, (y % 256) as u8, 90]));
        let mut file = packed(photograph, ImageFormat::Jpeg);
        // A comment segment, as programs leave them: after the start marker.
        file.splice(2..2, [0xff, 0xfe, 0, 8].into_iter().chain(*b"secret"));
        let (hash, bytes) = prepare(&file).unwrap();
        let small = image::load_from_memory(&bytes).unwrap();
        assert_eq!((small.width(), small.height(), hash.len()), (640, 480, 64));
        assert!(bytes.starts_with(&[0xff, 0xd8]) && !bytes.windows(6).any(|w| w == b"secret"));
        let drawing = RgbaImage::from_fn(40, 20, |x, _| Rgba([200, 0, 0, if x < 20 { 0 } else { 255 }]));
        let (_, bytes) = prepare(&packed(drawing, ImageFormat::WebP)).unwrap();
        assert!(bytes.starts_with(b"\x89PNG"));
    }

    #[test]
    fn what_is_no_picture_is_refused() {
        assert!(prepare(b"").is_none());
        assert!(prepare(b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>").is_none());
        let mut cut = packed(RgbImage::new(64, 64), ImageFormat::Png);
        cut.truncate(50);
        assert!(prepare(&cut).is_none());
        // Small on the wire and a gigabyte in memory.
        let mut flat = Cursor::new(Vec::new());
        image::GrayImage::new(1, 1).write_to(&mut flat, ImageFormat::Png).unwrap();
        let mut flat = flat.into_inner();
        flat[16..24].copy_from_slice(&[0, 0, 0x2e, 0xe0, 0, 0, 0x2e, 0xe0]);
        // Sixteen bits, four channels: the header's checksum does not matter to who refuses first.
        flat[24..26].copy_from_slice(&[16, 6]);
        assert!(prepare(&flat).is_none());
        // A header that promises more pixels than anybody has.
        let mut bomb = packed(RgbImage::new(1, 1), ImageFormat::Png);
        bomb[16..24].copy_from_slice(&[0, 1, 0, 0, 0, 1, 0, 0]);
        assert!(prepare(&bomb).is_none());
    }

    #[test]
    fn a_code_is_one_drawing() {
        let svg = qr_svg("http://192.168.1.5:8080/t/abc").unwrap();
        assert!(svg.starts_with("<svg") && svg.matches("h1v1h-1z").count() > 200);
    }
}
