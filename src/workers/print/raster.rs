//! Paper as a picture: what the demo's roll shows, and what tests and eyes look at. It draws
//! what a printer with these rows would: font A cells of 12 × 24 dots at 203 dpi.

use noto_sans_mono_bitmap::{FontWeight, RasterHeight, get_raster, get_raster_width};

use crate::domain::document::Size;
use crate::domain::site::PaperWidth;
use crate::workers::print::dots::Dots;
use crate::workers::print::escpos::BELOW_PICTURE;
use crate::workers::print::layout::{Row, TextRow};

const CELL_WIDTH: usize = 12;
const CELL_HEIGHT: usize = 24;
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
            Row::Picture(dots) => draw_dots(&mut picture, dots, top),
        }
        top += row_height(row);
    }
    picture
}

fn row_height(row: &Row) -> usize {
    match row {
        Row::Text(text) => CELL_HEIGHT * scale(text.size).1,
        Row::Picture(dots) => dots.height + usize::from(BELOW_PICTURE),
    }
}

fn scale(size: Size) -> (usize, usize) {
    match size {
        Size::Normal => (1, 1),
        Size::Tall => (1, 2),
        Size::Double => (2, 2),
    }
}

fn draw_dots(picture: &mut Picture, dots: &Dots, top: usize) {
    for (x, y) in (0..dots.height).flat_map(|y| (0..dots.width).map(move |x| (x, y))) {
        let at = (top + y) * picture.width + MARGIN + dots.left + x;
        if let (true, Some(dot)) = (dots.is_black(x, y), picture.dots.get_mut(at)) {
            *dot = 0;
        }
    }
}

fn draw_row(picture: &mut Picture, row: &TextRow, top: usize) {
    let (sx, sy) = scale(row.size);
    let weight = if row.bold { FontWeight::Bold } else { FontWeight::Regular };
    let glyph_width = get_raster_width(weight, RasterHeight::Size20);
    let left_in_cell = CELL_WIDTH.saturating_sub(glyph_width) / 2;
    for (column, ch) in row.text.chars().enumerate() {
        let left = MARGIN + (row.indent + column) * CELL_WIDTH * sx;
        if row.inverted {
            fill(picture, left, top, CELL_WIDTH * sx, CELL_HEIGHT * sy);
        }
        // What the printer would print for it.
        let printed = super::escpos::encode(&ch.to_string()).first().map_or('?', |b| char::from(*b));
        let Some(glyph) = get_raster(printed, weight, RasterHeight::Size20) else { continue };
        for (y, line) in glyph.rows().enumerate() {
            for (x, ink) in line.iter().enumerate().filter(|(_, ink)| **ink > 0) {
                for (dx, dy) in (0..sx).flat_map(|dx| (0..sy).map(move |dy| (dx, dy))) {
                    let at_x = left + (left_in_cell + x) * sx + dx;
                    let at_y = top + (y + 2) * sy + dy;
                    if let Some(dot) = picture.dots.get_mut(at_y * picture.width + at_x) {
                        *dot = if row.inverted { *ink } else { 255 - *ink };
                    }
                }
            }
        }
    }
}

fn fill(picture: &mut Picture, left: usize, top: usize, width: usize, height: usize) {
    for y in top..top + height {
        let start = y * picture.width + left;
        if let Some(line) = picture.dots.get_mut(start..start + width) {
            line.fill(0);
        }
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
