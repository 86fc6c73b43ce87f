//! Paper as a picture: what the demo's roll and the simulator show, and what tests and eyes look at.
//! It draws what a printer with these rows would: font A cells of 12 × 24 dots at 203 dpi.

use crate::domain::site::PaperWidth;
use crate::workers::print::dots::Dots;
use crate::workers::print::escpos::BELOW_PICTURE;
use crate::workers::print::glyphs;
use crate::workers::print::layout::{Row, TextRow};

/// White at the sides and ends, as of a torn roll.
const MARGIN: usize = 24;

/// Grey dots, row after row, 255 is white.
pub struct Picture {
    pub width: usize,
    pub height: usize,
    pub dots: Vec<u8>,
}

pub fn draw(rows: &[Row], paper: PaperWidth) -> Picture {
    let width = paper.dots() + 2 * MARGIN;
    let height = rows.iter().map(row_height).sum::<usize>() + 2 * MARGIN;
    let mut picture = Picture { width, height, dots: vec![255; width * height] };
    let mut top = MARGIN;
    for row in rows {
        match row {
            Row::Text(text) => draw_row(&mut picture, text, top),
            Row::Sample { text, .. } => draw_row(&mut picture, &TextRow::plain(text), top),
            Row::Picture(dots) => draw_dots(&mut picture, dots, top),
            Row::Feed(_) => {}
        }
        top += row_height(row);
    }
    picture
}

fn row_height(row: &Row) -> usize {
    match row {
        Row::Text(text) => glyphs::row_size(text).1,
        Row::Sample { .. } => glyphs::CELL_HEIGHT,
        Row::Picture(dots) => dots.height + usize::from(BELOW_PICTURE),
        Row::Feed(dots) => *dots,
    }
}

fn draw_dots(picture: &mut Picture, dots: &Dots, top: usize) {
    for (x, y) in (0..dots.height).flat_map(|y| (0..dots.width).map(move |x| (x, y))) {
        if dots.is_black(x, y) {
            darken(picture, MARGIN + dots.left + x, top + y, 255);
        }
    }
}

fn draw_row(picture: &mut Picture, row: &TextRow, top: usize) {
    glyphs::draw(row, |x, y, dark| darken(picture, MARGIN + x, top + y, dark));
}

/// What lies beside the picture is beside the paper.
fn darken(picture: &mut Picture, x: usize, y: usize, dark: u8) {
    if x < picture.width
        && let Some(dot) = picture.dots.get_mut(y * picture.width + x)
    {
        *dot = (*dot).min(255 - dark);
    }
}

/// As a PNG in shades of grey.
pub fn png(picture: &Picture) -> Result<Vec<u8>, png::EncodingError> {
    let mut out = Vec::new();
    let (width, height) = (u32::try_from(picture.width).unwrap_or(0), u32::try_from(picture.height).unwrap_or(0));
    let mut encoder = png::Encoder::new(&mut out, width, height);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.write_header()?.write_image_data(&picture.dots)?;
    Ok(out)
}
