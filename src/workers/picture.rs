//! Pictures of the house's on their way to paper: read, laid on white, made to fit. What comes in
//! was made small and plain when it was uploaded.

use image::imageops::FilterType;
use image::{DynamicImage, Rgb, RgbImage};

/// The picture on white, no larger than so many dots and never larger than it is; none when it
/// cannot be read.
pub fn on_white(bytes: &[u8], width: u32, height: u32) -> Option<RgbImage> {
    let picture = image::load_from_memory(bytes).ok()?.into_rgba8();
    let white = RgbImage::from_fn(picture.width(), picture.height(), |x, y| {
        let [red, green, blue, cover] = picture.get_pixel(x, y).0;
        Rgb([red, green, blue].map(|colour| covered(colour, cover)))
    });
    if white.width() <= width && white.height() <= height {
        return Some(white);
    }
    Some(DynamicImage::from(white).resize(width, height, FilterType::CatmullRom).into_rgb8())
}

/// What is seen of a colour that covers white so far.
fn covered(colour: u8, cover: u8) -> u8 {
    let (colour, cover) = (u32::from(colour), u32::from(cover));
    u8::try_from((colour * cover + 255 * (255 - cover) + 127) / 255).unwrap_or(u8::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{ImageFormat, Rgba, RgbaImage};
    use std::io::Cursor;

    fn png(picture: RgbaImage) -> Vec<u8> {
        let mut out = Cursor::new(Vec::new());
        picture.write_to(&mut out, ImageFormat::Png).unwrap();
        out.into_inner()
    }

    #[test]
    fn clear_parts_are_white_and_small_ones_stay_small() {
        let half = RgbaImage::from_fn(40, 20, |x, _| Rgba([200, 0, 0, if x < 20 { 0 } else { 255 }]));
        let picture = on_white(&png(half), 100, 100).unwrap();
        assert_eq!(picture.dimensions(), (40, 20));
        assert_eq!((picture.get_pixel(3, 3).0, picture.get_pixel(30, 3).0), ([255, 255, 255], [200, 0, 0]));
        assert_eq!((covered(0, 128), covered(90, 255), covered(90, 0)), (127, 90, 255));
    }

    #[test]
    fn large_ones_are_made_to_fit() {
        for (size, fitted) in [((640, 480), (100, 75)), ((640, 2), (100, 1)), ((3, 640), (1, 80)), ((640, 640), (80, 80))] {
            let picture = RgbaImage::from_pixel(size.0, size.1, Rgba([9, 9, 9, 255]));
            assert_eq!(on_white(&png(picture), 100, 80).unwrap().dimensions(), fitted, "{size:?}");
        }
        assert!(on_white(b"no picture", 9, 9).is_none());
    }
}
