//! A form as plain data: fields with what stands in them, and what can be done with it. It knows
//! neither Slint nor the hub.

use crate::domain::money::{Currency, Money, Rate};
use crate::domain::site::Language;
use crate::domain::words::word;

/// How a field is filled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Text,
    Number,
    Money,
    Choice,
    Flag,
    Pin,
    /// A password: goes in, and is never shown.
    Secret,
    /// Shown only.
    Fixed,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    pub key: &'static str,
    pub label: String,
    pub kind: Kind,
    /// What stands in it; of a choice the chosen key.
    pub value: String,
    pub on: bool,
    /// Key and label of each.
    pub choices: Vec<(String, String)>,
    pub hint: String,
    pub problem: String,
    /// Shown only while that choice is one of these.
    pub only: Option<(&'static str, &'static [&'static str])>,
}

/// Something that can be done with a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Action {
    pub key: &'static str,
    pub label: String,
    pub danger: bool,
    pub main: bool,
    /// Asked before it is done.
    pub question: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Form {
    /// The row that it changes; none adds one.
    pub of: Option<String>,
    pub title: String,
    pub fields: Vec<Field>,
    pub actions: Vec<Action>,
}

/// A field that cannot stand as it is, and the word of the catalogue that says why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    pub field: &'static str,
    pub key: &'static str,
}

/// Makes forms in one language.
#[derive(Debug, Clone, Copy)]
pub struct Maker {
    pub language: Language,
    pub currency: Currency,
}

impl Maker {
    pub fn word(&self, key: &str) -> String {
        word(self.language, key)
    }

    fn field(&self, key: &'static str, kind: Kind, value: String) -> Field {
        let label = self.word(&format!("till-field-{key}"));
        let (hint, problem) = (String::new(), String::new());
        Field { key, label, kind, value, on: false, choices: Vec::new(), hint, problem, only: None }
    }

    pub fn text(&self, key: &'static str, value: &str) -> Field {
        self.field(key, Kind::Text, value.to_owned())
    }

    pub fn number(&self, key: &'static str, value: impl ToString) -> Field {
        self.field(key, Kind::Number, value.to_string())
    }

    /// An amount, as people write it.
    pub fn money(&self, key: &'static str, value: Money) -> Field {
        self.field(key, Kind::Money, self.currency.figures(value))
    }

    /// "10", "5,5".
    pub fn percent(&self, key: &'static str, rate: Rate) -> Field {
        let text = rate.percent(self.currency.decimal);
        self.field(key, Kind::Text, text.trim_end_matches('%').trim().to_owned())
    }

    pub fn flag(&self, key: &'static str, on: bool) -> Field {
        Field { on, ..self.field(key, Kind::Flag, String::new()) }
    }

    pub fn pin(&self, key: &'static str) -> Field {
        self.field(key, Kind::Pin, String::new())
    }

    pub fn secret(&self, key: &'static str) -> Field {
        self.field(key, Kind::Secret, String::new())
    }

    pub fn fixed(&self, key: &'static str, value: String) -> Field {
        self.field(key, Kind::Fixed, value)
    }

    pub fn choice(&self, key: &'static str, chosen: String, choices: Vec<(String, String)>) -> Field {
        Field { choices, ..self.field(key, Kind::Choice, chosen) }
    }

    pub fn save(&self) -> Action {
        Action { main: true, ..self.act("save", String::new()) }
    }

    pub fn act(&self, key: &'static str, question: String) -> Action {
        Action { key, label: self.word(&format!("till-act-{key}")), danger: false, main: false, question }
    }

    pub fn danger(&self, key: &'static str, question: String) -> Action {
        Action { danger: true, ..self.act(key, question) }
    }
}

impl Field {
    pub fn hinted(self, hint: String) -> Field {
        Field { hint, ..self }
    }

    /// By another name than its key's.
    pub fn called(self, label: String) -> Field {
        Field { label, ..self }
    }

    pub fn only(self, choice: &'static str, values: &'static [&'static str]) -> Field {
        Field { only: Some((choice, values)), ..self }
    }
}

impl Form {
    pub fn field(&self, key: &str) -> Option<&Field> {
        self.fields.iter().find(|f| f.key == key)
    }

    pub fn field_mut(&mut self, key: &str) -> Option<&mut Field> {
        self.fields.iter_mut().find(|f| f.key == key)
    }

    /// The fields that what was chosen so far asks for.
    pub fn shown(&self) -> impl Iterator<Item = &Field> {
        self.fields.iter().filter(|f| f.only.is_none_or(|(choice, values)| values.contains(&self.value(choice))))
    }

    /// What stands in a field, without the space around it.
    pub fn value(&self, key: &str) -> &str {
        self.field(key).map_or("", |f| f.value.trim())
    }

    pub fn on(&self, key: &str) -> bool {
        self.field(key).is_some_and(|f| f.on)
    }

    pub fn money(&self, key: &'static str, currency: Currency) -> Result<Money, Problem> {
        let text = self.value(key);
        let amount = if text.is_empty() { Some(Money::ZERO) } else { currency.parse(text) };
        amount.ok_or(Problem { field: key, key: "till-problem-money" })
    }

    /// A whole number; nothing is none.
    pub fn number(&self, key: &'static str) -> Result<u32, Problem> {
        let text = self.value(key);
        if text.is_empty() {
            return Ok(0);
        }
        text.parse().map_err(|_| Problem { field: key, key: "till-problem-number" })
    }

    /// An id, or whatever else the field's text or choice is read as.
    pub fn read<T: std::str::FromStr>(&self, key: &'static str) -> Result<T, Problem> {
        self.value(key).parse().map_err(|_| Problem { field: key, key: "till-problem-choice" })
    }

    /// "5", "5,5", "5.25": as basis points.
    pub fn rate(&self, key: &'static str) -> Result<Rate, Problem> {
        let problem = Problem { field: key, key: "till-problem-percent" };
        let text = self.value(key).replace(',', ".");
        let (whole, part) = text.split_once('.').unwrap_or((&text, ""));
        if part.len() > 2 || !part.bytes().all(|b| b.is_ascii_digit()) || whole.len() > 3 {
            return Err(problem);
        }
        let whole: u32 = if whole.is_empty() { 0 } else { whole.parse().map_err(|_| problem.clone())? };
        let part: u32 = format!("{part:0<2}").parse().map_err(|_| problem.clone())?;
        Rate::try_from(whole * 100 + part).map_err(|_| problem)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(value: &str) -> Form {
        let maker = Maker { language: Language::Id, currency: Currency::default() };
        let fields = vec![maker.text("tax", value)];
        Form { of: None, title: String::new(), fields, actions: Vec::new() }
    }

    #[test]
    fn percents_are_read_as_people_write_them() {
        let rate = |text: &str| form(text).rate("tax").map(Rate::basis_points);
        assert_eq!([rate("10"), rate("5,5"), rate("7.25"), rate("0")], [Ok(1_000), Ok(550), Ok(725), Ok(0)]);
        for wrong in ["x", "5,555", "-1", "1000", "5,5,5"] {
            assert!(rate(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn amounts_are_read_as_people_write_them() {
        let money = |text: &str| form(text).money("tax", Currency::default()).ok();
        assert_eq!(
            [money("12.500"), money("12500"), money(""), money("dua")],
            [Some(Money(12_500)), Some(Money(12_500)), Some(Money::ZERO), None]
        );
    }
}
