//! Jobs: what is owed to the printers. Written in the operation's own transaction; worked
//! off by the print worker. Attempts are not journalled; what people decide about a paper is.

use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::domain::id::{JobId, OrderId, PrinterId};
use crate::domain::job::{DRAWER_EXPIRES_MS, PaperState, PrintJob, PrinterFault};
use crate::domain::menu::Station;
use crate::domain::printer::{OLD_MS, Speech};
use crate::domain::time::{BusinessDay, Moment};
use crate::store::error::StoreError;
use crate::store::orders;

/// Jobs of one printer that are looked at for the next one: more of them do not become one sheet.
const LOOKED_AT: u32 = 200;

/// A job that was taken.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Claimed {
    pub id: JobId,
    pub work: PrintJob,
    pub attempts: u32,
    /// It may be on paper already.
    pub in_doubt: bool,
    /// The printer that should have printed it.
    pub meant_for: Option<PrinterId>,
    /// Those that come out on the same sheet.
    pub with: Vec<(JobId, PrintJob)>,
}

impl Claimed {
    pub fn ids(&self) -> Vec<JobId> {
        std::iter::once(self.id).chain(self.with.iter().map(|(id, _)| *id)).collect()
    }
}

/// What a printer's worker does next.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Claim {
    pub job: Option<Claimed>,
    /// In how many milliseconds something may be due that is not yet.
    pub again_ms: Option<i64>,
}

/// How a printer does.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Condition {
    pub fault: Option<PrinterFault>,
    pub paper_low: bool,
    pub speech: Speech,
}

/// A job with all that people see of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobRow {
    pub id: JobId,
    pub printer: PrinterId,
    pub work: PrintJob,
    pub state: PaperState,
    pub attempts: u32,
    pub in_doubt: bool,
    pub fault: Option<PrinterFault>,
    pub meant_for: Option<PrinterId>,
    pub since_ms: i64,
    pub ended_ms: Option<i64>,
}

/// When somebody asks, and in which boot.
#[derive(Debug, Clone, Copy)]
pub struct Now<'a> {
    pub boot: &'a str,
    pub at: Moment,
}

/// The age of a job in milliseconds: by the clock that cannot be set while that is possible. One from
/// an earlier boot that seems to come from the future is as old as can be.
const AGE: &str =
    "(CASE WHEN boot = ?1 THEN ?2 - queued_mono_ms WHEN queued_wall_ms > ?3 THEN 9000000000000000 ELSE ?3 - queued_wall_ms END)";

pub(in crate::store) fn add(
    conn: &Connection,
    printer: PrinterId,
    job: &PrintJob,
    in_doubt: bool,
    now: Now<'_>,
    day: BusinessDay,
) -> Result<(), StoreError> {
    let expires = matches!(job, PrintJob::DrawerPulse).then_some(now.at.mono_ms + DRAWER_EXPIRES_MS);
    let work = serde_json::to_string(job)?;
    conn.prepare_cached(
        "INSERT INTO job (printer_id, work, state, attempts, in_doubt, boot, expires_ms, day, queued_wall_ms, queued_mono_ms) \
         VALUES (?1, ?2, 'queued', 0, ?3, ?4, ?5, ?6, ?7, ?8)",
    )?
    .execute(params![printer, work, in_doubt, now.boot, expires, day, now.at.wall_ms, now.at.mono_ms])?;
    Ok(())
}

/// What a worker asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Any,
    /// While the printer fails: nothing that needs paper.
    DrawerPulse,
}

/// A job that waits and could be next.
struct Candidate {
    id: JobId,
    work: PrintJob,
    attempts: u32,
    in_doubt: bool,
    batch: Option<JobId>,
    meant_for: Option<PrinterId>,
    age_ms: i64,
}

impl Candidate {
    /// The order and station of a ticket that others may be printed with.
    fn mergeable(&self) -> Option<(OrderId, &Station)> {
        match &self.work {
            PrintJob::KitchenTicket { order, station, copy: 0 } if !self.in_doubt && self.batch.is_none() => {
                Some((*order, station))
            }
            _ => None,
        }
    }
}

