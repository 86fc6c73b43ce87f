//! Pictures of dishes: fetched and decoded away from the window's thread, made small once,
//! and kept by path (the path holds the picture's hash, so it never changes).

use std::io::Cursor;

use slint::Rgba8Pixel;

use crate::ui::bridge::Bridge;
use crate::ui::compose;
use crate::ui::desk::{Desk, Pixels};

/// About as wide as a tile on the usual screens: larger pictures only cost memory and time
/// in every frame.
const WIDTH_MAX: u32 = 220;

/// Asks for the pictures of the tiles that are shown and do not have theirs yet.
pub fn fetch(bridge: &Bridge, desk: &mut Desk) {
    if !desk.menu_stale {
        return;
    }
    let (products, _) = compose::shown(desk);
    let missing: Vec<String> =
        products.into_iter().filter_map(|p| p.picture.clone()).filter(|p| !desk.pictures.contains_key(p)).collect();
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
            let mut desk = hub.desk();
            if pixels.is_none() {
                // Asked for again when the menu changes: the hub may only have been away.
                tracing::warn!(path, "no picture");
                desk.pictures.remove(&path);
                continue;
            }
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

/// Makes a picture at most `width` wide by averaging what falls on each pixel. Slint's
/// software renderer picks single pixels instead, which tears letters and fine lines.
pub fn shrink(pixels: Pixels, width: u32) -> Pixels {
    let (from_width, from_height) = (pixels.width(), pixels.height());
    if from_width <= width || width == 0 {
        return pixels;
    }
    let height = u32::try_from(u64::from(from_height) * u64::from(width) / u64::from(from_width)).unwrap_or(1).max(1);
    let (columns, lines) = (shares(from_width, width), shares(from_height, height));
    let from: Vec<&[Rgba8Pixel]> = pixels.as_slice().chunks_exact(from_width as usize).collect();
    let mut small = Pixels::new(width, height);
    for (to_line, line) in small.make_mut_slice().chunks_exact_mut(width as usize).zip(&lines) {
        for (to, column) in to_line.iter_mut().zip(&columns) {
            let (mut sum, mut all) = ([0_u64; 4], 0);
            for (y, share_y) in line {
                for (x, share_x) in column {
                    let p = from[*y][*x];
                    let share = share_x * share_y;
                    all += share;
                    for (total, part) in sum.iter_mut().zip([p.r, p.g, p.b, p.a]) {
                        *total += share * u64::from(part);
                    }
                }
            }
            *to = sum.map(|total| u8::try_from(total / all.max(1)).unwrap_or(u8::MAX)).into();
        }
    }
    small
}

/// For each of `to` pixels in a row: which of `from` pixels fall on it, and how much of each.
fn shares(from: u32, to: u32) -> Vec<Vec<(usize, u64)>> {
    let (from, to) = (u64::from(from), u64::from(to));
    // On a common ruler an old pixel is `to` long and a new one `from`.
    (0..to)
        .map(|new| {
            let (start, end) = (new * from, (new + 1) * from);
            let covered = start / to..end.div_ceil(to);
            covered
                .filter_map(|old| {
                    let share = end.min((old + 1) * to) - start.max(old * to);
                    Some((usize::try_from(old).ok()?, share))
                })
                .collect()
        })
        .collect()
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
        // Three become two: each new pixel has one old one and half of the middle.
        let uneven = shrink(decode(&png(png::ColorType::Grayscale, 3, 1, &[0, 90, 30])).unwrap(), 2);
        assert_eq!(uneven.as_bytes(), [30, 30, 30, 255, 50, 50, 50, 255]);
    }
}
