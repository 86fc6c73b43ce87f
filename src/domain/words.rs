//! The catalogue of sentences for people outside the screens: receipts, tickets, refusals,
//! the terminal. Fluent files in `lang/`, built into the program. Slint and the browser keep
//! their own for their pages, with the same terms.

use std::sync::OnceLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};

use crate::domain::money::{Currency, Money};
use crate::domain::refusal::Refusal;
use crate::domain::site::Language;

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
