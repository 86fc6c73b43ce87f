//! Pictures of dishes: fetched and decoded away from the window's thread, made small once,
//! and kept by path (the path holds the picture's hash, so it never changes).

use std::io::Cursor;

use crate::ui::bridge::Bridge;
use crate::ui::compose;
use crate::ui::desk::{Desk, Pixels};

/// A tile is about 200 px wide, 400 on a dense screen; larger pictures only cost memory and
/// time in every frame.
const WIDTH_MAX: u32 = 400;

/// Asks for the pictures of the tiles that are shown and do not have theirs yet.
pub fn fetch(bridge: &Bridge, desk: &mut Desk) {
    if !desk.menu_stale {
        return;
    }
    let (products, _) = compose::shown(desk);
    let missing: Vec<String> = products.into_iter().filter_map(|p| p.picture.clone()).filter(|p| !desk.pictures.contains_key(p)).collect();
    if missing.is_empty() {
        return;
    }
    for path in &missing {
        desk.pictures.insert(path.clone(), None);
    }
    let hub = bridge.clone();
    bridge.aside(move || {
        for path in missing {
            let pixels = (hub.options().pictures)(&path).and_then(|png| decode(&png)).map(|p| shrink(p, WIDTH_MAX));
            if pixels.is_none() {
                tracing::warn!(path, "no picture");
                continue;
            }
            let mut desk = hub.desk();
            desk.pictures.insert(path, pixels);
            desk.menu_stale = true;
        }
        hub.post();
    });
}

/// PNG of any kind to RGBA; none when it is damaged.
pub fn decode(png: &[u8]) -> Option<Pixels> {
    let mut decoder = png::Decoder::new(Cursor::new(png));
    decoder.set_transformations(png::Transformations::normalize_to_color8());
    let mut reader = decoder.read_info().ok()?;
    let mut bytes = vec![0; reader.output_buffer_size()?];
    let info = reader.next_frame(&mut bytes).ok()?;
    let mut pixels = Pixels::new(info.width, info.height);
    let samples = info.color_type.samples();
    for (to, from) in pixels.make_mut_slice().iter_mut().zip(bytes[..info.buffer_size()].chunks_exact(samples)) {
        *to = match *from {
            [grey] => [grey, grey, grey, 255].into(),
            [grey, alpha] => [grey, grey, grey, alpha].into(),
            [r, g, b] => [r, g, b, 255].into(),
            [r, g, b, alpha] => [r, g, b, alpha].into(),
            _ => return None,
        };
    }
    Some(pixels)
}

/// Averages whole blocks of pixels until the picture is at most `width` wide.
fn shrink(pixels: Pixels, width: u32) -> Pixels {
    let block = pixels.width().div_ceil(width.max(1));
    if block <= 1 {
        return pixels;
    }
    let (across, down) = ((pixels.width() / block).max(1), (pixels.height() / block).max(1));
    let mut small = Pixels::new(across, down);
    let stride = pixels.width() as usize;
    let from = pixels.as_slice();
    for (index, to) in small.make_mut_slice().iter_mut().enumerate() {
        let (x, y) = (index % across as usize * block as usize, index / across as usize * block as usize);
        let mut sum = [0_u32; 4];
        let mut count = 0;
        for row in from.chunks_exact(stride).skip(y).take(block as usize) {
            for p in row.iter().skip(x).take(block as usize) {
                for (total, part) in sum.iter_mut().zip([p.r, p.g, p.b, p.a]) {
                    *total += u32::from(part);
                }
                count += 1;
            }
        }
        *to = sum.map(|total| u8::try_from(total / count.max(1)).unwrap_or(u8::MAX)).into();
    }
    small
}

#[cfg(test)]
mod tests {
    use super::*;

    fn png(color: png::ColorType, width: u32, height: u32, bytes: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        let mut encoder = png::Encoder::new(&mut out, width, height);
        encoder.set_color(color);
        encoder.write_header().unwrap().write_image_data(bytes).unwrap();
        out
    }

    #[test]
    fn every_kind_of_png_becomes_rgba() {
        let grey = decode(&png(png::ColorType::Grayscale, 2, 1, &[7, 200])).unwrap();
        assert_eq!(grey.as_bytes(), [7, 7, 7, 255, 200, 200, 200, 255]);
        let rgb = decode(&png(png::ColorType::Rgb, 1, 1, &[1, 2, 3])).unwrap();
        assert_eq!(rgb.as_bytes(), [1, 2, 3, 255]);
        assert!(decode(b"not a picture").is_none());
        let mut cut = png(png::ColorType::Rgb, 64, 64, &[9; 64 * 64 * 3]);
        cut.truncate(60);
        assert!(decode(&cut).is_none());
    }

    #[test]
    fn large_pictures_are_averaged_down() {
        let wide = decode(&png(png::ColorType::Grayscale, 4, 2, &[0, 100, 8, 8, 100, 200, 8, 8])).unwrap();
        let small = shrink(wide, 2);
        assert_eq!((small.width(), small.height()), (2, 1));
        assert_eq!(small.as_bytes(), [100, 100, 100, 255, 8, 8, 8, 255]);
    }
}
