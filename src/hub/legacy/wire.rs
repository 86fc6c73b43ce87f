//! The old protocol's messages as types. Read with patience: its builds send numbers as text,
//! leave fields out and add others, so whatever can only mean one thing is taken as that, and
//! the rest is refused whole. Nothing here is believed: names are cleaned, sizes bounded, and
//! prices kept only to be compared.

use std::sync::Arc;

use serde_json::{Map, Value};

use crate::domain::site::{LINES_MAX, QUANTITY_MAX};
use crate::domain::text::{self, NAME_MAX};
use crate::domain::visit::plain_number;
use crate::ops::legacy::{Asked, Cart, Whose};
use crate::views::tablet::Progress;

/// Largest message that is looked at: a cart of a hundred dishes is a tenth of it.
pub const MESSAGE_MAX: usize = 64 * 1024;

/// What a tablet says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// The guest's cart after a tap.
    Cart(Whose, Cart),
    /// The guest's page has emptied itself after "selesai".
    Clear(Whose),
    /// "Pesan" was pressed. The cart is empty when none came along.
    Submit(Whose, Cart),
    /// The cashier's "Proses", with the table's number.
    Process(String),
    /// The cashier's "Selesai".
    Finish(String),
}

impl Said {
    /// Whose message it is, if a guest's.
    pub fn whose(&self) -> Option<&Whose> {
        match self {
            Said::Cart(whose, _) | Said::Clear(whose) | Said::Submit(whose, _) => Some(whose),
            Said::Process(_) | Said::Finish(_) => None,
        }
    }
}

/// Reads a message; the error says what is wrong with it, for the log.
pub fn read(json: &str) -> Result<Said, &'static str> {
    if json.len() > MESSAGE_MAX {
        return Err("it is too long");
    }
    let Ok(Value::Object(message)) = serde_json::from_str(json) else { return Err("it is no JSON object") };
    let word = |key: &str| message.get(key).and_then(Value::as_str).map(str::trim).unwrap_or_default();
    let table = table_number(message.get("table_number"))?;
    match (word("type"), word("status")) {
        ("cart_update", status) => {
            let whose = Whose { table, name: customer(&message)? };
            let cart = cart(&message)?.ok_or("it has no items")?;
            // An emptied cart is the guest's wish, except from a page that was told "selesai".
            Ok(if cart.items.is_empty() && status == "selesai" { Said::Clear(whose) } else { Said::Cart(whose, cart) })
        }
        ("status_update", "dikonfirmasi") => {
            let whose = Whose { table, name: customer(&message)? };
            Ok(Said::Submit(whose, cart(&message)?.unwrap_or_default()))
        }
        ("status_update", "diproses") => Ok(Said::Process(table)),
        // The cashier's has no items; a guest's page that says so is clearing itself.
        ("status_update", "selesai") => match cart(&message)? {
            None => Ok(Said::Finish(table)),
            Some(_) => Ok(Said::Clear(Whose { table, name: customer(&message)? })),
        },
        ("status_update", _) => Err("its status is none of the known ones"),
        _ => Err("its type is none of the known ones"),
    }
}

/// "5", whether it came as a number or as text, with zeros before it or without.
fn table_number(value: Option<&Value>) -> Result<String, &'static str> {
    const WRONG: &str = "its table_number is not one";
    let number = match value {
        Some(Value::String(text)) => text::required(text, NAME_MAX).map_err(|_| WRONG)?,
        Some(number @ Value::Number(_)) => whole(number).ok_or(WRONG)?.to_string(),
        _ => return Err(WRONG),
    };
    Ok(plain_number(&number).to_owned())
}

fn customer(message: &Map<String, Value>) -> Result<String, &'static str> {
    match message.get("customer_name") {
        None | Some(Value::Null) => Ok(String::new()),
        Some(Value::String(name)) => text::clean(name, NAME_MAX).map_err(|_| "its customer_name cannot be taken"),
        Some(_) => Err("its customer_name is no text"),
    }
}

/// `None` when there are no items at all, which is not the same as an empty cart.
fn cart(message: &Map<String, Value>) -> Result<Option<Cart>, &'static str> {
    let items = match message.get("items") {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::Array(items)) => items,
        Some(_) => return Err("its items are no list"),
    };
    if items.len() > LINES_MAX {
        return Err("it has too many items");
    }
    let items = items.iter().map(item).collect::<Result<_, _>>()?;
    Ok(Some(Cart { items, total: message.get("total").and_then(whole) }))
}