/// Takes the printer's oldest job that is due; a drawer pulse goes before paper, for it cannot
/// wait. Tickets of one visit for one station that came within `merge_ms` are taken together, once
/// the first of them has waited that long.
pub fn claim(conn: &Connection, printer: PrinterId, kind: Kind, merge_ms: i64, now: Now<'_>) -> Result<Claim, StoreError> {
    let waiting = candidates(conn, printer, kind, now)?;
    let mut again_ms: Option<i64> = None;
    let mut held_back: Vec<OrderId> = Vec::new();
    let mut chosen = None;
    for (at, candidate) in waiting.iter().enumerate() {
        if let Some((order, _)) = candidate.mergeable()
            && candidate.age_ms < merge_ms
            && !is_joined_by_a_due_one(conn, &waiting, at, merge_ms)?
        {
            let left = merge_ms - candidate.age_ms;
            again_ms = Some(again_ms.map_or(left, |ms| ms.min(left)));
            held_back.push(order);
            continue;
        }
        // Nobody is told not to cook what nobody was told to cook.
        if matches!(&candidate.work, PrintJob::CancellationTicket { order, .. } if held_back.contains(order)) {
            continue;
        }
        chosen = Some(at);
        break;
    }
    let Some(at) = chosen else { return Ok(Claim { job: None, again_ms }) };
    let companions = companions(conn, &waiting, at, merge_ms)?;
    let candidate = &waiting[at];
    let batch = (!companions.is_empty()).then_some(candidate.id);
    let mut take = conn
        .prepare_cached("UPDATE job SET state = 'sending', attempts = attempts + 1, batch = coalesce(batch, ?2) WHERE id = ?1")?;
    take.execute(params![candidate.id, batch])?;
    for companion in &companions {
        take.execute(params![companion.id, batch])?;
    }
    let job = Claimed {
        id: candidate.id,
        work: candidate.work.clone(),
        attempts: candidate.attempts,
        in_doubt: candidate.in_doubt || companions.iter().any(|c| c.in_doubt),
        meant_for: candidate.meant_for,
        with: companions.into_iter().map(|c| (c.id, c.work.clone())).collect(),
    };
    Ok(Claim { job: Some(job), again_ms })
}

/// Whether a drawer of the printer is to be opened.
pub fn has_pulse(conn: &Connection, printer: PrinterId) -> Result<bool, StoreError> {
    Ok(conn
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM job WHERE printer_id = ?1 AND state = 'queued' AND expires_ms IS NOT NULL)",
        )?
        .query_row([printer], |r| r.get(0))?)
}

fn candidates(conn: &Connection, printer: PrinterId, kind: Kind, now: Now<'_>) -> Result<Vec<Candidate>, StoreError> {
    let mut statement = conn.prepare_cached(&format!(
        "SELECT id, work, attempts, in_doubt, batch, meant_for, {AGE} FROM job \
         WHERE printer_id = ?4 AND state = 'queued' AND (?6 OR expires_ms IS NOT NULL) ORDER BY expires_ms IS NULL, id LIMIT ?5"
    ))?;
    let mut rows = statement.query(params![now.boot, now.at.mono_ms, now.at.wall_ms, printer, LOOKED_AT, kind == Kind::Any])?;
    let mut waiting = Vec::new();
    while let Some(r) = rows.next()? {
        let work: String = r.get(1)?;
        waiting.push(Candidate {
            id: r.get(0)?,
            work: serde_json::from_str(&work)?,
            attempts: r.get(2)?,
            in_doubt: r.get(3)?,
            batch: r.get(4)?,
            meant_for: r.get(5)?,
            age_ms: r.get(6)?,
        });
    }
    Ok(waiting)
}

/// Those that come out with the candidate: of the same sheet before, or of the same visit.
fn companions<'a>(
    conn: &Connection,
    waiting: &'a [Candidate],
    at: usize,
    merge_ms: i64,
) -> Result<Vec<&'a Candidate>, StoreError> {
    let first = &waiting[at];
    let others = waiting.iter().enumerate().filter(|(i, _)| *i != at).map(|(_, c)| c);
    if first.batch.is_some() {
        return Ok(others.filter(|c| c.batch == first.batch).collect());
    }
    let mut found = Vec::new();
    if merge_ms > 0
        && let Some((order, station)) = first.mergeable()
    {
        let visit = orders::visit_of(conn, order)?;
        for other in others {
            if let Some((its_order, its_station)) = other.mergeable()
                && its_station == station
                && other.meant_for == first.meant_for
                && orders::visit_of(conn, its_order)? == visit
            {
                found.push(other);
            }
        }
    }
    Ok(found)
}

