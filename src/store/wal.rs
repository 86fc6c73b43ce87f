//! The write-ahead log, looked at before SQLite does. SQLite reads it up to the first frame that does not
//! fit and takes the rest for a write that was cut off; so it would pass over a change that was on disk and
//! acknowledged, without a word, when a card has lost a bit of it. A cut can only be in the last transaction:
//! one begins when the one before is on disk. Frames of a later one behind a frame that does not fit are rot.
//! (The format: sqlite.org/fileformat2.html, 4.)

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;

const HEADER: usize = 32;
const FRAME_HEADER: usize = 24;
/// SQLite's pages have 512 bytes to 64 KiB.
const PAGES: std::ops::RangeInclusive<u32> = 512..=65_536;

/// What the log was found to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Log {
    /// Whole, or cut off in a transaction that nobody was told is done.
    Sound,
    /// Transactions that were on disk cannot be read any more: at least so many.
    Rotten { transactions: u32 },
}

/// A frame's own words.
struct Frame {
    /// The database's size in pages after a transaction's last frame; 0 within one.
    closes: bool,
    salts: [u32; 2],
    sum: [u32; 2],
    /// The sum over this frame when it follows one whose sum is given.
    follows: Box<dyn Fn([u32; 2]) -> [u32; 2]>,
}

/// Looks at the log beside a database; a missing one is sound.
pub fn look(database: &Path) -> io::Result<Log> {
    match File::open(database.with_extension("db-wal")) {
        Ok(file) => scan(&mut BufReader::with_capacity(1 << 20, file)),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(Log::Sound),
        Err(e) => Err(e),
    }
}

fn scan(log: &mut impl Read) -> io::Result<Log> {
    let mut header = [0; HEADER];
    if !fill(log, &mut header)? {
        return Ok(Log::Sound);
    }
    let word = |at: usize| u32::from_be_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]]);
    // The last bit of the magic number says how words are summed.
    let big_endian = match word(0) {
        0x377f_0682 => false,
        0x377f_0683 => true,
        // Damaged itself: sums tell by the frames, in the way that this machine's SQLite writes them.
        _ => cfg!(target_endian = "big"),
    };
    let start = [word(24), word(28)];
    let sound = matches!(word(0), 0x377f_0682 | 0x377f_0683) && sum(big_endian, [0, 0], &header[..24]) == start;
    let page = if PAGES.contains(&word(8)) && word(8).is_power_of_two() { word(8) } else { 4_096 };
    let mut salts = sound.then_some([word(16), word(20)]);
    let mut before = start;
    // Up to the first frame that does not fit SQLite reads.
    let (mut fits, mut behind, mut closed, mut lost) = (sound, false, false, 0);
    while let Some(frame) = next(log, page as usize, big_endian)? {
        let own = *salts.get_or_insert(frame.salts) == frame.salts;
        let linked = own && (frame.follows)(before) == frame.sum;
        before = frame.sum;
        if fits && linked {
            continue;
        }
        fits = false;
        if linked && closed {
            // A transaction that began after another had ended.
            behind = true;
        }
        // What was written before the log began anew has other salts, and no link to this one.
        if (own || linked) && frame.closes {
            closed = true;
            lost += 1;
        }
    }
    Ok(if behind { Log::Rotten { transactions: lost } } else { Log::Sound })
}

/// The next whole frame.
fn next(log: &mut impl Read, page: usize, big_endian: bool) -> io::Result<Option<Frame>> {
    let mut bytes = vec![0; FRAME_HEADER + page];
    if !fill(log, &mut bytes)? {
        return Ok(None);
    }
    let word = |at: usize| u32::from_be_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]);
    let (closes, salts, own) = (word(4) != 0, [word(8), word(12)], [word(16), word(20)]);
    let follows = move |before| sum(big_endian, sum(big_endian, before, &bytes[..8]), &bytes[FRAME_HEADER..]);
    Ok(Some(Frame { closes, salts, sum: own, follows: Box::new(follows) }))
}

/// Fills it; false when there is not enough left.
fn fill(log: &mut impl Read, bytes: &mut [u8]) -> io::Result<bool> {
    match log.read_exact(bytes) {
        Ok(()) => Ok(true),
        Err(e) if e.kind() == io::ErrorKind::UnexpectedEof => Ok(false),
        Err(e) => Err(e),
    }
}

