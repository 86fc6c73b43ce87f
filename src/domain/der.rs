//! From when to when a certificate holds: the one field of X.509 that kasir reads itself (RFC 5280,
//! 4.1). What cannot be read is none; whether a certificate is good decides rustls.

/// Milliseconds since 1970 at which that certificate (DER) begins and ends.
pub fn validity_ms(certificate: &[u8]) -> Option<(i64, i64)> {
    let (_, body, _) = piece(certificate)?;
    let (_, mut fields, _) = piece(body)?;
    // Version [0] may be missing; then serial number, algorithm, issuer.
    if fields.first() == Some(&0xa0) {
        fields = piece(fields)?.2;
    }
    for _ in 0..3 {
        fields = piece(fields)?.2;
    }
    let (_, validity, _) = piece(fields)?;
    let (tag, from, rest) = piece(validity)?;
    let from = moment_ms(tag, from)?;
    let (tag, to, _) = piece(rest)?;
    Some((from, moment_ms(tag, to)?))
}

fn moment_ms(tag: u8, text: &[u8]) -> Option<i64> {
    let text = std::str::from_utf8(text).ok()?;
    // UTCTime has two digits of the year: those below 50 are of this century.
    let (year, rest) = match tag {
        0x17 => {
            let year: i16 = text.get(..2)?.parse().ok()?;
            (if year < 50 { 2_000 + year } else { 1_900 + year }, text.get(2..)?)
        }
        0x18 => (text.get(..4)?.parse().ok()?, text.get(4..)?),
        _ => return None,
    };
    let number = |at: usize| rest.get(at..at + 2)?.parse::<i8>().ok();
    let date = jiff::civil::Date::new(year, number(0)?, number(2)?).ok()?;
    let time = jiff::civil::Time::new(number(4)?, number(6)?, number(8)?, 0).ok()?;
    let moment = date.to_datetime(time).to_zoned(jiff::tz::TimeZone::UTC).ok()?;
    Some(moment.timestamp().as_millisecond())
}

/// Tag, content, and what follows.
fn piece(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (tag, rest) = bytes.split_first()?;
    let (first, rest) = rest.split_first()?;
    let (length, rest) = match first {
        0..=0x7f => (usize::from(*first), rest),
        // Longer lengths than four bytes are no certificate's.
        0x81..=0x84 => {
            let (digits, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
            (digits.iter().fold(0, |n, b| n << 8 | usize::from(*b)), rest)
        }
        _ => return None,
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some((*tag, content, rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_end_of_a_certificate_is_read() {
        let key = rcgen::KeyPair::generate().unwrap();
        for (year, month, day, ms) in [(2031, 5, 9, 1_936_051_200_000), (2060, 1, 1, 2_840_140_800_000)] {
            let mut params = rcgen::CertificateParams::default();
            params.not_before = rcgen::date_time_ymd(1975, 1, 1);
            params.not_after = rcgen::date_time_ymd(year, month, day);
            assert_eq!(validity_ms(params.self_signed(&key).unwrap().der()), Some((157_766_400_000, ms)));
        }
    }

    proptest! {
        #[test]
        fn rubbish_harms_nobody(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = validity_ms(&bytes);
        }
    }
}