/// Whether a ticket that is not due by itself goes with one that is.
fn is_joined_by_a_due_one(conn: &Connection, waiting: &[Candidate], at: usize, merge_ms: i64) -> Result<bool, StoreError> {
    Ok(companions(conn, waiting, at, merge_ms)?.iter().any(|c| c.age_ms >= merge_ms))
}

/// Lays aside drawer pulses of an earlier boot, of an earlier try, or too old: they are never
/// sent. Tells how many.
pub fn expire(conn: &Connection, printer: PrinterId, boot: &str, now_ms: i64) -> Result<usize, StoreError> {
    Ok(conn.prepare_cached(
        "UPDATE job SET state = 'expired', fault = NULL WHERE printer_id = ?1 AND state = 'queued' AND expires_ms IS NOT NULL \
         AND (boot <> ?2 OR expires_ms <= ?3 OR attempts > 0)",
    )?
    .execute(params![printer, boot, now_ms])?)
}

/// Lays aside what has waited so long that somebody has to say whether it is still wanted. Tells
/// how many.
pub fn hold_old(conn: &Connection, printer: PrinterId, now: Now<'_>) -> Result<usize, StoreError> {
    Ok(conn
        .prepare_cached(&format!(
            "UPDATE job SET state = 'old' WHERE printer_id = ?4 AND state = 'queued' AND released = 0 AND expires_ms IS NULL AND {AGE} >= ?5"
        ))?
        .execute(params![now.boot, now.at.mono_ms, now.at.wall_ms, printer, OLD_MS])?)
}

/// Gives the papers that `from` has not printed within `after_ms` to `to`. Tells how many, and in
/// how many milliseconds the next would be due. What was given once stays where it is.
pub fn pass_on(
    conn: &Connection,
    from: PrinterId,
    to: PrinterId,
    after_ms: i64,
    now: Now<'_>,
) -> Result<(usize, Option<i64>), StoreError> {
    let paper = "printer_id = ?4 AND state = 'queued' AND meant_for IS NULL AND expires_ms IS NULL \
                 AND json_extract(work, '$.kind') <> 'test_page'";
    let passed = conn
        .prepare_cached(&format!(
            "UPDATE job SET printer_id = ?5, meant_for = ?4, fault = NULL, attempts = 0 WHERE {paper} AND {AGE} >= ?6"
        ))?
        .execute(params![now.boot, now.at.mono_ms, now.at.wall_ms, from, to, after_ms])?;
    let oldest: Option<i64> = conn
        .prepare_cached(&format!("SELECT max({AGE}) FROM job WHERE {paper}"))?
        .query_row(params![now.boot, now.at.mono_ms, now.at.wall_ms, from], |r| r.get(0))?;
    Ok((passed, oldest.map(|age| (after_ms - age).max(0))))
}

/// The printer took it; `confirmed` when it says that all is well.
pub fn done(conn: &Connection, ids: &[JobId], confirmed: bool, now_ms: i64) -> Result<(), StoreError> {
    let state = if confirmed { PaperState::Confirmed } else { PaperState::Sent };
    let mut statement = conn.prepare_cached("UPDATE job SET state = ?2, fault = NULL, ended_wall_ms = ?3 WHERE id = ?1")?;
    for id in ids {
        statement.execute(params![id, state.name(), now_ms])?;
    }
    Ok(())
}

/// It did not work; it is tried again. `in_doubt` when some of it may be on paper.
pub fn failed(conn: &Connection, ids: &[JobId], fault: PrinterFault, in_doubt: bool) -> Result<(), StoreError> {
    // What is certainly not on paper may come out with others the next time.
    let mut statement = conn.prepare_cached(
        "UPDATE job SET state = 'queued', fault = ?2, in_doubt = in_doubt OR ?3, batch = CASE WHEN in_doubt OR ?3 THEN batch END WHERE id = ?1",
    )?;
    for id in ids {
        statement.execute(params![id, fault.name(), in_doubt])?;
    }
    Ok(())
}

