//! Pictures of dishes: fetched and decoded away from the window's thread, made small once,
//! and kept by path (the path holds the picture's hash, so it never changes).

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
            let pixels = (hub.options().pictures)(&path).and_then(|bytes| decode(&bytes, WIDTH_MAX));
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

/// Any kind of picture that the hub serves, at most `width` wide; none when it is damaged. What
/// falls on a pixel is averaged: Slint's software renderer picks single pixels instead, which
/// tears letters and fine lines.
pub fn decode(bytes: &[u8], width: u32) -> Option<Pixels> {
    let picture = image::load_from_memory(bytes).ok()?;
    let picture = match picture.width() > width {
        // No bound on the height: a roll of paper is long.
        true => picture.thumbnail(width, u32::MAX).into_rgba8(),
        false => picture.into_rgba8(),
    };
    Some(Pixels::clone_from_slice(picture.as_raw(), picture.width(), picture.height()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{GrayImage, ImageFormat, RgbImage};
    use std::io::Cursor;

    fn packed(picture: impl Into<image::DynamicImage>, format: ImageFormat) -> Vec<u8> {
        let mut out = Cursor::new(Vec::new());
        picture.into().write_to(&mut out, format).unwrap();
        out.into_inner()
    }

    #[test]
    fn drawings_and_photographs_become_rgba() {
        let grey = GrayImage::from_raw(2, 1, vec![7, 200]).unwrap();
        assert_eq!(decode(&packed(grey, ImageFormat::Png), 9).unwrap().as_bytes(), [7, 7, 7, 255, 200, 200, 200, 255]);
        let photograph = decode(&packed(RgbImage::from_pixel(8, 8, image::Rgb([200, 100, 50])), ImageFormat::Jpeg), 9).unwrap();
        assert_eq!((photograph.width(), photograph.height()), (8, 8));
        assert!(decode(b"not a picture", 9).is_none());
        let mut cut = packed(GrayImage::from_pixel(64, 64, image::Luma([9])), ImageFormat::Png);
        cut.truncate(60);
        assert!(decode(&cut, 9).is_none());
    }

    #[test]
    fn large_pictures_are_averaged_down() {
        let wide = GrayImage::from_raw(4, 2, vec![0, 100, 8, 8, 100, 200, 8, 8]).unwrap();
        let small = decode(&packed(wide, ImageFormat::Png), 2).unwrap();
        assert_eq!((small.width(), small.height()), (2, 1));
        assert_eq!(small.as_bytes(), [100, 100, 100, 255, 8, 8, 8, 255]);
    }
}