fn item(value: &Value) -> Result<Asked, &'static str> {
    let Value::Object(item) = value else { return Err("one of its items is no object") };
    let quantity = item.get("qty").or_else(|| item.get("quantity")).and_then(whole).ok_or("a quantity is no whole number")?;
    let quantity =
        u32::try_from(quantity).ok().filter(|q| (1..=QUANTITY_MAX).contains(q)).ok_or("a quantity is out of bounds")?;
    let name = match item.get("name") {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(name)) => text::clean(name, NAME_MAX).map_err(|_| "a product's name cannot be taken")?,
        Some(_) => return Err("a product's name is no text"),
    };
    let id = item.get("id").and_then(whole);
    if name.is_empty() && id.is_none() {
        return Err("an item names no product");
    }
    Ok(Asked { id, name, quantity, price: item.get("price").and_then(whole) })
}

/// A whole number, as a number or as text; "2.0" is one, "2.5" is not.
fn whole(value: &Value) -> Option<i64> {
    let text = match value {
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.trim().to_owned(),
        _ => return None,
    };
    match text.split_once('.') {
        None => text.parse().ok(),
        Some((whole, zeros)) if zeros.bytes().all(|b| b == b'0') => whole.parse().ok(),
        Some(_) => None,
    }
}

/// A table's number and its transactions, ready to be sent.
pub type Told<'a> = (&'a str, &'a str);

