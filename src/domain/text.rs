//! Text that people type. It is cleaned once, here, before anything stores or shows it; the
//! edges still escape for their own medium. Called by operations, never by views.

/// Longest name of a guest, employee, product or table, in characters.
pub const NAME_MAX: usize = 60;
/// Longest note to the kitchen.
pub const NOTE_MAX: usize = 140;
/// Longest reason for a cancellation.
pub const REASON_MAX: usize = 140;
/// Longest description of a product.
pub const DESCRIPTION_MAX: usize = 400;
/// Longest comment to a rating.
pub const COMMENT_MAX: usize = 500;
/// Longest mail address (RFC 5321 allows a path of 256 octets, 254 without its brackets).
pub const MAIL_MAX: usize = 254;

/// What is wrong with a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TextFault {
    #[error("empty")]
    Empty,
    #[error("longer than {0} characters")]
    Long(usize),
    #[error("looks like a card number")]
    Card,
    #[error("not of the expected form")]
    Form,
}

/// Whether a spreadsheet would take the text for a formula.
pub fn is_formula(text: &str) -> bool {
    // Some take the wide forms for the narrow ones.
    text.starts_with(['=', '+', '-', '@', '\t', '\r', '\0', '＝', '＋', '－', '＠'])
}

/// Text as a spreadsheet may read it: never as a formula.
pub fn cell(text: &str) -> String {
    if is_formula(text) { format!("'{text}") } else { text.to_owned() }
}

/// Collapses white space and drops what has no business in a line of text: control
/// characters (they would steer printers and terminals) and the marks that reorder or hide
/// neighbouring text. Then checks the length and that it is no card number.
pub fn clean(text: &str, max: usize) -> Result<String, TextFault> {
    // Cheap bound first: four bytes a character, and room for the white space that goes.
    if text.len() > max * 8 {
        return Err(TextFault::Long(max));
    }
    let mut out = String::with_capacity(text.len());
    let mut gap = false;
    for ch in text.chars() {
        if ch.is_whitespace() {
            gap = !out.is_empty();
        } else if !ch.is_control() && !is_invisible(ch) {
            if std::mem::take(&mut gap) {
                out.push(' ');
            }
            out.push(ch);
        }
    }
    if out.chars().count() > max {
        return Err(TextFault::Long(max));
    }
    if has_card_number(&out) {
        return Err(TextFault::Card);
    }
    Ok(out)
}

/// As [`clean`], and at least one character is left.
pub fn required(text: &str, max: usize) -> Result<String, TextFault> {
    match clean(text, max)? {
        text if text.is_empty() => Err(TextFault::Empty),
        text => Ok(text),
    }
}

/// A mail address that a mail server could take: one @, a dot behind it, no spaces, ASCII.
/// Nothing stricter: the only real test is to send a mail there.
pub fn mail(text: &str) -> Result<String, TextFault> {
    let text = required(text, MAIL_MAX)?;
    let (local, host) = text.rsplit_once('@').ok_or(TextFault::Form)?;
    let sound = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_graphic() && !b"<>()[],;:\\\"@".contains(&b));
    let dotted = host.contains('.') && !host.starts_with('.') && !host.ends_with('.') && !host.contains("..");
    if sound(local) && sound(host) && dotted { Ok(text) } else { Err(TextFault::Form) }
}

/// A phone number as people write it; digits and the signs between them, 6 to 15 digits
/// (ITU-T E.164 ends at 15).
pub fn phone(text: &str) -> Result<String, TextFault> {
    let text = required(text, 24)?;
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let sound = text.bytes().enumerate().all(|(i, b)| b.is_ascii_digit() || b" -.()".contains(&b) || (b == b'+' && i == 0));
    if sound && (6..=15).contains(&digits) { Ok(text) } else { Err(TextFault::Form) }
}

/// Zero-width marks, letters that show nothing, and the marks that turn the direction of text.
fn is_invisible(ch: char) -> bool {
    matches!(ch, '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{180B}'..='\u{180F}' | '\u{2800}' | '\u{3164}' | '\u{FFA0}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E007F}')
}

/// Thirteen to nineteen digits in a row (spaces and dashes between them do not count) that
/// pass Luhn's check. kasir takes no card data, not even by accident in a note.
fn has_card_number(text: &str) -> bool {
    let mut run: Vec<u8> = Vec::new();
    for ch in text.chars().chain(std::iter::once('.')) {
        match ch {
            '0'..='9' => run.push(ch as u8 - b'0'),
            ' ' | '-' => {}
            _ => {
                if (13..=19).contains(&run.len()) && luhn(&run) {
                    return true;
                }
                run.clear();
            }
        }
    }
    false
}

fn luhn(digits: &[u8]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(i, d)| match (i % 2 == 1, u32::from(*d)) {
            (true, d) if d > 4 => d * 2 - 9,
            (true, d) => d * 2,
            (false, d) => d,
        })
        .sum();
    sum.is_multiple_of(10)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_are_trimmed_and_disarmed() {
        assert_eq!(required("  Ibu\t Sari\n", 60), Ok("Ibu Sari".into()));
        assert_eq!(required("A\u{1b}@\u{1d}V\u{0}B", 60), Ok("A@VB".into()), "printer commands lose their lead byte");
        assert_eq!(required("\u{202e}abc\u{200b}", 60), Ok("abc".into()));
        assert_eq!(required(" \u{7} ", 60), Err(TextFault::Empty));
        assert_eq!(required("\u{3164}\u{2800}\u{61c}", 60), Err(TextFault::Empty), "a name that nobody sees is none");
        assert!(is_formula("＝1+1") && !is_formula(&cell("＠SUM")));
        assert_eq!(required(&"x".repeat(61), 60), Err(TextFault::Long(60)));
        assert_eq!(required("é".repeat(60).as_str(), 60).map(|t| t.chars().count()), Ok(60));
    }

    #[test]
    fn card_numbers_are_refused() {
        assert_eq!(clean("kartu 4111 1111 1111 1111", 60), Err(TextFault::Card));
        assert_eq!(clean("0812-3456-7890", 60), Ok("0812-3456-7890".into()));
    }

    #[test]
    fn addresses() {
        assert!(mail("budi@example.com").is_ok());
        for wrong in ["budi", "@example.com", "budi@", "budi@local", "a b@example.com", "x@y..z", "a@b.c\r\nBcc: d@e.f"] {
            assert!(mail(wrong).is_err(), "{wrong}");
        }
        assert!(phone("+62 812-3456-789").is_ok());
        assert!(phone("08x").is_err() && phone("12").is_err());
    }

    proptest! {
        #[test]
        fn no_control_byte_comes_through(text in ".{0,80}") {
            if let Ok(out) = clean(&text, 80) {
                prop_assert!(!out.chars().any(|c| c.is_control() || is_invisible(c)));
                prop_assert_eq!(clean(&out, 80), Ok(out), "cleaning twice changes nothing");
            }
        }
    }
}
