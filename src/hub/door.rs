//! Secrets at the door: tokens, one-time codes, PINs. Tokens leave here once and are stored
//! as hashes; codes live in memory only.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard};

use argon2::password_hash::phc::PasswordHash;
use argon2::{Argon2, PasswordHasher, PasswordVerifier};
use data_encoding::{BASE32_NOPAD, HEXLOWER};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::domain::id::EmployeeId;
use crate::ops::access::{PIN_LOCK_MS, PIN_TRIES};
use crate::store::sessions::TokenHash;

/// How long a one-time code holds.
const INVITE_MINUTES: u32 = 10;
/// Wrong codes after which all open ones are void: eight digits against ten tries.
const WRONG_CODES: u32 = 10;
/// How long a code for a new password holds: a mail may take a while.
const PASSWORD_MINUTES: u32 = 30;
/// Wrong tries after which it is void: eight digits against five tries.
const WRONG_PASSWORD_CODES: u32 = 5;
/// How long the code holds with which a browser sets the house up.
const SETUP_MINUTES: u32 = 30;
/// Wrong tries after which it is void, and another one must be read off the machine.
const WRONG_SETUP_CODES: u32 = 5;
/// Open codes at once.
const INVITES: usize = 8;
/// Names that nobody has, under which somebody tried to log in, that are remembered at once.
const GUESSES: usize = 1_000;
/// Of such a name, what is kept of it.
const GUESS_CHARS: usize = 80;

/// Random bytes from the kernel. Without them nothing here is safe, so their lack ends the
/// program.
pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    if let Err(error) = getrandom::fill(&mut bytes) {
        tracing::error!(%error, "the kernel gives no random bytes");
        std::process::abort();
    }
    bytes
}

/// 128 random bits as people's phones carry them in a QR code: a–z and 2–7.
pub fn table_code() -> String {
    BASE32_NOPAD.encode(&random::<16>()).to_ascii_lowercase()
}

pub fn hash_of(token: &str) -> TokenHash {
    Sha256::digest(token.as_bytes()).into()
}

/// Hashes a PIN or a password for keeping: argon2id with its defaults (19 MiB, two passes). Slow on purpose.
pub fn secret_hash(secret: &str) -> Result<String, argon2::password_hash::Error> {
    Ok(Argon2::default().hash_password(secret.as_bytes())?.to_string())
}

/// Whether the secret fits. Slow on purpose.
pub fn secret_fits(secret: &str, hash: &str) -> bool {
    PasswordHash::new(hash).is_ok_and(|h| Argon2::default().verify_password(secret.as_bytes(), &h).is_ok())
}

/// The name under which a session is shown: nothing that opens it follows from it.
pub fn session_name(hash: &TokenHash) -> String {
    HEXLOWER.encode(&Sha256::digest(hash)[..8])
}

pub struct Door {
    /// Made anew at each start: from it and a request's id its token follows, so that a
    /// repeated request gets the same token and nothing of it is stored.
    secret: [u8; 32],
    invites: Mutex<Invites>,
    /// With it a browser sets the house up, while there is none.
    setup: Mutex<Option<PasswordCode>>,
    password_codes: Mutex<HashMap<EmployeeId, PasswordCode>>,
    /// Tries under names that nobody has, by name and address: how many since when.
    guesses: Mutex<HashMap<(String, String), (u32, i64)>>,
}

/// With it somebody sets a new password.
struct PasswordCode {
    code: String,
    until_ms: i64,
    wrong: u32,
    mailed: bool,
}

impl PasswordCode {
    fn fresh(now_ms: i64) -> PasswordCode {
        PasswordCode::lasting(PASSWORD_MINUTES, now_ms)
    }

    fn lasting(minutes: u32, now_ms: i64) -> PasswordCode {
        PasswordCode { code: code(), until_ms: now_ms + i64::from(minutes) * 60_000, wrong: 0, mailed: false }
    }
}

struct Invite {
    code: String,
    until_ms: i64,
    /// The request that used it: it may come again, another may not.
    used_by: Option<Uuid>,
}

#[derive(Default)]
struct Invites {
    open: Vec<Invite>,
    wrong: u32,
}

