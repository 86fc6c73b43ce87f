//! The menu as a file for spreadsheets: `name,category,price,cost,stock,min_stock,station,
//! description`. All but the first three may be missing; an empty stock is not counted. An
//! existing name is changed, the others are added; one bad row, and nothing is.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use crate::domain::id::CategoryId;
use crate::domain::menu::{ProductDraft, Station};
use crate::domain::money::{Currency, Money};
use crate::domain::refusal::Refusal;
use crate::domain::site::Language;
use crate::domain::staff::Right;
use crate::domain::{text, words};
use crate::ops::menu::{AddCategory, AddProduct, ChangeProduct, SetStock};
use crate::ops::{OpError, Operation, takes_room};
use crate::store::menu;
use crate::store::write_tx::WriteTx;

/// More products than any restaurant has.
const ROWS_MAX: usize = 20_000;
const COLUMNS: [&str; 8] = ["name", "category", "price", "cost", "stock", "min_stock", "station", "description"];

/// A row that could be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MenuRow {
    /// In the file, the first is 1.
    pub line: u64,
    pub name: String,
    pub category: String,
    pub price: Money,
    /// What a file without that column leaves as it is.
    pub cost: Option<Money>,
    /// Outer: whether the file says anything of it.
    pub stock: Option<Option<u32>>,
    pub min_stock: Option<u32>,
    pub station: Option<Station>,
    pub description: Option<String>,
}

fn bad(line: u64, detail: impl Into<String>) -> Refusal {
    Refusal::MenuRow { line, detail: detail.into() }
}

/// Reads a file. Spreadsheets write commas or semicolons, and a mark at the start.
pub fn read(text: &str, currency: Currency) -> Result<Vec<MenuRow>, Refusal> {
    // Old Macs end their lines with a carriage return alone: whoever is told a line must find it.
    let text = &text.trim_start_matches('\u{feff}').replace("\r\n", "\n").replace('\r', "\n");
    let head = text.lines().next().unwrap_or_default();
    let delimiter = if head.matches(';').count() > head.matches(',').count() { b';' } else { b',' };
    let mut file = csv::ReaderBuilder::new().delimiter(delimiter).trim(csv::Trim::All).from_reader(text.as_bytes());
    let fault = |e: csv::Error| bad(e.position().map_or(1, csv::Position::line), e.to_string());
    let headers = file.headers().map_err(fault)?.clone();
    let mut places = [None; COLUMNS.len()];
    for (at, title) in headers.iter().enumerate() {
        let title = title.to_lowercase();
        let Some(column) = COLUMNS.iter().position(|c| *c == title) else {
            return Err(bad(1, format!("{title:?}? {}", COLUMNS.join(", "))));
        };
        if places[column].replace(at).is_some() {
            return Err(bad(1, format!("{title:?} 2×")));
        }
    }
    if let Some(missing) = COLUMNS.iter().zip(places).take(3).find(|(_, at)| at.is_none()) {
        return Err(bad(1, format!("{:?}?", missing.0)));
    }
    let mut rows: Vec<MenuRow> = Vec::new();
    let mut names = HashSet::new();
    for record in file.records() {
        let record = record.map_err(fault)?;
        let line = line_of(text, &record);
        if rows.len() >= ROWS_MAX {
            return Err(bad(line, format!("> {ROWS_MAX}")));
        }
        let cell = |column: usize| places[column].and_then(|at| record.get(at)).map(unquoted);
        let amount = |column: usize| {
            cell(column)
                .filter(|t| !t.is_empty())
                .map(|t| currency.parse(t).ok_or_else(|| bad(line, format!("{} {t:?}", COLUMNS[column]))))
                .transpose()
        };
        let number = |column: usize| {
            cell(column)
                .filter(|t| !t.is_empty())
                .map(|t| t.parse::<u32>().map_err(|_| bad(line, format!("{} {t:?}", COLUMNS[column]))))
                .transpose()
        };
        let name = cell(0).unwrap_or_default().to_owned();
        if !names.insert(name.to_lowercase()) {
            return Err(bad(line, format!("{name:?} 2×")));
        }
        let station = cell(6).filter(|t| !t.is_empty()).map(|t| Station::try_from(t.to_owned())).transpose();
        rows.push(MenuRow {
            line,
            category: cell(1).unwrap_or_default().to_owned(),
            price: amount(2)?.ok_or_else(|| bad(line, "price \"\""))?,
            cost: amount(3)?,
            stock: places[4].map(|_| number(4)).transpose()?,
            min_stock: number(5)?,
            station: station.map_err(|e| bad(line, e.to_string()))?,
            description: cell(7).map(str::to_owned),
            name,
        });
    }
    Ok(rows)
}

/// Where a record begins. The reader counts empty lines before it as its own.
fn line_of(text: &str, record: &csv::StringRecord) -> u64 {
    let Some(start) = record.position() else { return 1 };
    let rest = usize::try_from(start.byte()).ok().and_then(|at| text.as_bytes().get(at..)).unwrap_or_default();
    let empty = rest.iter().take_while(|b| b.is_ascii_whitespace()).filter(|b| **b == b'\n').count();
    start.line() + u64::try_from(empty).unwrap_or(0)
}

/// A quote before what a spreadsheet would take for a formula is not part of the text.
fn unquoted(text: &str) -> &str {
    text.strip_prefix('\'').filter(|t| text::is_formula(t)).unwrap_or(text)
}

