//! What came out of the printers, held against what the house believes: a job that is done came out, one
//! that came out again says SALINAN, and nothing came out that nobody ordered.

use std::collections::{BTreeMap, BTreeSet};

use kasir::domain::id::JobId;
use kasir::domain::job::PrintJob;
use kasir::store::queue::Claimed;
use kasir::store::sites;
use kasir::views::paper::paper;
use kasir::workers::print::{bytes, escpos};

use super::tray::Papers;
use crate::support::Place as Shop;

/// How a paper is told from others: a receipt by its number, because who sat at the table may change
/// after it was printed; everything else by all that it says but whose it was, for guests are forgotten.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Face {
    Receipt { number: String, copy: bool },
    Whole(Vec<String>),
}

fn face(document: &[u8]) -> Face {
    let lines = escpos::decode(document);
    let number = lines.iter().find_map(|l| l.split_whitespace().find(|w| is_receipt_number(w)));
    match number {
        Some(number) => Face::Receipt { number: number.to_owned(), copy: lines.iter().any(|l| l.contains("SALINAN")) },
        None => Face::Whole(lines.iter().map(|l| nameless(l)).collect()),
    }
}

/// "Budi       Dapur" is a ticket's for the kitchen.
fn nameless(line: &str) -> String {
    match line.rsplit_once(' ') {
        Some((_, station)) if ["Dapur", "Bar"].contains(&station) => station.to_owned(),
        _ => line.to_owned(),
    }
}

/// "2031-000012".
fn is_receipt_number(word: &str) -> bool {
    let digits = |s: &str, n| s.len() == n && s.bytes().all(|b| b.is_ascii_digit());
    word.split_once('-').is_some_and(|(year, number)| digits(year, 4) && digits(number, 6))
}

/// Checks a printer's papers; tells how many originals and copies there were. `remembered`: no guest was
/// forgotten since.
pub fn check(shop: &Shop, printer: &str, Papers { whole, scraps, swallowed }: &Papers, remembered: bool) -> (u32, u32) {
    let conn = rusqlite::Connection::open(shop.database()).unwrap();
    let printer = sites::printers(&conn).unwrap().into_iter().find(|p| p.name == printer).unwrap();
    let sql = "SELECT j.id, j.work, j.state, j.in_doubt FROM job j JOIN printer p ON p.id = j.printer_id WHERE p.name = ?1";
    let mut statement = conn.prepare(sql).unwrap();
    let rows = statement.query_map([&printer.name], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?))).unwrap();
    let jobs: Vec<(i64, String, String, bool)> = rows.map(Result::unwrap).collect();
    let mut drawers = 0;
    let mut owed: Vec<Owed> = Vec::new();
    for (id, work, state, in_doubt) in jobs {
        let job: PrintJob = serde_json::from_str(&work).unwrap();
        if matches!(job, PrintJob::DrawerPulse) {
            drawers += 1;
            continue;
        }
        let made = |in_doubt| {
            let claimed = Claimed { id: JobId(id), work: job.clone(), attempts: 1, in_doubt, meant_for: None, with: Vec::new() };
            bytes(&paper(&conn, &claimed, &printer).unwrap(), &printer.profile())
        };
        let done = matches!(state.as_str(), "sent" | "confirmed");
        owed.push(Owed { id, work, done, in_doubt, first: made(false), again: made(true) });
    }
    let is_whole = |document: &Vec<u8>| escpos::decode(document).last().is_some_and(|l| l.starts_with("[cut"));
    let is_part = |document: &[u8]| owed.iter().any(|o| o.first.starts_with(document) || o.again.starts_with(document));
    // One that died after the last byte of a paper has printed it.
    let (torn_late, torn): (Vec<_>, Vec<_>) = scraps.iter().partition(|s| is_whole(s));
    let mut out: BTreeMap<Face, u32> = BTreeMap::new();
    for document in whole.iter().chain(torn_late) {
        *out.entry(face(document)).or_default() += 1;
    }
    let gone: BTreeSet<Face> = swallowed.iter().map(|d| face(d)).collect();
    let (mut originals, mut copies) = (0, 0);
    for Owed { id, work, done, in_doubt, first, again } in &owed {
        let (came, came_again) = (count(&out, first), count(&out, again));
        if first != again {
            assert!(came <= 1, "job {id} ({work}) came out {came} times without SALINAN");
            // A printer that had all of it and died over it is believed, for want of an answer.
            let lost = u32::from(gone.contains(&face(first)));
            assert!(!done || *in_doubt || came + lost > 0, "job {id} ({work}) is done and came out 0 times");
            (originals, copies) = (originals + came, copies + came_again);
        }
        let lost = gone.contains(&face(first)) || gone.contains(&face(again));
        let seen = || {
            let head = escpos::decode(first);
            let like = |d: &&Vec<u8>| escpos::decode(d).iter().any(|l| l.starts_with("Pesanan") && head.contains(l));
            [whole, scraps, swallowed].map(|all| all.iter().filter(like).map(|d| escpos::decode(d)).collect::<Vec<_>>())
        };
        assert!(
            !done || lost || came + came_again > 0,
            "job {id} ({work}) is done and came out 0 times, not even again (in doubt: {in_doubt}); {:?} of {:?}",
            escpos::decode(first),
            seen()
        );
    }
    let pulse = escpos::drawer_pulse(printer.drawer_pin);
    let pulses = out.remove(&face(&pulse)).unwrap_or(0);
    assert!(pulses <= drawers, "the drawer was opened {pulses} times for {drawers} payments");
    let faces: BTreeSet<Face> = owed.iter().flat_map(|o| [face(&o.first), face(&o.again)]).collect();
    for document in whole.iter().filter(|d| !pulse.starts_with(d)) {
        let explained = faces.contains(&face(document)) || is_part(document);
        assert!(explained, "{}: nobody ordered what came out: {:#?}", printer.name, escpos::decode(document));
    }
    // A receipt's guests may have changed since it was torn off; tickets stay as they were.
    let receipts = faces.iter().any(|f| matches!(f, Face::Receipt { .. }));
    let foreign = torn.iter().filter(|s| !is_part(s)).count();
    assert!(receipts || !remembered || foreign == 0, "{}: {foreign} scraps of papers that nobody ordered", printer.name);
    (originals, copies)
}

/// What a job should come to, the first time and again.
struct Owed {
    id: i64,
    work: String,
    done: bool,
    in_doubt: bool,
    first: Vec<u8>,
    again: Vec<u8>,
}

fn count(out: &BTreeMap<Face, u32>, document: &[u8]) -> u32 {
    out.get(&face(document)).copied().unwrap_or(0)
}