impl Door {
    pub(in crate::hub) fn new() -> Door {
        Door {
            secret: random(),
            invites: Mutex::default(),
            setup: Mutex::default(),
            password_codes: Mutex::default(),
            guesses: Mutex::default(),
        }
    }

    /// The token that this request opens.
    pub fn token(&self, request: Uuid) -> String {
        // Length-prefixed secret then id: one fixed-size input, so plain SHA-256 is a safe MAC.
        let mut hasher = Sha256::new();
        hasher.update(self.secret);
        hasher.update(request.as_bytes());
        hasher.update(self.secret);
        BASE32_NOPAD.encode(&hasher.finalize()).to_ascii_lowercase()
    }

    pub fn invite(&self, now_ms: i64) -> (String, u32) {
        let code = code();
        let mut invites = self.lock();
        invites.open.retain(|i| i.until_ms > now_ms);
        if invites.open.len() >= INVITES {
            invites.open.remove(0);
        }
        invites.wrong = 0;
        let until_ms = now_ms + i64::from(INVITE_MINUTES) * 60_000;
        invites.open.push(Invite { code: code.clone(), until_ms, used_by: None });
        (code, INVITE_MINUTES)
    }

    /// Gives the code to this request, if nobody has it, or if this very request had it and
    /// comes again because its answer was lost.
    pub fn take(&self, code: &str, request: Uuid, now_ms: i64) -> bool {
        let mut invites = self.lock();
        invites.open.retain(|i| i.until_ms > now_ms);
        let digits = digits(code);
        let open = invites.open.iter_mut().find(|i| i.code == digits && i.used_by.is_none_or(|by| by == request));
        if let Some(invite) = open {
            invite.used_by = Some(request);
            return true;
        }
        invites.wrong += 1;
        if invites.wrong >= WRONG_CODES {
            invites.open.clear();
        }
        false
    }

    /// The request was refused for something else: the code is open again.
    pub fn give_back(&self, code: &str, request: Uuid) {
        let digits = digits(code);
        for invite in self.lock().open.iter_mut().filter(|i| i.code == digits && i.used_by == Some(request)) {
            invite.used_by = None;
        }
    }

    /// The code with which a browser sets the house up, and how long it holds. Told to whoever
    /// stands at the machine; one that holds is told again.
    pub fn setup_code(&self, now_ms: i64) -> (String, u32) {
        let mut setup = self.setup();
        if setup.as_ref().is_none_or(|c| c.until_ms <= now_ms || c.wrong >= WRONG_SETUP_CODES) {
            *setup = None;
        }
        let open = setup.get_or_insert_with(|| PasswordCode::lasting(SETUP_MINUTES, now_ms));
        let minutes = (open.until_ms - now_ms + 59_999) / 60_000;
        (open.code.clone(), u32::try_from(minutes).unwrap_or(SETUP_MINUTES))
    }

    /// Whether that is the code. Few wrong ones void it. It holds until the house is founded, for
    /// several questions come before.
    pub fn is_setup_code(&self, given: &str, now_ms: i64) -> bool {
        let mut setup = self.setup();
        let Some(open) = setup.as_mut() else { return false };
        let right = open.until_ms > now_ms && open.wrong < WRONG_SETUP_CODES && open.code == digits(given);
        open.wrong += u32::from(!right);
        right
    }

    /// The house is founded: the code has done its work.
    pub fn close_setup(&self) {
        *self.setup() = None;
    }