fn sum(big_endian: bool, before: [u32; 2], bytes: &[u8]) -> [u32; 2] {
    let read = |b: &[u8]| {
        let word = [b[0], b[1], b[2], b[3]];
        if big_endian { u32::from_be_bytes(word) } else { u32::from_le_bytes(word) }
    };
    let [mut a, mut b] = before;
    for pair in bytes.chunks_exact(8) {
        a = a.wrapping_add(read(&pair[..4])).wrapping_add(b);
        b = b.wrapping_add(read(&pair[4..])).wrapping_add(a);
    }
    [a, b]
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::FileExt;

    use rusqlite::Connection;

    use super::*;

    /// A database whose log holds several transactions, as a plug that is pulled leaves it; and where each of
    /// them ends.
    fn pulled() -> (tempfile::TempDir, std::path::PathBuf, Vec<u64>) {
        let dir = tempfile::tempdir().unwrap();
        let (living, path) = (dir.path().join("living.db"), dir.path().join("kasir.db"));
        let conn = Connection::open(&living).unwrap();
        conn.execute_batch("PRAGMA journal_mode = WAL; CREATE TABLE t (x); PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
        let mut ends = Vec::new();
        for n in 0..6_u8 {
            conn.execute("INSERT INTO t VALUES (?1)", [vec![n; 9_000]]).unwrap();
            ends.push(std::fs::metadata(living.with_extension("db-wal")).unwrap().len());
        }
        std::fs::copy(&living, &path).unwrap();
        std::fs::copy(living.with_extension("db-wal"), path.with_extension("db-wal")).unwrap();
        (dir, path, ends)
    }

    fn flip(path: &Path, at: u64) {
        let file = File::options().read(true).write(true).open(path.with_extension("db-wal")).unwrap();
        let mut byte = [0];
        file.read_exact_at(&mut byte, at).unwrap();
        file.write_all_at(&[byte[0] ^ 0x10], at).unwrap();
    }

    #[test]
    fn a_log_that_was_cut_anywhere_is_sound() {
        let (_dir, path, ends) = pulled();
        assert_eq!(look(&path).unwrap(), Log::Sound);
        let file = File::options().write(true).open(path.with_extension("db-wal")).unwrap();
        let mut long = *ends.last().unwrap();
        while long > 700 {
            long -= 700;
            file.set_len(long).unwrap();
            assert_eq!(look(&path).unwrap(), Log::Sound, "cut at {long}");
        }
        std::fs::remove_file(path.with_extension("db-wal")).unwrap();
        assert_eq!(look(&path).unwrap(), Log::Sound);
    }

    #[test]
    fn a_torn_last_transaction_is_sound_and_any_bit_before_it_is_rot() {
        let (_dir, path, ends) = pulled();
        let last = ends[ends.len() - 2];
        for at in (0..last).step_by(97) {
            flip(&path, at);
            // The counter of checkpoints and what SQLite does not read stand in the header's sum as well.
            assert!(matches!(look(&path).unwrap(), Log::Rotten { .. }), "byte {at} of {last}");
            flip(&path, at);
        }
        for at in (last..ends[ends.len() - 1]).step_by(97) {
            // Where a frame says that it closes a transaction nothing is in doubt when it says so wrongly.
            if (4..8).contains(&((at - HEADER as u64) % (FRAME_HEADER as u64 + 4_096))) {
                continue;
            }
            flip(&path, at);
            assert_eq!(look(&path).unwrap(), Log::Sound, "byte {at}: it may have been cut off there");
            flip(&path, at);
        }
    }

    #[test]
    fn what_an_earlier_round_of_the_log_left_behind_is_sound() {
        let dir = tempfile::tempdir().unwrap();
        let (living, path) = (dir.path().join("living.db"), dir.path().join("kasir.db"));
        let conn = Connection::open(&living).unwrap();
        conn.execute_batch("PRAGMA journal_mode = WAL; CREATE TABLE t (x)").unwrap();
        for n in 0..6_u8 {
            conn.execute("INSERT INTO t VALUES (?1)", [vec![n; 9_000]]).unwrap();
        }
        // The log begins anew over its own beginning.
        conn.execute_batch("PRAGMA wal_checkpoint(RESTART); INSERT INTO t VALUES (1)").unwrap();
        std::fs::copy(living.with_extension("db-wal"), path.with_extension("db-wal")).unwrap();
        assert_eq!(look(&path).unwrap(), Log::Sound);
    }
}