/// The whole menu as a file that [`read`] takes.
pub fn write(
    products: &[(crate::domain::menu::Product, i64)],
    category: impl Fn(CategoryId) -> String,
    currency: Currency,
) -> String {
    let mut file = csv::Writer::from_writer(Vec::new());
    let mut rows = vec![COLUMNS.map(str::to_owned)];
    rows.extend(products.iter().map(|(p, _)| {
        [
            text::cell(&p.name),
            text::cell(&category(p.category)),
            currency.plain(p.price),
            currency.plain(p.cost),
            // More was promised than there is: none, to whoever counts.
            p.stock.map(|s| s.max(0).to_string()).unwrap_or_default(),
            p.min_stock.to_string(),
            p.station.to_string(),
            text::cell(&p.description),
        ]
    }));
    for row in rows {
        // Into memory: it cannot fail.
        let _ = file.write_record(row);
    }
    file.into_inner().ok().and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default()
}

/// Adds and changes what a file says, all of it or nothing.
pub struct ImportMenu {
    pub rows: Vec<MenuRow>,
    /// Of the sentence that names what is wrong with a row.
    pub language: Language,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Imported {
    pub added: u32,
    pub changed: u32,
}

impl Operation for ImportMenu {
    const NAME: &'static str = "menu.import";
    const RIGHT: Right = Right::ManageMenu;
    type Output = Imported;

    fn apply(self, tx: &mut WriteTx<'_>) -> Result<Imported, OpError> {
        takes_room(tx)?;
        let language = self.language;
        let mut done = Imported::default();
        for row in self.rows {
            let line = row.line;
            import(tx, row, &mut done).map_err(|error| match error {
                // Which row it was matters more than which rule.
                OpError::Refused(refusal) => {
                    bad(line, words::refuse(language, &refusal, Currency::default()).trim_end_matches('.')).into()
                }
                other => other,
            })?;
        }
        Ok(done)
    }
}

fn import(tx: &mut WriteTx<'_>, row: MenuRow, done: &mut Imported) -> Result<(), OpError> {
    let category = match menu::has_category(tx.conn(), &row.category)? {
        Some(category) => category,
        None => AddCategory { name: row.category }.apply(tx)?,
    };
    let known = menu::has_product(tx.conn(), &row.name)?;
    let before = known.map(|id| menu::product(tx.conn(), id)).transpose()?.flatten().map(|(p, _)| p);
    let draft = ProductDraft {
        category,
        name: row.name,
        price: row.price,
        cost: row.cost.or(before.as_ref().map(|p| p.cost)).unwrap_or_default(),
        description: row.description.or(before.as_ref().map(|p| p.description.clone())).unwrap_or_default(),
        station: row.station.or(before.as_ref().map(|p| p.station.clone())).unwrap_or_default(),
        min_stock: match (row.min_stock, &before) {
            (Some(min), _) => min,
            (None, Some(p)) => u32::try_from(p.min_stock).unwrap_or(0),
            (None, None) => 0,
        },
    };
    let Some(before) = before else {
        AddProduct { draft, stock: row.stock.flatten(), picture: None }.apply(tx)?;
        done.added += 1;
        return Ok(());
    };
    let head = tx.seq();
    ChangeProduct { product: before.id, draft }.apply(tx)?;
    if let Some(on_hand) = row.stock
        && before.stock != on_hand.map(i64::from)
    {
        SetStock { product: before.id, on_hand, reason: String::new() }.apply(tx)?;
    }
    done.changed += u32::from(tx.seq() != head);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_as_spreadsheets_write_it() {
        let rows = read(
            "\u{feff}Name;Category;Price;Stock;Station\n\"Es Teh; manis\";Drinks;8.000;;bar\n'=1+1;Drinks;Rp 12000;5;\n",
            Currency::default(),
        )
        .unwrap();
        assert_eq!((rows[0].name.as_str(), rows[0].price, rows[0].stock), ("Es Teh; manis", Money(8_000), Some(None)));
        assert_eq!((rows[1].name.as_str(), rows[1].price, rows[1].stock), ("=1+1", Money(12_000), Some(Some(5))));
        assert_eq!((rows[1].line, rows[0].cost, rows[0].station.as_ref().map(Station::as_str)), (3, None, Some("bar")));
    }

    #[test]
    fn what_is_wrong_is_named_with_its_line() {
        for (file, line, says) in [
            ("name,category\nx,y\n", 1, "price"),
            ("name,category,price,colour\n", 1, "colour"),
            ("name,category,price\nSoto,Main,ten\n", 2, "ten"),
            ("name,category,price\nSoto,Main,10.00\n", 2, "10.00"),
            ("name,category,price\nSoto,Main,\n", 2, "price"),
            ("name,category,price\nSoto,Main,5000\n\nSOTO,Main,5000\n", 4, "SOTO"),
            ("name,category,price\rSoto,Main,5000\rSOTO,Main,5000\r", 3, "SOTO"),
            ("name,category,price,stock\nSoto,Main,5000,-1\n", 2, "-1"),
            ("name,category,price,station\nSoto,Main,5000,The Bar\n", 2, "The Bar"),
            ("name,category,price\nSoto,Main\n", 2, ""),
        ] {
            match read(file, Currency::default()) {
                Err(Refusal::MenuRow { line: found, detail }) => {
                    assert!(found == line && detail.contains(says), "{file:?}: {found} {detail}");
                }
                other => panic!("{file:?}: {other:?}"),
            }
        }
    }

    #[test]
    fn no_cell_is_a_formula_to_a_spreadsheet() {
        for hostile in ["=cmd|' /C calc'!A0", "+1", "-1", "@x", "\tx"] {
            assert_eq!(unquoted(&text::cell(hostile)), hostile);
            assert!(!text::is_formula(&text::cell(hostile)));
        }
        assert_eq!(unquoted("'tis"), "'tis");
    }
}