    fn setup(&self) -> MutexGuard<'_, Option<PasswordCode>> {
        self.setup.lock().unwrap_or_else(|e| e.into_inner())
    }

    /// A one-time code for a new password, and how long it holds. One that is open already is
    /// told again: whoever asks for one more voids nobody's.
    pub fn password_code(&self, employee: EmployeeId, now_ms: i64) -> (String, u32) {
        let mut codes = self.codes();
        codes.retain(|_, c| c.until_ms > now_ms);
        let open = codes.entry(employee).or_insert_with(|| PasswordCode::fresh(now_ms));
        if open.wrong >= WRONG_PASSWORD_CODES {
            *open = PasswordCode { mailed: open.mailed, ..PasswordCode::fresh(now_ms) };
        }
        let minutes = (open.until_ms - now_ms + 59_999) / 60_000;
        (open.code.clone(), u32::try_from(minutes).unwrap_or(PASSWORD_MINUTES))
    }

    /// Whether a code may be mailed to that employee now: once while one holds. Who asks again
    /// and again fills no box, and gets no more guesses.
    pub fn may_mail(&self, employee: EmployeeId, now_ms: i64) -> bool {
        let mut codes = self.codes();
        codes.retain(|_, c| c.until_ms > now_ms);
        let open = codes.entry(employee).or_insert_with(|| PasswordCode::fresh(now_ms));
        let may = !open.mailed && open.wrong < WRONG_PASSWORD_CODES;
        open.mailed = true;
        may
    }

    /// Whether that is the employee's code. Few wrong ones void it.
    pub fn is_password_code(&self, employee: EmployeeId, given: &str, now_ms: i64) -> bool {
        let mut codes = self.codes();
        let Some(open) = codes.get_mut(&employee) else { return false };
        let right = open.until_ms > now_ms && open.wrong < WRONG_PASSWORD_CODES && open.code == digits(given);
        open.wrong += u32::from(!right);
        right
    }

    /// The code has done its work: it works once.
    pub fn use_password_code(&self, employee: EmployeeId) -> bool {
        self.codes().remove(&employee).is_some()
    }

    /// Somebody tried to log in under a name that nobody has. After as many tries as a real
    /// account allows it is locked as long, so that neither answer tells which names there are:
    /// `Some` are the minutes that are left.
    pub fn guessed(&self, login: &str, address: &str, now_ms: i64) -> Option<u32> {
        let mut guesses = self.guesses.lock().unwrap_or_else(|e| e.into_inner());
        guesses.retain(|_, (_, since)| now_ms - *since < PIN_LOCK_MS);
        let key = (login.trim().to_lowercase().chars().take(GUESS_CHARS).collect(), address.to_owned());
        if guesses.len() >= GUESSES && !guesses.contains_key(&key) {
            let oldest = guesses.iter().min_by_key(|(_, (_, since))| *since).map(|(key, _)| key.clone());
            oldest.and_then(|key| guesses.remove(&key));
        }
        let (count, since) = guesses.entry(key).or_insert((0, now_ms));
        if *count >= PIN_TRIES {
            let minutes = (PIN_LOCK_MS - (now_ms - *since) + 59_999) / 60_000;
            return Some(u32::try_from(minutes).unwrap_or(u32::MAX));
        }
        *count += 1;
        None
    }

    fn codes(&self) -> MutexGuard<'_, HashMap<EmployeeId, PasswordCode>> {
        self.password_codes.lock().unwrap_or_else(|e| e.into_inner())
    }

    fn lock(&self) -> MutexGuard<'_, Invites> {
        self.invites.lock().unwrap_or_else(|e| e.into_inner())
    }
}

/// Eight digits.
fn code() -> String {
    format!("{:08}", u64::from_be_bytes(random()) % 100_000_000)
}

