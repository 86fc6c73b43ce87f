//! Characters as dots: what a drawn line is made of, whether it goes to a printer whose code page
//! lacks one of its characters or onto a picture of paper. Cells of 12 × 24 dots, as a printer's own
//! font A at 203 dpi; what is wide (Chinese, Japanese, Korean) takes two.
//!
//! Latin letters come from Noto Sans Mono, everything else from GNU Unifont: all of the Basic
//! Multilingual Plane, one sign for one character. It joins no Arabic letters, stacks no Indic ones
//! and writes from left to right.

use noto_sans_mono_bitmap::{FontWeight, RasterHeight, get_raster, get_raster_width};
use unicode_width::UnicodeWidthChar;
use unifont::{Glyph, get_glyph};

use crate::domain::document::Size;
use crate::workers::print::layout::TextRow;

pub const CELL_WIDTH: usize = 12;
pub const CELL_HEIGHT: usize = 24;

/// How many columns a character takes: none for a mark that stands on the one before it.
pub fn columns(ch: char) -> usize {
    if (' '..='~').contains(&ch) {
        return 1;
    }
    match (ch.width(), get_glyph(ch)) {
        (Some(0), _) => 0,
        (_, Some(Glyph::Fullwidth(_))) => 2,
        (Some(2), None) => 2,
        _ => 1,
    }
}

/// Columns of a whole text.
pub fn text_columns(text: &str) -> usize {
    text.chars().map(columns).sum()
}

/// How many times a character is as wide and as high as a cell.
pub fn scale(size: Size) -> (usize, usize) {
    match size {
        Size::Normal => (1, 1),
        Size::Tall => (1, 2),
        Size::Double => (2, 2),
        Size::Huge => (4, 4),
    }
}

/// Width and height of a row in dots, with what is blank before it.
pub fn row_size(row: &TextRow) -> (usize, usize) {
    let (sx, sy) = scale(row.size);
    ((row.indent + text_columns(&row.text)) * CELL_WIDTH * sx, CELL_HEIGHT * sy)
}

/// Tells every dot of a row that is not white, and how dark it is: 255 is black.
pub fn draw(row: &TextRow, mut dot: impl FnMut(usize, usize, u8)) {
    let (sx, sy) = scale(row.size);
    let mut column = row.indent;
    let mut signs = row.text.chars().peekable();
    while let Some(ch) = signs.next() {
        let wide = columns(ch);
        let mut inks = vec![cell(ch, row.bold)];
        // Marks stand on the character before them.
        while let Some(mark) = signs.next_if(|mark| columns(*mark) == 0) {
            inks.push(cell(mark, row.bold));
        }
        for (x, y) in (0..CELL_HEIGHT).flat_map(|y| (0..wide.max(1) * CELL_WIDTH).map(move |x| (x, y))) {
            let dark = inks.iter().map(|ink| ink.at(x, y)).max().unwrap_or(0);
            let dark = if row.inverted && wide > 0 { 255 - dark } else { dark };
            if dark > 0 {
                for (dx, dy) in (0..sx).flat_map(|dx| (0..sy).map(move |dy| (dx, dy))) {
                    dot((column * CELL_WIDTH + x) * sx + dx, y * sy + dy, dark);
                }
            }
        }
        column += wide;
    }
}

enum Ink {
    Noto {
        rows: Vec<Vec<u8>>,
        left: usize,
    },
    Unifont {
        glyph: &'static Glyph,
        bold: bool,
    },
    /// There is none: a frame says that something stands here.
    Missing {
        columns: usize,
    },
}

/// Noto's glyphs stand two dots below the cell's top.
const TOP: usize = 2;

fn cell(ch: char, bold: bool) -> Ink {
    let weight = if bold { FontWeight::Bold } else { FontWeight::Regular };
    if let Some(glyph) = get_raster(ch, weight, RasterHeight::Size20) {
        let left = CELL_WIDTH.saturating_sub(get_raster_width(weight, RasterHeight::Size20)) / 2;
        return Ink::Noto { rows: glyph.rows().map(<[u8]>::to_vec).collect(), left };
    }
    match get_glyph(ch) {
        Some(glyph) => Ink::Unifont { glyph, bold },
        None => Ink::Missing { columns: columns(ch).max(1) },
    }
}

impl Ink {
    fn at(&self, x: usize, y: usize) -> u8 {
        match self {
            Ink::Noto { rows, left } => {
                let row = y.checked_sub(TOP).and_then(|y| rows.get(y));
                x.checked_sub(*left).and_then(|x| row?.get(x)).copied().unwrap_or(0)
            }
            Ink::Unifont { glyph, bold } => {
                let here = enlarged(glyph, x, y) || *bold && x > 0 && enlarged(glyph, x - 1, y);
                if here { 255 } else { 0 }
            }
            Ink::Missing { columns } => {
                let (right, bottom) = (columns * CELL_WIDTH - 2, CELL_HEIGHT - 4);
                let inside = (1..=right).contains(&x) && (3..=bottom).contains(&y);
                let edge = x == 1 || x == right || y == 3 || y == bottom;
                if inside && edge { 255 } else { 0 }
            }
        }
    }
}

/// Half as large again: of two dots become three, the middle one black when either is. A gap of one
/// dot stays a gap.
fn enlarged(glyph: &Glyph, x: usize, y: usize) -> bool {
    let from = |n: usize| match n % 3 {
        0 => [n / 3 * 2, n / 3 * 2],
        1 => [n / 3 * 2, n / 3 * 2 + 1],
        _ => [n / 3 * 2 + 1, n / 3 * 2 + 1],
    };
    let (xs, ys) = (from(x), from(y));
    glyph.get_pixel(xs[0], ys[0])
        || glyph.get_pixel(xs[1], ys[0])
        || glyph.get_pixel(xs[0], ys[1])
        || glyph.get_pixel(xs[1], ys[1])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn row(text: &str, size: Size, bold: bool, inverted: bool) -> TextRow {
        TextRow { indent: 2, text: text.to_owned(), size, bold, inverted }
    }

    fn black(row: &TextRow) -> usize {
        let mut black = 0;
        draw(row, |_, _, dark| black += usize::from(dark > 127));
        black
    }

    #[test]
    fn what_is_wide_takes_two_columns_and_a_mark_none() {
        assert_eq!(
            [columns('a'), columns('é'), columns('Ω'), columns('漢'), columns('ก'), columns('\u{301}')],
            [1, 1, 1, 2, 1, 0]
        );
        assert_eq!(text_columns("Nasi 炒饭"), 9);
    }

    #[test]
    fn every_script_of_the_first_plane_has_ink() {
        for ch in "éłЖΩあ漢한กअبא★€→♥".chars() {
            let row = row(&ch.to_string(), Size::Normal, false, false);
            assert!(black(&row) > 12, "{ch}");
            assert!(black(&TextRow { bold: true, ..row }) > 12, "{ch}");
        }
    }

    proptest! {
        #[test]
        fn no_dot_falls_beside_its_row(text in "\\PC{1,12}", bold: bool, inverted: bool,
            size in prop_oneof![Just(Size::Normal), Just(Size::Tall), Just(Size::Double), Just(Size::Huge)]) {
            let row = row(&text, size, bold, inverted);
            let (width, height) = row_size(&row);
            let mut beside = 0;
            // A mark may stand over the edge of what has no width.
            let cell = CELL_WIDTH * scale(size).0;
            draw(&row, |x, y, _| beside += usize::from(x >= width + cell || y >= height));
            prop_assert_eq!(beside, 0);
        }
    }
}
