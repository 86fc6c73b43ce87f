//! From rows to the printer's bytes, and back for tests and eyes. The bytes of styles come
//! from the `escpos` crate; text is encoded here, because the crate's code pages let
//! characters through that a printer takes for commands. A line with a character that the
//! printer's page lacks is drawn and sent as a picture.
//!
//! Every document begins with a reset and sets its code page, and ends with a feed before
//! the cut, for the cutter sits above the head.

use std::sync::{Arc, Mutex};

use escpos::driver::Driver;
use escpos::errors::Result as EscposResult;
use escpos::printer::Printer;
use escpos::utils::Protocol;

use crate::domain::document::Size;
use crate::domain::printer::{CodePage, Cutter, DrawerPin, Profile};
use crate::workers::print::code_page;
use crate::workers::print::dots::Dots;
use crate::workers::print::glyphs;
use crate::workers::print::layout::{Row, TextRow};

/// Rows between the head and the cutter, and room to tear.
const FEED: u8 = 3;
/// Rows until the last line is past the edge on which paper is torn.
const FEED_TO_TEAR: u8 = 5;
/// `GS v 0 0`: a picture, dot for dot.
const RASTER: &[u8] = &[0x1d, 0x76, 0x30, 0x00];
/// `ESC J`: white below a picture.
const FEED_DOTS: &[u8] = &[0x1b, 0x4a];
/// How much of it, in dots.
pub const BELOW_PICTURE: u8 = 12;
/// The same below a line that is drawn: what a printer leaves between two of its own.
const BELOW_LINE: u8 = 6;
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

/// `ESC p`: 50 ms on, 500 ms off. Written out: the crate leaves the times away, and the printer then
/// takes the next two bytes of the document for them.
pub fn drawer_pulse(pin: DrawerPin) -> [u8; 5] {
    let pin = match pin {
        DrawerPin::Two => 0,
        DrawerPin::Five => 1,
    };
    [0x1b, 0x70, pin, 0x19, 0xfa]
}

/// `ESC t`: the characters beyond ASCII.
fn select(page: CodePage) -> [u8; 3] {
    [0x1b, 0x74, code_page::number(page)]
}

/// `GS V 66 0` feeds to the cutter and leaves a bit uncut, `GS V 65 0` none. The crate's own
/// partial cut is a full one.
fn cut(cutter: Cutter) -> &'static [u8] {
    match cutter {
        Cutter::None => &[],
        Cutter::Full => &[0x1d, 0x56, 0x41, 0x00],
        Cutter::Partial => &[0x1d, 0x56, 0x42, 0x00],
    }
}

/// The bytes of a document.
pub fn document(rows: &[Row], profile: &Profile) -> Vec<u8> {
    let buffer = Buffer::default();
    // The buffer takes everything; the crate's errors are those of its drivers.
    let written = write(&mut Printer::new(buffer.clone(), Protocol::default(), None), rows, profile);
    if let Err(error) = written {
        tracing::error!(%error, "a document could not be encoded whole");
    }
    std::mem::take(&mut *buffer.0.lock().unwrap_or_else(|e| e.into_inner()))
}

fn write(printer: &mut Printer<Buffer>, rows: &[Row], profile: &Profile) -> EscposResult<()> {
    printer.init()?.custom(&select(profile.code_page))?;
    let mut now = (Size::Normal, false, false);
    for row in rows {
        match row {
            Row::Text(text) => match encode(profile.code_page, &text.text) {
                Some(bytes) => write_text(printer, text, &bytes, &mut now)?,
                // One sign that the page lacks, and the whole line is drawn: its columns stay columns.
                None => drop(printer.custom(&raster(&Dots::drawn(text), BELOW_LINE))?),
            },
            Row::Sample { page, text } => {
                let bytes = [&select(*page)[..], &encode(*page, text).unwrap_or_default()].concat();
                write_text(printer, &TextRow::plain(text), &bytes, &mut now)?;
                printer.custom(&select(profile.code_page))?;
            }
            Row::Picture(dots) => drop(printer.custom(&raster(dots, BELOW_PICTURE))?),
            Row::Feed(dots) => {
                let dots = u8::try_from(*dots).unwrap_or(u8::MAX);
                printer.custom(&[FEED_DOTS, &[dots]].concat())?;
            }
        }
    }
    let feed = if profile.cutter == Cutter::None { FEED_TO_TEAR } else { FEED };
    printer.size(1, 1)?.bold(false)?.reverse(false)?.feeds(feed)?;
    let knife = cut(profile.cutter);
    if !knife.is_empty() {
        printer.custom(knife)?;
    }
    printer.print()?;
    Ok(())
}

