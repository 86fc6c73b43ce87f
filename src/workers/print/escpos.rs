//! From rows to the printer's bytes, and back for tests and eyes. The bytes of styles come
//! from the `escpos` crate; text is encoded here, because the crate's code pages let
//! characters through that a printer takes for commands.
//!
//! Every document begins with a reset and sets its code page, and ends with a feed before
//! the cut, for the cutter sits above the head.

use std::sync::{Arc, Mutex};

use escpos::driver::Driver;
use escpos::errors::Result as EscposResult;
use escpos::printer::Printer;
use escpos::utils::Protocol;

use crate::domain::document::Size;
use crate::workers::print::dots::Dots;
use crate::workers::print::layout::{Row, TextRow};

/// `ESC p 0`: pin 2, 50 ms on, 500 ms off. Written out: the crate leaves the times away, and
/// the printer then takes the next two bytes of the document for them.
pub const DRAWER_PULSE: &[u8] = &[0x1b, 0x70, 0x00, 0x19, 0xfa];

/// `ESC t 0`: code page 437. ASCII means itself in every page; what lies beyond is written
/// without its accents.
const CODE_PAGE_437: &[u8] = &[0x1b, 0x74, 0x00];
/// `GS V 66 0`: feed to the cutter and cut partially. The crate's own sends a full cut.
const CUT: &[u8] = &[0x1d, 0x56, 0x42, 0x00];
/// Rows between the head and the cutter, and room to tear.
const FEED: u8 = 3;
/// `GS v 0 0`: a picture, dot for dot.
const RASTER: &[u8] = &[0x1d, 0x76, 0x30, 0x00];
/// `ESC J`: white below a picture.
const FEED_DOTS: &[u8] = &[0x1b, 0x4a];
/// How much of it, in dots.
pub const BELOW_PICTURE: u8 = 12;
/// A printer looks for these while it still takes dots in: what follows DLE is done at once, be it
/// a pulse for the drawer or the loss of all that was sent.
const DLE: u8 = 0x10;
const AT_ONCE: [u8; 3] = [0x04, 0x05, 0x14];

/// Collects what the crate writes.
#[derive(Clone, Default)]
struct Buffer(Arc<Mutex<Vec<u8>>>);

impl Driver for Buffer {
    fn name(&self) -> String {
        "buffer".to_owned()
    }

    fn write(&self, data: &[u8]) -> EscposResult<()> {
        self.0.lock().unwrap_or_else(|e| e.into_inner()).extend_from_slice(data);
        Ok(())
    }

    fn read(&self, _: &mut [u8]) -> EscposResult<usize> {
        Ok(0)
    }

    fn flush(&self) -> EscposResult<()> {
        Ok(())
    }
}

/// The bytes of a document.
pub fn document(rows: &[Row]) -> Vec<u8> {
    let buffer = Buffer::default();
    // The buffer takes everything; the crate's errors are those of its drivers.
    let written = write(&mut Printer::new(buffer.clone(), Protocol::default(), None), rows);
    if let Err(error) = written {
        tracing::error!(%error, "a document could not be encoded whole");
    }
    std::mem::take(&mut *buffer.0.lock().unwrap_or_else(|e| e.into_inner()))
}

fn write(printer: &mut Printer<Buffer>, rows: &[Row]) -> EscposResult<()> {
    printer.init()?.custom(CODE_PAGE_437)?;
    let mut now = (Size::Normal, false, false);
    for row in rows {
        match row {
            Row::Text(text) => write_text(printer, text, &mut now)?,
            Row::Picture(dots) => {
                printer.custom(&raster(dots))?;
            }
        }
    }
    printer.size(1, 1)?.bold(false)?.reverse(false)?.feeds(FEED)?.custom(CUT)?.print()?;
    Ok(())
}

