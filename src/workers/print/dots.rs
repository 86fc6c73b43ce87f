//! A picture as a thermal printer has it: dots that are black or are not. Greys are dithered, so
//! that they are greys again from a step away.

use image::RgbImage;

use crate::domain::site::PaperWidth;
use crate::workers::picture;
use crate::workers::print::glyphs;
use crate::workers::print::layout::TextRow;

/// What differs from white or black by less is a trace of how the file was packed: it would stand
/// on the paper as specks.
const HAZE: i32 = 8;

/// How dark a smoothed dot of a letter must be to be black.
const INK: u8 = 110;

/// A picture on its paper. Each row begins with a new byte, eight dots a byte, the leftmost in the
/// highest bit; what is left over at a row's end is white.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dots {
    /// White dots before it: whole bytes.
    pub left: usize,
    pub width: usize,
    pub height: usize,
    bits: Vec<u8>,
}

/// Most dots across and down: half of the paper, and a head that stays a head: 15 mm on the
/// narrow paper, as much more on the wide one as that is wider.
pub fn room(paper: PaperWidth) -> (usize, usize) {
    let across = paper.dots() / 2;
    (across, across * 5 / 8)
}

impl Dots {
    /// The picture in the middle of that paper; none when it cannot be read.
    pub fn fitted(file: &[u8], paper: PaperWidth) -> Option<Dots> {
        let (across, down) = room(paper);
        let picture = picture::on_white(file, u32::try_from(across).ok()?, u32::try_from(down).ok()?)?;
        let (width, height) = (usize::try_from(picture.width()).ok()?, usize::try_from(picture.height()).ok()?);
        let left = (paper.dots() - width) / 2 / 8 * 8;
        Some(Dots { left, width, height, bits: dithered(&picture, width, height) })
    }

    /// A QR code of whole dots in the middle of that paper, on two thirds of it at most; none when the
    /// text is longer than a code holds. The white that cameras want is the paper's own at its sides, and
    /// stands above and below.
    pub fn qr(text: &str, paper: PaperWidth) -> Option<Dots> {
        let code = qrcodegen::QrCode::encode_text(text, qrcodegen::QrCodeEcc::Medium).ok()?;
        let modules = usize::try_from(code.size()).ok()?;
        let scale = (paper.dots() * 2 / 3 / modules).clamp(1, 8);
        let (edge, width) = (4 * scale, modules * scale);
        let (height, left) = (width + 2 * edge, (paper.dots() - width) / 2 / 8 * 8);
        let across = width.div_ceil(8);
        let mut bits = vec![0; across * height];
        for (at, row) in bits.chunks_mut(across).enumerate().skip(edge).take(width) {
            let y = i32::try_from((at - edge) / scale).ok()?;
            for x in (0..width).filter(|x| code.get_module(i32::try_from(x / scale).unwrap_or(-1), y)) {
                row[x / 8] |= 0x80 >> (x % 8);
            }
        }
        Some(Dots { left, width, height, bits })
    }

    /// A line of text as dots, for a printer that has not all of its characters.
    pub fn drawn(row: &TextRow) -> Dots {
        let (width, height) = glyphs::row_size(row);
        let across = width.div_ceil(8).max(1);
        let mut bits = vec![0; across * height];
        glyphs::draw(row, |x, y, dark| {
            if dark >= INK && x < width {
                bits[y * across + x / 8] |= 0x80 >> (x % 8);
            }
        });
        Dots { left: 0, width, height, bits }
    }

    /// A picture as it was sent: `across` bytes a row. What is missing at its end is white.
    pub fn sent(across: usize, height: usize, bytes: &[u8]) -> Dots {
        let mut bits = bytes.to_vec();
        bits.resize(across * height, 0);
        Dots { left: 0, width: across * 8, height, bits }
    }

    /// Its rows, a dot a bit.
    pub fn rows(&self) -> impl Iterator<Item = &[u8]> {
        self.bits.chunks(self.row_bytes())
    }

    /// Bytes of a row without what is white before it.
    pub fn row_bytes(&self) -> usize {
        self.width.div_ceil(8).max(1)
    }

    pub fn is_black(&self, x: usize, y: usize) -> bool {
        self.bits.get(y * self.row_bytes() + x / 8).is_some_and(|byte| byte & (0x80 >> (x % 8)) != 0)
    }
}

