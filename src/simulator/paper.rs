//! From a printer's bytes to its paper: a reader of ESC/POS that knows nothing of how the bytes were
//! made. What it does not know it passes over, as printers do. Never panics, whatever comes.

use crate::domain::document::Size;
use crate::domain::printer::CodePage;
use crate::domain::site::PaperWidth;
use crate::workers::print::code_page;
use crate::workers::print::dots::Dots;
use crate::workers::print::glyphs;
use crate::workers::print::layout::{Row, TextRow};

/// Dots from one line to the next.
const LINE_FEED: usize = 30;
/// Most rows of a picture that are drawn: what claims more is no picture.
const PICTURE_ROWS_MAX: usize = 4_096;
const PICTURE_BYTES_ACROSS_MAX: usize = 256;

struct Reader {
    page: CodePage,
    size: Size,
    bold: bool,
    inverted: bool,
    /// The line so far, and how its last part is written.
    line: String,
    style: TextRow,
    columns: usize,
    rows: Vec<Row>,
}

/// What lies on the paper, top to bottom; nothing when no paper came out.
pub fn read(bytes: &[u8], width: PaperWidth) -> Vec<Row> {
    let mut reader = Reader {
        page: CodePage::Ascii,
        size: Size::Normal,
        bold: false,
        inverted: false,
        line: String::new(),
        style: TextRow::plain(""),
        columns: width.columns(),
        rows: Vec::new(),
    };
    let mut rest = bytes;
    while !rest.is_empty() {
        let used = reader.take(rest).clamp(1, rest.len());
        rest = &rest[used..];
    }
    reader.end_line(false);
    reader.rows
}

impl Reader {
    /// Does the first thing that stands there; returns how many bytes it was.
    fn take(&mut self, rest: &[u8]) -> usize {
        match rest {
            [0x1b, b'@', ..] => {
                (self.page, self.size, self.bold, self.inverted) = (CodePage::Ascii, Size::Normal, false, false);
                2
            }
            [0x1b, b't', n, ..] => {
                self.page = code_page::numbered(*n).unwrap_or_default();
                3
            }
            [0x1b, b'E', n, ..] => {
                self.bold = n & 1 == 1;
                3
            }
            [0x1d, b'B', n, ..] => {
                self.inverted = n & 1 == 1;
                3
            }
            [0x1d, b'!', n, ..] => {
                self.size = match (n >> 4, n & 7) {
                    (0, 0) => Size::Normal,
                    (0, _) => Size::Tall,
                    (1 | 2, _) => Size::Double,
                    _ => Size::Huge,
                };
                3
            }
            [0x1b, b'd', n, ..] => {
                self.end_line(false);
                self.rows.push(Row::Feed(usize::from(*n) * LINE_FEED));
                3
            }
            [0x1b, b'J', n, ..] => {
                self.end_line(false);
                // Below a picture the drawing leaves as much by itself.
                if !matches!(self.rows.last(), Some(Row::Picture(_))) {
                    self.rows.push(Row::Feed(usize::from(*n)));
                }
                3
            }
            [0x1b, b'p', _, _, _, ..] => 5,
            [0x1d, b'V', 65 | 66, _, ..] => {
                self.cut();
                4
            }
            [0x1d, b'V', _, ..] => {
                self.cut();
                3
            }
            [0x1d, b'v', b'0', _, xl, xh, yl, yh, picture @ ..] => {
                self.end_line(false);
                let across = usize::from(u16::from_le_bytes([*xl, *xh]));
                let down = usize::from(u16::from_le_bytes([*yl, *yh]));
                let there = picture.len().min(across * down);
                if across > 0 && across <= PICTURE_BYTES_ACROSS_MAX && down <= PICTURE_ROWS_MAX {
                    self.rows.push(Row::Picture(Dots::sent(across, down, &picture[..there])));
                }
                8 + there
            }
            [0x10, 0x04 | 0x05, _, ..] => 3,
            [b'\n', ..] => {
                self.end_line(true);
                1
            }
            [byte, ..] => {
                if let Some(ch) = code_page::character(self.page, *byte) {
                    self.write(ch);
                }
                1
            }
            [] => 1,
        }
    }

    fn write(&mut self, ch: char) {
        let scale = glyphs::scale(self.size).0;
        if (glyphs::text_columns(&self.line) + glyphs::columns(ch)) * scale > self.columns {
            self.end_line(true);
        }
        // What is blank before a line is not black, however the line is written.
        if self.line.chars().all(|c| c == ' ') || self.style.size != self.size {
            self.style.size = self.size;
        }
        if self.inverted && !self.style.inverted && self.line.chars().all(|c| c == ' ') {
            self.style.indent = self.line.chars().count();
            self.line.clear();
        }
        self.style.bold |= self.bold;
        self.style.inverted |= self.inverted;
        self.line.push(ch);
    }

    /// `always`: also when nothing stands on it.
    fn end_line(&mut self, always: bool) {
        let text = std::mem::take(&mut self.line);
        let style = std::mem::replace(&mut self.style, TextRow::plain(""));
        if !text.is_empty() {
            self.rows.push(Row::Text(TextRow { text, ..style }));
        } else if always {
            self.rows.push(Row::Feed(glyphs::CELL_HEIGHT));
        }
    }

    /// Where the knife went through.
    fn cut(&mut self) {
        self.end_line(false);
        self.rows.push(Row::Text(TextRow::plain(&"- ".repeat(self.columns / 2))));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::printer::Profile;
    use crate::workers::print::{escpos, raster};
    use proptest::prelude::*;

    fn texts(rows: &[Row]) -> Vec<String> {
        let text = |row: &Row| match row {
            Row::Text(row) => Some(format!("{}{}", " ".repeat(row.indent), row.text)),
            _ => None,
        };
        rows.iter().filter_map(text).collect()
    }

    #[test]
    fn it_reads_what_the_encoder_wrote() {
        let rows = vec![
            Row::Text(TextRow { size: Size::Double, bold: true, ..TextRow::plain("Meja 5B") }),
            Row::Text(TextRow { indent: 4, inverted: true, ..TextRow::plain(" tanpa cabai ") }),
            Row::Text(TextRow::plain("Crème brûlée")),
            Row::Text(TextRow::plain("炒饭")),
        ];
        let read = read(&escpos::document(&rows, &Profile::default()), PaperWidth::Mm80);
        assert_eq!(texts(&read)[..3], ["Meja 5B", "     tanpa cabai ", "Crème brûlée"]);
        assert!(matches!(&read[0], Row::Text(row) if row.size == Size::Double && row.bold));
        assert!(matches!(&read[1], Row::Text(row) if row.inverted && row.indent == 4));
        assert!(read.iter().any(|row| matches!(row, Row::Picture(_))), "what the page lacks is drawn");
    }

    proptest! {
        #[test]
        fn any_bytes_are_paper_or_none(bytes in prop::collection::vec(any::<u8>(), 0..400), wide: bool) {
            let width = if wide { PaperWidth::Mm80 } else { PaperWidth::Mm58 };
            let rows = read(&bytes, width);
            prop_assert!(rows.len() <= 2 * bytes.len() + 2);
            if bytes.len() < 40 {
                raster::draw(&rows, width);
            }
        }
    }
}