/// `now` is how the printer writes before and after it: size, bold, inverted.
fn write_text(printer: &mut Printer<Buffer>, row: &TextRow, now: &mut (Size, bool, bool)) -> EscposResult<()> {
    let wanted = (row.size, row.bold, row.inverted);
    if wanted.0 != now.0 {
        let (width, height) = match row.size {
            Size::Normal => (1, 1),
            Size::Tall => (1, 2),
            Size::Double => (2, 2),
        };
        printer.size(width, height)?;
    }
    if wanted.1 != now.1 {
        printer.bold(row.bold)?;
    }
    // The margin stays white.
    if row.indent > 0 {
        if std::mem::take(&mut now.2) {
            printer.reverse(false)?;
        }
        printer.custom(&vec![b' '; row.indent])?;
    }
    if wanted.2 != now.2 {
        printer.reverse(row.inverted)?;
    }
    *now = wanted;
    printer.custom(&encode(&row.text))?.custom(b"\n")?;
    Ok(())
}

/// A picture with the white to its left and below it: not every printer centres one by itself.
fn raster(dots: &Dots) -> Vec<u8> {
    let margin = dots.left / 8;
    // Neither is more than the paper's width or a few hundred rows.
    let size = |n: usize| u16::try_from(n).unwrap_or(u16::MAX).to_le_bytes();
    let mut bits: Vec<u8> = dots.rows().flat_map(|row| std::iter::repeat_n(0, margin).chain(row.iter().copied())).collect();
    silence(&mut bits);
    [RASTER, &size(margin + dots.row_bytes()), &size(dots.height), &bits, FEED_DOTS, &[BELOW_PICTURE]].concat()
}

/// Two more black dots wherever a picture would say something to the printer.
fn silence(bits: &mut [u8]) {
    for at in 1..bits.len() {
        if bits[at - 1] == DLE && AT_ONCE.contains(&bits[at]) {
            bits[at - 1] |= DLE >> 1 | DLE << 1;
        }
    }
}

/// ASCII, and nothing that a printer could take for a command. Accents are dropped, other
/// signs become the nearest ASCII or a question mark: one character for one, so that columns
/// stay columns.
pub fn encode(text: &str) -> Vec<u8> {
    text.chars().map(plain).collect()
}

fn plain(ch: char) -> u8 {
    if (' '..='~').contains(&ch) {
        return ch as u8;
    }
    match ch {
        'à'..='å' => b'a',
        'À'..='Å' => b'A',
        'ç' => b'c',
        'Ç' => b'C',
        'è'..='ë' => b'e',
        'È'..='Ë' => b'E',
        'ì'..='ï' => b'i',
        'Ì'..='Ï' => b'I',
        'ñ' => b'n',
        'Ñ' => b'N',
        'ò'..='ö' | 'ø' => b'o',
        'Ò'..='Ö' | 'Ø' => b'O',
        'ù'..='ü' => b'u',
        'Ù'..='Ü' => b'U',
        'ý' | 'ÿ' => b'y',
        'Ý' => b'Y',
        'ß' => b's',
        '\u{2018}' | '\u{2019}' | '\u{2032}' => b'\'',
        '\u{201c}' | '\u{201d}' | '«' | '»' => b'"',
        '\u{2010}'..='\u{2015}' | '\u{2212}' => b'-',
        '…' => b'.',
        '×' => b'x',
        '\u{a0}' | '\u{202f}' => b' ',
        '•' | '·' => b'*',
        '€' => b'E',
        '£' => b'L',
        '¥' => b'Y',
        _ => b'?',
    }
}

