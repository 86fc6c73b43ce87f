//! From a document to rows of a known width. Text wraps at words; an amount never wraps, is
//! never dropped, and stays with its currency; nothing is wider than the paper.

use crate::domain::document::{Align, Block, Document, Size, Style};
use crate::domain::printer::CodePage;
use crate::domain::site::PaperWidth;
use crate::workers::print::code_page;
use crate::workers::print::dots::Dots;
use crate::workers::print::glyphs;

/// What stands below each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Row {
    Text(TextRow),
    /// A line in the characters of another code page than the printer's.
    Sample {
        page: CodePage,
        text: String,
    },
    Picture(Dots),
    /// White, so many dots of it.
    Feed(usize),
}

/// One printed row of text, no wider than its size allows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextRow {
    /// Blank columns before the text; never inverted.
    pub indent: usize,
    pub text: String,
    pub size: Size,
    pub bold: bool,
    pub inverted: bool,
}

impl TextRow {
    pub fn plain(text: &str) -> TextRow {
        TextRow { indent: 0, text: text.to_owned(), size: Size::Normal, bold: false, inverted: false }
    }
}

/// Columns that a narrow character of that size takes.
fn scale(size: Size) -> usize {
    glyphs::scale(size).0
}

/// What can be seen of a text: a control character is a question mark, what only steers its
/// neighbours is nothing.
fn visible(text: &str) -> String {
    let sign = |ch: char| match ch {
        ch if ch.is_whitespace() => Some(' '),
        ch if ch.is_control() => Some('?'),
        '\u{ad}'
        | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{fe00}'..='\u{fe0f}'
        | '\u{feff}' => None,
        ch => Some(ch),
    };
    text.chars().filter_map(sign).collect()
}

pub fn lay_out(document: &Document, width: PaperWidth) -> Vec<Row> {
    document.blocks.iter().flat_map(|block| rows(block, width)).collect()
}

fn rows(block: &Block, width: PaperWidth) -> Vec<Row> {
    match block {
        // A paper without its picture is still a paper.
        Block::Picture(file) => Dots::fitted(file, width).map(Row::Picture).into_iter().collect(),
        Block::Qr(text) => Dots::qr(text, width).map(Row::Picture).into_iter().collect(),
        Block::Page(page) => sample(*page, width.columns()),
        block => text_rows(block, width.columns()).into_iter().map(Row::Text).collect(),
    }
}

fn text_rows(block: &Block, paper: usize) -> Vec<TextRow> {
    let row = |indent: usize, text: String, style: &Style| TextRow {
        indent,
        text,
        size: style.size,
        bold: style.bold,
        inverted: style.inverted,
    };
    match block {
        Block::Picture(_) | Block::Qr(_) | Block::Page(_) => Vec::new(),
        // Wider than this paper or not: that is what it shows.
        Block::Ruler => PaperWidth::ALL.iter().map(|paper| row(0, ruler(paper.columns()), &Style::default())).collect(),
        Block::Blank => vec![row(0, String::new(), &Style::default())],
        Block::Rule => vec![row(0, "-".repeat(paper), &Style::default())],
        Block::Text { text, style } => {
            let columns = paper / scale(style.size);
            // White on black needs a black edge on either side to be read.
            let edge = usize::from(style.inverted);
            let room = columns - style.indent.min(columns / 2) - 2 * edge;
            let framed = |line: String| if style.inverted { format!(" {line} ") } else { line };
            wrap(&visible(text), room)
                .into_iter()
                .map(framed)
                .map(|line| row(indent(&line, columns, style), line, style))
                .collect()
        }
        Block::Pair { left, right, style } => {
            let columns = paper / scale(style.size);
            pair(&visible(left), &visible(right), columns, style).into_iter().map(|text| row(0, text, style)).collect()
        }
    }
}

fn indent(line: &str, columns: usize, style: &Style) -> usize {
    match style.align {
        Align::Left => style.indent.min(columns / 2),
        Align::Centre => (columns - length(line).min(columns)) / 2,
    }
}

/// Left text and right amount. When both do not fit on a row, the amount takes a row of its
/// own at the right.
fn pair(left: &str, right: &str, columns: usize, style: &Style) -> Vec<String> {
    let indent = style.indent.min(columns / 2);
    let room = columns - indent;
    let mut lines = wrap(left, room);
    let last = lines.pop().unwrap_or_default();
    let pad = |n: usize| " ".repeat(n);
    if length(&last) + 1 + length(right) <= room {
        let gap = room - length(&last) - length(right);
        lines.push(format!("{last}{}{right}", pad(gap)));
    } else {
        lines.push(last);
        // Wider than the paper it is broken rather than cut: no digit is lost.
        lines.extend(pieces(right, room).into_iter().map(|p| format!("{}{p}", pad(room - length(&p)))));
    }
    lines.into_iter().map(|l| format!("{}{l}", pad(indent))).collect()
}