/// Floyd and Steinberg's way: what a dot is too dark or too light goes on to its neighbours.
fn dithered(picture: &RgbImage, width: usize, height: usize) -> Vec<u8> {
    let across = width.div_ceil(8);
    let mut bits = vec![0; across * height];
    // Sixteenths, of this row and of the next, with an edge on either side.
    let (mut here, mut below) = (vec![0; width + 2], vec![0; width + 2]);
    for (y, row) in picture.rows().enumerate() {
        for (x, pixel) in row.enumerate() {
            let wanted = grey(pixel.0) + here[x + 1] / 16;
            let black = wanted < 128;
            if black {
                bits[y * across + x / 8] |= 0x80 >> (x % 8);
            }
            let missed = if black { wanted } else { wanted - 255 };
            here[x + 2] += 7 * missed;
            below[x] += 3 * missed;
            below[x + 1] += 5 * missed;
            below[x + 2] += missed;
        }
        std::mem::swap(&mut here, &mut below);
        below.fill(0);
    }
    bits
}

/// How light a colour is, as eyes see it.
fn grey([red, green, blue]: [u8; 3]) -> i32 {
    let light = (i32::from(red) * 299 + i32::from(green) * 587 + i32::from(blue) * 114) / 1_000;
    match light {
        0..HAZE => 0,
        light if light > 255 - HAZE => 255,
        light => light,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{ImageFormat, Luma, Rgb};
    use std::io::Cursor;

    fn png(picture: image::GrayImage) -> Vec<u8> {
        let mut out = Cursor::new(Vec::new());
        picture.write_to(&mut out, ImageFormat::Png).unwrap();
        out.into_inner()
    }

    fn grey_of(width: u32, height: u32, shade: u8) -> Vec<u8> {
        png(image::GrayImage::from_pixel(width, height, Luma([shade])))
    }

    #[test]
    fn a_logo_keeps_to_its_part_of_the_paper() {
        assert_eq!((room(PaperWidth::Mm58), room(PaperWidth::Mm80)), ((192, 120), (288, 180)));
        for paper in [PaperWidth::Mm58, PaperWidth::Mm80] {
            let (across, down) = room(paper);
            for (width, height) in [(640, 640), (640, 400), (640, 1), (1, 640), (333, 77), (8, 8), (1, 1)] {
                let dots = Dots::fitted(&grey_of(width, height, 0), paper).unwrap();
                assert!(dots.width <= across && dots.height <= down, "{width} x {height}: {} x {}", dots.width, dots.height);
                assert!(dots.width > 0 && dots.height > 0);
                assert!(dots.left.is_multiple_of(8) && dots.left + dots.row_bytes() * 8 <= paper.dots());
                let right = paper.dots() - dots.left - dots.width;
                assert!(right.abs_diff(dots.left) < 16, "in the middle: {} and {right}", dots.left);
                assert_eq!(dots.rows().count(), dots.height);
                assert!((0..dots.width).all(|x| dots.is_black(x, 0)), "black stays black");
            }
        }
        assert!(Dots::fitted(b"no picture", PaperWidth::Mm58).is_none());
    }

    #[test]
    fn greys_are_as_dark_as_they_were_and_white_is_white() {
        let black = |shade| {
            let dots = Dots::fitted(&grey_of(100, 100, shade), PaperWidth::Mm58).unwrap();
            (0..100).flat_map(|y| (0..100).map(move |x| (x, y))).filter(|(x, y)| dots.is_black(*x, *y)).count()
        };
        for (shade, share) in [(64, 7_490), (128, 4_980), (192, 2_470)] {
            assert!(black(shade).abs_diff(share) < 150, "{shade}: {} of 10,000", black(shade));
        }
        assert_eq!((black(255), black(250), black(4), black(0)), (0, 0, 10_000, 10_000));
    }

    #[test]
    fn a_code_stands_whole_in_the_middle_of_its_paper() {
        for paper in [PaperWidth::Mm58, PaperWidth::Mm80] {
            let dots = Dots::qr("WIFI:T:WPA;S:Warung Tamu;P:makan-enak;;", paper).unwrap();
            assert!(dots.left + dots.row_bytes() * 8 <= paper.dots() && dots.width > paper.dots() / 3);
            // The mark in its corner: seven modules of black, one of white inside.
            let scale = (dots.height - dots.width) / 8;
            let corner = |x: usize, y: usize| dots.is_black(x * scale, (y + 4) * scale);
            assert!((0..7).all(|n| corner(n, 0) && corner(0, n)) && !corner(7, 0) && !corner(1, 1) && corner(2, 2));
            assert!((0..dots.width).all(|x| !dots.is_black(x, 0)));
        }
        assert!(Dots::qr(&"x".repeat(5_000), PaperWidth::Mm58).is_none());
    }

    #[test]
    fn what_is_left_over_of_a_byte_is_white() {
        let picture = RgbImage::from_pixel(9, 2, Rgb([0, 0, 0]));
        assert_eq!(dithered(&picture, 9, 2), [0xff, 0x80, 0xff, 0x80]);
    }
}