/// The one message that tablets get: these tables, and the words of those.
pub fn update<'a>(tables: impl Iterator<Item = Told<'a>>, words: impl Iterator<Item = (&'a str, Progress)>) -> Arc<str> {
    let json = |text: &str| serde_json::to_string(text).unwrap_or_default();
    let mut out = String::from(r#"{"type":"transactions_update","transactions":{"#);
    for (at, (number, transactions)) in tables.enumerate() {
        if at > 0 {
            out.push(',');
        }
        out.push_str(&json(number));
        out.push(':');
        out.push_str(transactions);
    }
    out.push_str(r#"},"status":{"#);
    for (at, (number, progress)) in words.enumerate() {
        if at > 0 {
            out.push(',');
        }
        out.push_str(&json(number));
        out.push(':');
        out.push_str(&serde_json::to_string(&progress).unwrap_or_default());
    }
    out.push_str("}}");
    out.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn asked(id: Option<i64>, name: &str, quantity: u32, price: Option<i64>) -> Asked {
        Asked { id, name: name.into(), quantity, price }
    }

    fn budi() -> Whose {
        Whose { table: "5".into(), name: "Budi".into() }
    }

    #[test]
    fn each_message_of_each_build_is_understood() {
        let one = Cart { items: vec![asked(Some(3), "Es Teh", 2, Some(5_000))], total: Some(10_000) };
        let menu_page = r#"{"type":"cart_update","table_number":5,"items":[{"id":3,"name":"Es Teh","qty":2,"price":5000}],"total":10000,"customer_name":"Budi"}"#;
        let order_page = r#"{"type":"cart_update","table_number":5,"items":[{"id":"3","name":"Es Teh","qty":2,"price":"5000"}],"total":10000,"customer_name":"Budi","status":"menunggu dikonfirmasi"}"#;
        let other_build = r#"{"type":"cart_update","table_number":"05","items":[{"id":3,"name":" Es  Teh","quantity":"2","price":5000.0,"new":{}}],"total":"10000.0","customer_name":"Budi","extra":[1]}"#;
        for text in [menu_page, order_page, other_build] {
            assert_eq!(read(text), Ok(Said::Cart(budi(), one.clone())), "{text}");
        }
        let nameless = r#"{"type":"cart_update","table_number":5,"items":[{"name":"Es Teh","qty":1}]}"#;
        let whose = Whose { table: "5".into(), name: String::new() };
        let cart = Cart { items: vec![asked(None, "Es Teh", 1, None)], total: None };
        assert_eq!(read(nameless), Ok(Said::Cart(whose, cart)));
        let submit = r#"{"type":"status_update","table_number":"5","status":"dikonfirmasi","customer_name":"Budi","items":[{"id":"3","name":"Es Teh","qty":2,"price":"5000"}],"total":10000}"#;
        assert_eq!(read(submit), Ok(Said::Submit(budi(), one)));
        let bare = r#"{"type":"status_update","table_number":"5","status":"dikonfirmasi","customer_name":"Budi"}"#;
        assert_eq!(read(bare), Ok(Said::Submit(budi(), Cart::default())));
        let cashier = |status: &str| read(&format!(r#"{{"type":"status_update","table_number":"5","status":"{status}"}}"#));
        assert_eq!(cashier("diproses"), Ok(Said::Process("5".into())));
        assert_eq!(cashier("selesai"), Ok(Said::Finish("5".into())));
        let named = r#"{"type":"status_update","table_number":"Teras 2","status":"diproses"}"#;
        assert_eq!(read(named), Ok(Said::Process("Teras 2".into())));
    }

    #[test]
    fn a_clearing_is_no_order_and_no_wish() {
        let empty = |status: &str| {
            read(&format!(
                r#"{{"type":"cart_update","table_number":5,"items":[],"total":0,"customer_name":"Budi","status":"{status}"}}"#
            ))
        };
        assert_eq!(empty("selesai"), Ok(Said::Clear(budi())));
        let emptied = Cart { items: vec![], total: Some(0) };
        assert_eq!(empty("dikonfirmasi"), Ok(Said::Cart(budi(), emptied)));
        let other = r#"{"type":"status_update","table_number":5,"items":[],"total":0,"customer_name":"Budi","status":"selesai"}"#;
        assert_eq!(read(other), Ok(Said::Clear(budi())));
    }

    #[test]
    fn what_means_nothing_is_refused_whole() {
        let items = |items: &str| read(&format!(r#"{{"type":"cart_update","table_number":5,"items":{items}}}"#));
        for wrong in [
            "7",
            "{}",
            "[7]",
            "[[]]",
            r#"[{"name":"Es Teh"}]"#,
            r#"[{"qty":1}]"#,
            r#"[{"name":"Es Teh","qty":0}]"#,
            r#"[{"name":"Es Teh","qty":-1}]"#,
            r#"[{"name":"Es Teh","qty":1000}]"#,
            r#"[{"name":"Es Teh","qty":1.5}]"#,
            r#"[{"name":"Es Teh","qty":"two"}]"#,
            r#"[{"name":"Es Teh","qty":1e300}]"#,
            r#"[{"name":7,"qty":1}]"#,
            r#"[{"name":"Es Teh","qty":99999999999999999999}]"#,
            r#"[{"name":"Es Teh","qty":null}]"#,
        ] {
            assert!(items(wrong).is_err(), "{wrong}");
        }
        let many = vec![r#"{"name":"Es Teh","qty":1}"#; 101].join(",");
        assert_eq!(items(&format!("[{many}]")), Err("it has too many items"));
        for wrong in [
            "",
            "7",
            "[]",
            "{",
            "null",
            "{}",
            r#"{"type":"cart_update"}"#,
            r#"{"type":"cart_update","table_number":5}"#,
            r#"{"type":"cart_update","table_number":null,"items":[]}"#,
            r#"{"type":"cart_update","table_number":5.5,"items":[]}"#,
            r#"{"type":"drop_table","table_number":5}"#,
            r#"{"type":"status_update","table_number":5}"#,
            r#"{"type":"status_update","table_number":5,"status":"batal"}"#,
            r#"{"type":"cart_update","table_number":5,"items":[],"customer_name":{}}"#,
        ] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
        assert_eq!(read(&format!("\"{}\"", "x".repeat(MESSAGE_MAX))), Err("it is too long"));
    }

    #[test]
    fn what_is_sent_is_what_the_old_parser_reads() {
        let transactions = r#"[{"customerName":"Budi","items":[],"total":0}]"#;
        let text = update([("5", transactions), ("Teras \"2\"", "[]")].into_iter(), [("5", Progress::Unsent)].into_iter());
        let value: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(value["type"], "transactions_update");
        assert_eq!(value["transactions"]["5"][0]["customerName"], "Budi");
        assert_eq!(value["transactions"]["Teras \"2\""], serde_json::json!([]));
        assert_eq!(value["status"], serde_json::json!({ "5": "menunggu dikonfirmasi" }));
        let nothing: Value = serde_json::from_str(&update(std::iter::empty(), std::iter::empty())).unwrap();
        assert_eq!(nothing["transactions"], serde_json::json!({}));
    }

    proptest! {
        #[test]
        fn nothing_makes_it_fall_over(text in ".{0,200}", qty in any::<f64>(), table in any::<i64>()) {
            let _ = read(&text);
            let message = serde_json::json!({ "type": "cart_update", "table_number": table, "items": [{ "name": text, "qty": qty }] });
            if let Ok(Said::Cart(_, cart)) = read(&message.to_string()) {
                prop_assert!(cart.items.iter().all(|i| (1..=999).contains(&i.quantity)));
            }
        }
    }
}