/// Breaks at spaces; a word longer than the row is broken where the row ends.
fn wrap(text: &str, columns: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split_whitespace() {
        for piece in pieces(word, columns) {
            let gap = usize::from(!line.is_empty());
            if length(&line) + gap + length(&piece) > columns {
                lines.push(std::mem::take(&mut line));
            } else if gap == 1 {
                line.push(' ');
            }
            line.push_str(&piece);
        }
    }
    if !line.is_empty() || lines.is_empty() {
        lines.push(line);
    }
    lines
}

fn pieces(text: &str, columns: usize) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    let mut room = 0;
    for ch in text.chars() {
        let wide = glyphs::columns(ch);
        match all.last_mut() {
            Some(last) if wide <= room => {
                last.push(ch);
                room -= wide;
            }
            _ => {
                room = columns.max(1).saturating_sub(wide);
                all.push(ch.to_string());
            }
        }
    }
    all
}

/// Columns of a text: one a character, two for what is wide.
fn length(text: &str) -> usize {
    glyphs::text_columns(text)
}

/// `columns` wide: a dot a column, a figure every tenth, and at its end how wide it is.
fn ruler(columns: usize) -> String {
    let marks = (1..columns - 1).map(|n| match (n % 10, n) {
        // Nothing that could be read as a part of the number at the end.
        (0, n) if n + 2 < columns => char::from_digit(u32::try_from(n / 10 % 10).unwrap_or(0), 10).unwrap_or('0'),
        (5, _) => ':',
        _ => '.',
    });
    format!("{}{columns}", marks.collect::<String>())
}

/// The letters that a page has beyond ASCII, under its name: right where the printer has the page.
fn sample(page: CodePage, columns: usize) -> Vec<Row> {
    let letters: Vec<char> = code_page::beyond_ascii(page).filter(|c| c.is_alphabetic() || *c == '€' || *c == '£').collect();
    let lines = letters.chunks(columns).map(|line| Row::Sample { page, text: line.iter().collect() });
    let name = format!("{} ({})", page.name(), code_page::number(page));
    std::iter::once(Row::Text(TextRow { bold: true, ..TextRow::plain(&name) })).chain(lines).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn amounts_keep_to_the_right() {
        let style = Style::default();
        assert_eq!(pair("Subtotal", "92.400", 20, &style), ["Subtotal      92.400"]);
        assert_eq!(pair("Nasi Goreng Istimewa", "92.400", 20, &style), ["Nasi Goreng Istimewa", "              92.400"]);
        assert_eq!(pair("a", "Rp1.000.000.000.000.000.000", 20, &style), ["a", "Rp1.000.000.000.000.", "             000.000"]);
    }

    proptest! {
        #[test]
        fn nothing_is_wider_than_the_paper_and_no_amount_is_lost(left in "[a-zA-Z éЖ漢กㄱ]{0,90}", right in "-?Rp[0-9.]{1,30}", indent in 0_usize..6,
            size in prop_oneof![Just(Size::Normal), Just(Size::Tall), Just(Size::Double), Just(Size::Huge)],
            width in prop::sample::select(PaperWidth::ALL.to_vec()), centre: bool, inverted: bool) {
            let align = if centre { Align::Centre } else { Align::Left };
            let style = Style { size, indent, align, inverted, ..Style::default() };
            let doc = Document { blocks: vec![
                Block::Pair { left: left.clone(), right: right.clone(), style },
                Block::Text { text: left.clone(), style },
                Block::Rule,
            ]};
            let rows: Vec<TextRow> = doc.blocks.iter().flat_map(|block| text_rows(block, width.columns())).collect();
            prop_assert_eq!(lay_out(&doc, width), rows.iter().cloned().map(Row::Text).collect::<Vec<_>>());
            for row in &rows {
                prop_assert!((row.indent + length(&row.text)) * scale(row.size) <= width.columns(), "{:?}", row);
            }
            let all: String = rows.iter().flat_map(|r| r.text.chars()).filter(|c| !c.is_whitespace()).collect();
            let want: String = format!("{left}{right}{left}").chars().filter(|c| !c.is_whitespace()).collect();
            prop_assert!(all.starts_with(&want));
        }
    }
}