/// After a start: what was being sent when the program died may be on paper or not.
pub fn recover(conn: &Connection) -> Result<usize, StoreError> {
    conn.prepare_cached("UPDATE job SET state = 'expired' WHERE state IN ('queued', 'sending') AND expires_ms IS NOT NULL")?
        .execute([])?;
    Ok(conn.prepare_cached("UPDATE job SET state = 'queued', in_doubt = 1 WHERE state = 'sending'")?.execute([])?)
}

/// What the printer last said. Tells whether that is news.
pub fn note(conn: &Connection, printer: PrinterId, condition: Condition, now_ms: i64) -> Result<bool, StoreError> {
    if self::condition(conn, printer)? == condition {
        return Ok(false);
    }
    conn.prepare_cached(
        "INSERT INTO printer_state VALUES (?1, ?2, CASE WHEN ?2 IS NULL THEN NULL ELSE ?3 END, ?4, ?5) ON CONFLICT (printer_id) DO UPDATE SET \
         since_ms = CASE WHEN ?2 IS NULL THEN NULL ELSE coalesce(since_ms, ?3) END, fault = ?2, paper_low = ?4, speech = ?5",
    )?
    .execute(params![printer, condition.fault.map(PrinterFault::name), now_ms, condition.paper_low, condition.speech.name()])?;
    Ok(true)
}

/// It is another printer now: nothing is known of it.
pub fn forget_condition(conn: &Connection, printer: PrinterId) -> Result<(), StoreError> {
    conn.prepare_cached("DELETE FROM printer_state WHERE printer_id = ?1")?.execute([printer])?;
    Ok(())
}

pub fn condition(conn: &Connection, printer: PrinterId) -> Result<Condition, StoreError> {
    let row: Option<(Option<String>, bool, String)> = conn
        .prepare_cached("SELECT fault, paper_low, speech FROM printer_state WHERE printer_id = ?1")?
        .query_row([printer], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?)))
        .optional()?;
    let Some((fault, paper_low, speech)) = row else { return Ok(Condition::default()) };
    Ok(Condition { fault: fault_named(fault)?, paper_low, speech: Speech::named(&speech) })
}

/// Since when a failing printer fails, by the wall clock.
pub fn failing_since(conn: &Connection, printer: PrinterId) -> Result<Option<i64>, StoreError> {
    Ok(conn
        .prepare_cached("SELECT since_ms FROM printer_state WHERE printer_id = ?1")?
        .query_row([printer], |r| r.get(0))
        .optional()?
        .flatten())
}

fn fault_named(word: Option<String>) -> Result<Option<PrinterFault>, StoreError> {
    Ok(word.map(|word| serde_json::from_value(serde_json::Value::String(word))).transpose()?)
}

/// How many jobs wait for a printer.
pub fn waiting(conn: &Connection, printer: PrinterId) -> Result<u32, StoreError> {
    Ok(conn
        .prepare_cached("SELECT count(*) FROM job WHERE printer_id = ?1 AND state IN ('queued', 'sending', 'old')")?
        .query_row([printer], |r| r.get(0))?)
}