/// Reads a printer's bytes back, a line a command or text: what the golden files show beside
/// the bytes, and how tests see paper.
pub fn decode(bytes: &[u8]) -> Vec<String> {
    let mut out = Vec::new();
    let mut text = String::new();
    let mut rest = bytes;
    while let Some((&first, tail)) = rest.split_first() {
        let (said, used) = match (first, tail) {
            (0x1b, [b'@', ..]) => ("[reset]".to_owned(), 2),
            (0x1b, [b't', n, ..]) => (format!("[code page {n}]"), 3),
            (0x1b, [b'E', n, ..]) => (format!("[bold {}]", n & 1), 3),
            (0x1b, [b'd', n, ..]) => (format!("[feed {n}]"), 3),
            (0x1b, [b'J', n, ..]) => (format!("[feed {n} dots]"), 3),
            (0x1b, [b'p', m, on, off, ..]) => (format!("[drawer {m} {on} {off}]"), 5),
            (0x1d, [b'!', n, ..]) => (format!("[size {}x{}]", (n >> 4) + 1, (n & 7) + 1), 3),
            (0x1d, [b'v', b'0', _, xl, xh, yl, yh, ..]) => {
                let across = usize::from(u16::from_le_bytes([*xl, *xh]));
                let down = usize::from(u16::from_le_bytes([*yl, *yh]));
                (format!("[raster {}x{down}]", across * 8), (8 + across * down).min(rest.len()))
            }
            (0x1d, [b'B', n, ..]) => (format!("[inverted {}]", n & 1), 3),
            (0x1d, [b'V', 66, n, ..]) => (format!("[cut {n}]"), 4),
            (b'\n', _) => {
                out.push(std::mem::take(&mut text));
                rest = tail;
                continue;
            }
            (0x20..=0x7e, _) => {
                text.push(char::from(first));
                rest = tail;
                continue;
            }
            (other, _) => (format!("[byte {other:02x}]"), 1),
        };
        if !text.is_empty() {
            out.push(std::mem::take(&mut text));
        }
        out.push(said);
        rest = &rest[used..];
    }
    if !text.is_empty() {
        out.push(text);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::site::PaperWidth;
    use proptest::prelude::*;

    fn at_once(bits: &[u8]) -> usize {
        bits.windows(2).filter(|w| w[0] == DLE && AT_ONCE.contains(&w[1])).count()
    }

    #[test]
    fn a_picture_is_a_raster_of_its_size() {
        let black = image::GrayImage::new(640, 320);
        let mut file = std::io::Cursor::new(Vec::new());
        black.write_to(&mut file, image::ImageFormat::Png).unwrap();
        for (paper, said) in [(PaperWidth::Mm58, "[raster 288x96]"), (PaperWidth::Mm80, "[raster 432x144]")] {
            let dots = Dots::fitted(file.get_ref(), paper).unwrap();
            let bytes = document(&[Row::Picture(dots)]);
            assert_eq!(decode(&bytes)[..4], ["[reset]", "[code page 0]", said, "[feed 12 dots]"]);
            assert!(decode(&bytes).iter().all(|s| !s.starts_with("[byte")));
            let black = bytes.iter().filter(|b| **b == 0xff).count();
            assert_eq!(black, paper.dots() / 2 / 8 * (paper.dots() / 4), "all of it and nothing beside it");
        }
    }

    proptest! {
        #[test]
        fn no_picture_steers_the_printer(at in prop::collection::vec((prop_oneof![Just(DLE), any::<u8>()], prop_oneof![Just(0x04), Just(0x05), Just(0x14), any::<u8>()]), 1..60)) {
            let before: Vec<u8> = at.into_iter().flat_map(|(first, second)| [first, second]).collect();
            let mut bits = before.clone();
            silence(&mut bits);
            prop_assert_eq!(at_once(&bits), 0);
            let changed = before.iter().zip(&bits).filter(|(b, a)| b != a).count();
            prop_assert_eq!(changed, at_once(&before), "no more than need be");
        }

        #[test]
        fn no_text_steers_the_printer(text in "\\PC{0,60}|[\\x00-\\x1f\\x7f-\\u{9f}]{0,20}") {
            prop_assert!(encode(&text).iter().all(|b| (0x20..=0x7e).contains(b)));
            prop_assert_eq!(encode(&text).len(), text.chars().count());
        }

        #[test]
        fn a_document_decodes_to_its_rows(texts in prop::collection::vec("[ -~]{1,30}", 1..8)) {
            let rows: Vec<Row> = texts.iter().map(|t| Row::Text(TextRow { indent: 0, text: t.clone(), size: Size::Normal, bold: false, inverted: false })).collect();
            let said = decode(&document(&rows));
            prop_assert_eq!(&said[..2], ["[reset]", "[code page 0]"]);
            prop_assert_eq!(&said[2..2 + texts.len()], &texts[..]);
            prop_assert_eq!(said.last().map(String::as_str), Some("[cut 0]"));
            prop_assert!(!said.iter().any(|s| s.starts_with("[byte")), "{:?}", said);
        }
    }
}
