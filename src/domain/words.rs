//! The catalogue of sentences for people outside the screens: receipts, tickets, refusals,
//! the terminal. Fluent files in `lang/`, built into the program. Slint and the browser keep
//! their own for their pages, with the same terms.

use std::sync::OnceLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};

use crate::domain::money::{Currency, Money};
use crate::domain::refusal::Refusal;
use crate::domain::site::Language;
use crate::domain::time::{BusinessDay, Period};

type Bundle = FluentBundle<FluentResource>;

fn bundle(language: Language) -> &'static Bundle {
    static ID: OnceLock<Bundle> = OnceLock::new();
    static EN: OnceLock<Bundle> = OnceLock::new();
    match language {
        Language::Id => ID.get_or_init(|| load("id", include_str!("../../lang/id.ftl"))),
        Language::En => EN.get_or_init(|| load("en", include_str!("../../lang/en.ftl"))),
    }
}

/// The files are part of the program and a test loads both: what does not parse is left out
/// rather than a reason not to sell.
fn load(tag: &str, source: &str) -> Bundle {
    let language = tag.parse().unwrap_or_default();
    let mut bundle = Bundle::new_concurrent(vec![language]);
    // Marks that isolate inserted text for screens come out as rubbish on a printer.
    bundle.set_use_isolating(false);
    let resource = match FluentResource::try_new(source.to_owned()) {
        Ok(resource) => resource,
        Err((partial, _)) => partial,
    };
    bundle.add_resource_overriding(resource);
    bundle
}

/// The sentence `key` with `args`; the key itself when there is no such sentence.
pub fn say(language: Language, key: &str, args: &[(&str, &str)]) -> String {
    let bundle = bundle(language);
    let Some(pattern) = bundle.get_message(key).and_then(|m| m.value()) else {
        return key.to_owned();
    };
    let mut values = FluentArgs::new();
    for (name, value) in args {
        values.set(*name, FluentValue::from(*value));
    }
    bundle.format_pattern(pattern, Some(&values), &mut Vec::new()).into_owned()
}

/// A word without parameters.
pub fn word(language: Language, key: &str) -> String {
    say(language, key, &[])
}

/// "Jumat, 9 Mei 2031".
pub fn day(language: Language, day: BusinessDay) -> String {
    format!("{}, {}", word(language, &format!("weekday-{}", day.weekday())), date(language, day))
}

/// "9 Mei 2031".
pub fn date(language: Language, day: BusinessDay) -> String {
    let (year, month, date) = day.date();
    format!("{date} {} {year}", word(language, &format!("month-{month}")))
}

/// "9 Mei".
pub fn short_date(language: Language, day: BusinessDay) -> String {
    let (_, month, date) = day.date();
    format!("{date} {}", word(language, &format!("month-short-{month}")))
}

/// "Mei 2031".
pub fn month(language: Language, day: BusinessDay) -> String {
    let (year, month, _) = day.date();
    format!("{} {year}", word(language, &format!("month-{month}")))
}

/// "Jumat, 9 Mei 2031", or "3 Mei 2031 – 9 Mei 2031".
pub fn period(language: Language, period: Period) -> String {
    match period.days() {
        1 => day(language, period.from),
        _ => format!("{} – {}", date(language, period.from), date(language, period.to)),
    }
}

/// An amount for the side of a chart: "Rp1,5 jt". Cut to one decimal, so only round amounts are
/// written whole.
pub fn short_amount(language: Language, currency: Currency, amount: Money) -> String {
    let whole = amount.0.unsigned_abs() / 10_u64.pow(currency.digits);
    let sign = if amount.0 < 0 { "-" } else { "" };
    let (unit, key) = match whole {
        0..1_000 => return format!("{sign}{}{whole}", currency.symbol),
        1_000..1_000_000 => (1_000, "amount-thousand"),
        1_000_000..1_000_000_000 => (1_000_000, "amount-million"),
        _ => (1_000_000_000, "amount-billion"),
    };
    let tenth = whole % unit * 10 / unit;
    let text = match tenth {
        0 => (whole / unit).to_string(),
        tenth => format!("{}{}{tenth}", whole / unit, currency.decimal),
    };
    format!("{sign}{}{}", currency.symbol, say(language, key, &[("n", &text)]))
}

/// The sentence of a refusal, amounts written in `currency`, names of fields and things and
/// states translated.
pub fn refuse(language: Language, refusal: &Refusal, currency: Currency) -> String {
    let mut params = refusal.params();
    for (name, value) in &mut params {
        match *name {
            "amount" => *value = value.parse().map(|m| currency.format(Money(m))).unwrap_or_default(),
            "field" | "what" | "state" => *value = word(language, &format!("{name}-{}", value.replace('_', "-"))),
            _ => {}
        }
    }
    let args: Vec<(&str, &str)> = params.iter().map(|(n, v)| (*n, v.as_str())).collect();
    say(language, &format!("refusal-{}", refusal.code()), &args)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(source: &str) -> Vec<&str> {
        source
            .lines()
            .filter(|l| l.starts_with(|c: char| c.is_ascii_lowercase()))
            .filter_map(|l| l.split_once(" ="))
            .map(|(k, _)| k)
            .collect()
    }

    #[test]
    fn both_languages_parse_and_have_the_same_sentences() {
        let (id, en) = (include_str!("../../lang/id.ftl"), include_str!("../../lang/en.ftl"));
        for source in [id, en] {
            assert!(FluentResource::try_new(source.to_owned()).is_ok());
        }
        assert_eq!(keys(id), keys(en), "same keys in the same order");
    }

    #[test]
    fn every_refusal_has_its_sentence_with_all_parameters() {
        for language in Language::ALL {
            for refusal in Refusal::samples() {
                let text = refuse(language, &refusal, Currency::default());
                assert!(!text.starts_with("refusal-") && !text.contains('{'), "{language:?} {refusal:?}: {text}");
                assert!(text.len() > 12 && text.ends_with('.'), "{text}");
                for needle in ["field-", "what-", "state-"] {
                    assert!(!text.contains(needle), "{language:?}: {text}");
                }
            }
        }
        let short = Refusal::TenderedShort { due: Money(92_400) };
        assert_eq!(refuse(Language::En, &short, Currency::default()), "That is not enough: Rp92.400 is due.");
    }

    #[test]
    fn samples_are_complete() {
        let mut codes: Vec<_> = Refusal::samples().iter().map(Refusal::code).collect();
        let all = codes.len();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), all, "one sample a code");
    }
}