/// Those about which somebody has to say whether they are printed; the oldest `most`.
pub fn old(conn: &Connection, printer: PrinterId, most: u32) -> Result<Vec<JobId>, StoreError> {
    let mut statement = conn.prepare_cached("SELECT id FROM job WHERE printer_id = ?1 AND state = 'old' ORDER BY id LIMIT ?2")?;
    let rows = statement.query_map(params![printer, most], |r| r.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Jobs of all printers that are not on paper yet.
pub fn open(conn: &Connection) -> Result<u32, StoreError> {
    Ok(conn
        .prepare_cached("SELECT count(*) FROM job WHERE state IN ('queued', 'sending', 'old')")?
        .query_row([], |r| r.get(0))?)
}

const COLUMNS: &str = "id, printer_id, work, state, attempts, in_doubt, fault, meant_for, queued_wall_ms, ended_wall_ms";

fn job_row(r: &Row<'_>) -> Result<JobRow, StoreError> {
    let (work, state): (String, String) = (r.get(2)?, r.get(3)?);
    let fault = fault_named(r.get(6)?)?;
    let state = match (state.as_str(), fault) {
        ("queued", None) => PaperState::Waiting,
        ("queued", Some(_)) => PaperState::Failed,
        ("sending", _) => PaperState::Sending,
        ("old", _) => PaperState::Old,
        ("sent", _) => PaperState::Sent,
        ("confirmed", _) => PaperState::Confirmed,
        ("thrown_away", _) => PaperState::ThrownAway,
        _ => return Err(StoreError::damaged("a job is in a state that there is not")),
    };
    Ok(JobRow {
        id: r.get(0)?,
        printer: r.get(1)?,
        work: serde_json::from_str(&work)?,
        state,
        attempts: r.get(4)?,
        in_doubt: r.get(5)?,
        fault,
        meant_for: r.get(7)?,
        since_ms: r.get(8)?,
        ended_ms: r.get(9)?,
    })
}

/// The paper of that number; a drawer pulse is none.
pub fn paper(conn: &Connection, id: JobId) -> Result<Option<JobRow>, StoreError> {
    let mut statement = conn.prepare_cached(&format!("SELECT {COLUMNS} FROM job WHERE id = ?1 AND expires_ms IS NULL"))?;
    let mut rows = statement.query([id])?;
    rows.next()?.map(job_row).transpose()
}

/// Every paper that is not printed yet, oldest first, and the latest `most` that are, newest first.
pub fn papers(conn: &Connection, most: u32) -> Result<Vec<JobRow>, StoreError> {
    let open = format!(
        "SELECT {COLUMNS} FROM job WHERE state IN ('queued', 'sending', 'old') AND expires_ms IS NULL ORDER BY id LIMIT ?1"
    );
    let ended = format!(
        "SELECT {COLUMNS} FROM job WHERE state IN ('sent', 'confirmed', 'thrown_away') AND expires_ms IS NULL ORDER BY id DESC LIMIT ?1"
    );
    let mut all = Vec::new();
    for (sql, limit) in [(open, OPEN_MAX), (ended, most)] {
        let mut statement = conn.prepare_cached(&sql)?;
        let mut rows = statement.query([limit])?;
        while let Some(row) = rows.next()? {
            all.push(job_row(row)?);
        }
    }
    Ok(all)
}

/// More papers than this do not wait in a house; those beyond appear as the first are answered.
const OPEN_MAX: u32 = 500;

/// It prints although it is old, or sooner than it would be tried again.
pub fn release(conn: &Connection, id: JobId) -> Result<(), StoreError> {
    conn.prepare_cached("UPDATE job SET state = 'queued', released = 1 WHERE id = ?1 AND state IN ('queued', 'old')")?
        .execute([id])?;
    Ok(())
}

/// It says what another paper has said already: it comes out as a copy, and leaves the sheet that it was to share.
pub fn rewrite(conn: &Connection, id: JobId, work: &PrintJob) -> Result<(), StoreError> {
    conn.prepare_cached("UPDATE job SET work = ?2, batch = NULL, in_doubt = 1 WHERE id = ?1 AND state IN ('queued', 'old')")?
        .execute(params![id, serde_json::to_string(work)?])?;
    Ok(())
}

/// Another printer prints it, whatever its age.
pub fn move_to(conn: &Connection, id: JobId, to: PrinterId) -> Result<(), StoreError> {
    conn.prepare_cached(
        "UPDATE job SET state = 'queued', released = 1, meant_for = CASE WHEN meant_for = ?2 THEN NULL ELSE coalesce(meant_for, printer_id) END, \
         printer_id = ?2, fault = NULL, attempts = 0, batch = NULL WHERE id = ?1 AND state IN ('queued', 'old')",
    )?
    .execute(params![id, to])?;
    Ok(())
}

pub fn throw_away(conn: &Connection, id: JobId, now_ms: i64) -> Result<(), StoreError> {
    conn.prepare_cached("UPDATE job SET state = 'thrown_away', ended_wall_ms = ?2 WHERE id = ?1 AND state IN ('queued', 'old')")?
        .execute(params![id, now_ms])?;
    Ok(())
}

/// Forgets what was printed before the last seven business days.
pub fn prune(conn: &Connection) -> Result<(), StoreError> {
    conn.execute(
        "DELETE FROM job WHERE state IN ('sent', 'confirmed', 'thrown_away', 'expired') \
         AND day < (SELECT min(day) FROM (SELECT day FROM business_day ORDER BY day DESC LIMIT 7))",
        [],
    )?;
    Ok(())
}