/// `now` is how the printer writes before and after it: size, bold, inverted.
fn write_text(printer: &mut Printer<Buffer>, row: &TextRow, text: &[u8], now: &mut (Size, bool, bool)) -> EscposResult<()> {
    let wanted = (row.size, row.bold, row.inverted);
    if wanted.0 != now.0 {
        // One to four.
        let times = |n: usize| u8::try_from(n).unwrap_or(1);
        let (width, height) = glyphs::scale(row.size);
        printer.size(times(width), times(height))?;
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
    printer.custom(text)?.custom(b"\n")?;
    Ok(())
}

/// A picture with the white to its left and below it: not every printer centres one by itself.
fn raster(dots: &Dots, below: u8) -> Vec<u8> {
    let margin = dots.left / 8;
    // Neither is more than the paper's width or a few hundred rows.
    let size = |n: usize| u16::try_from(n).unwrap_or(u16::MAX).to_le_bytes();
    let mut bits: Vec<u8> = dots.rows().flat_map(|row| std::iter::repeat_n(0, margin).chain(row.iter().copied())).collect();
    silence(&mut bits);
    [RASTER, &size(margin + dots.row_bytes()), &size(dots.height), &bits, FEED_DOTS, &[below]].concat()
}

/// Two more black dots wherever a picture would say something to the printer.
fn silence(bits: &mut [u8]) {
    for at in 1..bits.len() {
        if bits[at - 1] == DLE && AT_ONCE.contains(&bits[at]) {
            bits[at - 1] |= DLE >> 1 | DLE << 1;
        }
    }
}

/// The text in the page's bytes, one a character, and nothing that a printer could take for a
/// command. None when the page lacks a character that no other stands for.
pub fn encode(page: CodePage, text: &str) -> Option<Vec<u8>> {
    text.chars().map(|ch| code_page::byte(page, ch).or_else(|| plain(ch))).collect()
}

/// Signs of which the typewriter's own says the same.
fn plain(ch: char) -> Option<u8> {
    Some(match ch {
        '\u{2018}' | '\u{2019}' | '\u{2032}' => b'\'',
        '\u{201c}' | '\u{201d}' => b'"',
        '\u{2010}'..='\u{2015}' | '\u{2212}' => b'-',
        '…' => b'.',
        '×' => b'x',
        '\u{a0}' | '\u{202f}' => b' ',
        '•' | '·' => b'*',
        _ => return None,
    })
}

/// Reads a printer's bytes back, a line a command or text: what the golden files show beside
/// the bytes, and how tests see paper.
pub fn decode(bytes: &[u8]) -> Vec<String> {
    let mut out = Vec::new();
    let mut text = String::new();
    let mut page = CodePage::Ascii;
    let mut rest = bytes;
    while let Some((&first, tail)) = rest.split_first() {
        let (said, used) = match (first, tail) {
            (0x1b, [b'@', ..]) => ("[reset]".to_owned(), 2),
            (0x1b, [b't', n, ..]) => {
                page = code_page::numbered(*n).unwrap_or_default();
                (format!("[code page {n}]"), 3)
            }
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
            (0x1d, [b'V', 65, n, ..]) => (format!("[full cut {n}]"), 4),
            (DLE, [0x04, n, ..]) => (format!("[ask {n}]"), 3),
            (b'\n', _) => {
                out.push(std::mem::take(&mut text));
                rest = tail;
                continue;
            }
            (byte, _) if code_page::character(page, byte).is_some() => {
                text.extend(code_page::character(page, byte));
                rest = tail;
                continue;
            }
            (other, _) => (format!("[byte {other:02x}]"), 1),
        };
        if !text.is_empty() {
            out.push(std::mem::take(&mut text));
        }
        out.push(said);
        rest = &rest[used.min(rest.len())..];
    }
    if !text.is_empty() {
        out.push(text);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::document::{Block, Document, Style};
    use crate::domain::site::PaperWidth;
    use crate::workers::print::layout::lay_out;
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
            let bytes = document(&[Row::Picture(dots)], &Profile::default());
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
            for page in CodePage::ALL {
                if let Some(bytes) = encode(page, &text) {
                    prop_assert!(bytes.iter().all(|b| (0x20..=0x7e).contains(b) || *b >= 0x80));
                    prop_assert_eq!(bytes.len(), text.chars().count());
                }
                // On paper, drawn or written: one document, its own commands and no other.
                let block = Block::Text { text: text.clone(), style: Style::default() };
                let rows = lay_out(&Document { blocks: vec![block] }, PaperWidth::Mm58);
                let said = decode(&document(&rows, &Profile { code_page: page, ..Profile::default() }));
                let commands = |word: &str| said.iter().filter(|s| s.starts_with(word)).count();
                prop_assert_eq!((commands("[reset"), commands("[cut"), commands("[drawer"), commands("[ask"), commands("[byte")), (1, 1, 0, 0, 0), "{:?}", said);
            }
        }

        #[test]
        fn a_document_decodes_to_its_rows(texts in prop::collection::vec("[ -~]{1,30}", 1..8)) {
            let rows: Vec<Row> = texts.iter().map(|t| Row::Text(TextRow { indent: 0, text: t.clone(), size: Size::Normal, bold: false, inverted: false })).collect();
            let said = decode(&document(&rows, &Profile::default()));
            prop_assert_eq!(&said[..2], ["[reset]", "[code page 0]"]);
            prop_assert_eq!(&said[2..2 + texts.len()], &texts[..]);
            prop_assert_eq!(said.last().map(String::as_str), Some("[cut 0]"));
            prop_assert!(!said.iter().any(|s| s.starts_with("[byte")), "{:?}", said);
        }
    }
}