/// People type a code in groups.
fn digits(code: &str) -> String {
    code.chars().filter(char::is_ascii_digit).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_works_once_lapses_and_cannot_be_guessed() {
        let door = Door::new();
        let (mine, other) = (Uuid::now_v7(), Uuid::now_v7());
        let (code, minutes) = door.invite(0);
        assert!(!door.take(&code, mine, i64::from(minutes) * 60_000), "it lapses");
        let (code, _) = door.invite(0);
        assert!(door.take(&format!("{} {}", &code[..4], &code[4..]), mine, 1));
        assert!(!door.take(&code, other, 1), "it works once");
        assert!(door.take(&code, mine, 1), "and again for the request whose answer was lost");
        door.give_back(&code, mine);
        assert!(door.take(&code, other, 1), "and for another when the first was refused");
        let (code, _) = door.invite(0);
        for _ in 0..WRONG_CODES {
            assert!(!door.take("x", mine, 1));
        }
        assert!(!door.take(&code, mine, 1), "after ten wrong ones the right one is void");
    }

    #[test]
    fn a_house_is_set_up_with_a_code_that_lapses_and_cannot_be_guessed() {
        let door = Door::new();
        assert!(!door.is_setup_code("", 0), "nobody has asked for one yet");
        let (code, minutes) = door.setup_code(0);
        assert!(door.is_setup_code(&format!("{} {}", &code[..4], &code[4..]), 1) && door.is_setup_code(&code, 1));
        assert_eq!(door.setup_code(60_000), (code.clone(), minutes - 1), "looking again voids nothing");
        assert!(!door.is_setup_code(&code, i64::from(minutes) * 60_000), "it lapses");
        let (code, _) = door.setup_code(0);
        for _ in 0..WRONG_SETUP_CODES {
            assert!(!door.is_setup_code("12", 1));
        }
        assert!(!door.is_setup_code(&code, 1), "after five wrong ones the right one is void");
        let (fresh, _) = door.setup_code(1);
        assert!(door.is_setup_code(&fresh, 1), "and another stands on the screen");
        door.close_setup();
        assert!(!door.is_setup_code(&fresh, 1), "a house that is founded has none");
    }

    #[test]
    fn a_code_for_a_password_is_one_persons_works_once_and_lapses() {
        let door = Door::new();
        let (sari, budi) = (EmployeeId(1), EmployeeId(2));
        let (code, minutes) = door.password_code(sari, 0);
        assert!(!door.is_password_code(budi, &code, 1), "it is nobody else's");
        assert_eq!(door.password_code(sari, 60_000), (code.clone(), minutes - 1), "asking again voids nothing");
        assert!(door.is_password_code(sari, &code, 1) && door.is_password_code(sari, &code, 1), "until it has done its work");
        assert!(door.use_password_code(sari) && !door.use_password_code(sari));
        assert!(!door.is_password_code(sari, &code, 1), "it works once");
        let (code, minutes) = door.password_code(sari, 0);
        assert!(!door.is_password_code(sari, &code, i64::from(minutes) * 60_000), "it lapses");
    }

    #[test]
    fn guessing_a_code_gets_five_tries_however_often_it_is_asked_for() {
        let door = Door::new();
        let sari = EmployeeId(1);
        assert!(door.may_mail(sari, 0) && !door.may_mail(sari, 1), "one letter while a code holds");
        let (code, _) = door.password_code(sari, 1);
        for _ in 0..WRONG_PASSWORD_CODES {
            assert!(!door.is_password_code(sari, "00", 2));
        }
        assert!(!door.is_password_code(sari, &code, 2), "after five wrong ones the right one is void");
        assert!(!door.may_mail(sari, 3), "and no letter brings a fresh one before its time");
        let (fresh, _) = door.password_code(sari, 4);
        assert!(door.is_password_code(sari, &fresh, 5), "somebody who manages them may");
        assert!(door.may_mail(sari, i64::from(PASSWORD_MINUTES) * 60_000 + 5));
    }

    #[test]
    fn a_name_that_nobody_has_is_locked_like_one_that_somebody_has() {
        let door = Door::new();
        for _ in 0..PIN_TRIES {
            assert_eq!(door.guessed("Nobody", "10.0.0.7", 0), None);
        }
        assert_eq!(door.guessed(" nobody ", "10.0.0.7", 60_000), Some(14), "in whatever way it is written");
        assert_eq!(door.guessed("Nobody", "10.0.0.8", 60_000), None, "another address has its own tries");
        assert_eq!(door.guessed("Nobody", "10.0.0.7", PIN_LOCK_MS), None, "after a quarter of an hour it may be tried again");
        for n in 0..2 * GUESSES {
            door.guessed(&n.to_string(), "10.0.0.9", PIN_LOCK_MS);
        }
        assert!(door.guesses.lock().unwrap().len() <= GUESSES, "and nobody fills the memory with names");
    }

    #[test]
    fn pins_and_tokens() {
        let hash = secret_hash("2580").unwrap();
        assert!(
            hash.starts_with("$argon2id$")
                && secret_fits("2580", &hash)
                && !secret_fits("2581", &hash)
                && !secret_fits("2580", "rubbish")
        );
        let door = Door::new();
        let id = Uuid::now_v7();
        assert_eq!(door.token(id), door.token(id));
        assert_ne!(door.token(id), Door::new().token(id), "another start, another token");
        assert_eq!(table_code().len(), 26);
    }
}
