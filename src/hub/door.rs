//! Secrets at the door: tokens, one-time codes, PINs. Tokens leave here once and are stored
//! as hashes; codes live in memory only.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard};

use argon2::password_hash::phc::PasswordHash;
use argon2::{Argon2, PasswordHasher, PasswordVerifier};
use data_encoding::{BASE32_NOPAD, HEXLOWER};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::domain::id::EmployeeId;
use crate::domain::staff;
use crate::store::sessions::TokenHash;

/// How long a one-time code holds.
const INVITE_MINUTES: u32 = 10;
/// Wrong codes of one address after which it is not listened to any more while the code holds. Whoever guesses shuts
/// themselves out, and nobody else.
const WRONG_OF_ONE: u32 = 5;
/// Wrong ones in all after which a code is void: eight digits against a hundred tries.
const WRONG_IN_ALL: u32 = 100;
/// How long a code for a new password holds: a mail may take a while.
const PASSWORD_MINUTES: u32 = 30;
/// How long the code holds with which a browser sets the house up.
const SETUP_MINUTES: u32 = 30;
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
    /// WrongCodes under names that nobody has, by name and address.
    guesses: Mutex<HashMap<(String, String), staff::Tries>>,
}

/// Wrong tries at a code, by address and in all.
#[derive(Default)]
struct WrongCodes {
    by: HashMap<IpAddr, u32>,
    all: u32,
}

impl WrongCodes {
    fn is_shut_out(&self, from: IpAddr) -> bool {
        self.are_too_many() || self.by.get(&from).is_some_and(|n| *n >= WRONG_OF_ONE)
    }

    /// The code is void.
    fn are_too_many(&self) -> bool {
        self.all >= WRONG_IN_ALL
    }

    /// Whether a code that is right or not is taken from there.
    fn judge(&mut self, from: IpAddr, right: bool) -> bool {
        if self.is_shut_out(from) {
            return false;
        }
        if !right {
            *self.by.entry(from).or_default() += 1;
            self.all += 1;
        }
        right
    }
}

/// With it somebody sets a new password.
struct PasswordCode {
    code: String,
    until_ms: i64,
    wrong: WrongCodes,
    mailed: bool,
}

impl PasswordCode {
    fn fresh(now_ms: i64) -> PasswordCode {
        PasswordCode::lasting(PASSWORD_MINUTES, now_ms)
    }

    fn lasting(minutes: u32, now_ms: i64) -> PasswordCode {
        PasswordCode { code: code(), until_ms: now_ms + i64::from(minutes) * 60_000, wrong: WrongCodes::default(), mailed: false }
    }
}

impl PasswordCode {
    fn is(&mut self, given: &str, from: IpAddr, now_ms: i64) -> bool {
        let right = self.until_ms > now_ms && self.code == digits(given);
        self.wrong.judge(from, right)
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
    wrong: WrongCodes,
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
        invites.wrong = WrongCodes::default();
        let until_ms = now_ms + i64::from(INVITE_MINUTES) * 60_000;
        invites.open.push(Invite { code: code.clone(), until_ms, used_by: None });
        (code, INVITE_MINUTES)
    }

    /// Gives the code to this request, if nobody has it, or if this very request had it and
    /// comes again because its answer was lost.
    pub fn take(&self, code: &str, request: Uuid, from: IpAddr, now_ms: i64) -> bool {
        let mut invites = self.lock();
        let Invites { open, wrong } = &mut *invites;
        open.retain(|i| i.until_ms > now_ms);
        let digits = digits(code);
        let invite = open.iter_mut().find(|i| i.code == digits && i.used_by.is_none_or(|by| by == request));
        let right = wrong.judge(from, invite.is_some());
        if right && let Some(invite) = invite {
            invite.used_by = Some(request);
        }
        if wrong.are_too_many() {
            open.clear();
        }
        right
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
        if setup.as_ref().is_none_or(|c| c.until_ms <= now_ms || c.wrong.are_too_many()) {
            *setup = None;
        }
        let open = setup.get_or_insert_with(|| PasswordCode::lasting(SETUP_MINUTES, now_ms));
        // Whoever mistyped it on a phone looks at it again and goes on.
        open.wrong.by.clear();
        let minutes = (open.until_ms - now_ms + 59_999) / 60_000;
        (open.code.clone(), u32::try_from(minutes).unwrap_or(SETUP_MINUTES))
    }

    /// Whether that is the code, and whoever gives it has not guessed. It holds until the house is founded, for
    /// several questions come before.
    pub fn is_setup_code(&self, given: &str, from: IpAddr, now_ms: i64) -> bool {
        self.setup().as_mut().is_some_and(|open| open.is(given, from, now_ms))
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
        if open.wrong.are_too_many() {
            *open = PasswordCode { mailed: open.mailed, ..PasswordCode::fresh(now_ms) };
        }
        // Whoever mistyped it is told again and goes on.
        open.wrong.by.clear();
        let minutes = (open.until_ms - now_ms + 59_999) / 60_000;
        (open.code.clone(), u32::try_from(minutes).unwrap_or(PASSWORD_MINUTES))
    }

    /// Whether a code may be mailed to that employee now: once while one holds. Who asks again
    /// and again fills no box, and gets no more guesses.
    pub fn may_mail(&self, employee: EmployeeId, now_ms: i64) -> bool {
        let mut codes = self.codes();
        codes.retain(|_, c| c.until_ms > now_ms);
        let open = codes.entry(employee).or_insert_with(|| PasswordCode::fresh(now_ms));
        let may = !open.mailed && !open.wrong.are_too_many();
        open.mailed = true;
        may
    }

    /// Whether that is the employee's code, and whoever gives it has not guessed.
    pub fn is_password_code(&self, employee: EmployeeId, given: &str, from: IpAddr, now_ms: i64) -> bool {
        self.codes().get_mut(&employee).is_some_and(|open| open.is(given, from, now_ms))
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
        guesses.retain(|_, tries| now_ms - tries.since_ms < staff::Tries::FORGOTTEN_MS);
        let key = (login.trim().to_lowercase().chars().take(GUESS_CHARS).collect(), address.to_owned());
        if guesses.len() >= GUESSES && !guesses.contains_key(&key) {
            let oldest = guesses.iter().min_by_key(|(_, tries)| tries.since_ms).map(|(key, _)| key.clone());
            oldest.and_then(|key| guesses.remove(&key));
        }
        let tries = guesses.entry(key).or_default();
        let locked = tries.locked(now_ms);
        if locked.is_none() {
            *tries = tries.wrong(now_ms);
        }
        locked
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

    const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 168, 1, 7));

    fn elsewhere(n: u32) -> IpAddr {
        std::net::Ipv4Addr::from_bits(0x0a00_0000 + n).into()
    }

    /// Asks with wrong codes, from as many addresses as it takes, until everything that counts them is full.
    fn guess(mut ask: impl FnMut(IpAddr)) {
        for n in 0..WRONG_IN_ALL {
            ask(elsewhere(n));
        }
    }

    #[test]
    fn a_code_works_once_lapses_and_cannot_be_guessed() {
        let door = Door::new();
        let (mine, other) = (Uuid::now_v7(), Uuid::now_v7());
        let (code, minutes) = door.invite(0);
        assert!(!door.take(&code, mine, HERE, i64::from(minutes) * 60_000), "it lapses");
        let (code, _) = door.invite(0);
        assert!(door.take(&format!("{} {}", &code[..4], &code[4..]), mine, HERE, 1));
        assert!(!door.take(&code, other, HERE, 1), "it works once");
        assert!(door.take(&code, mine, HERE, 1), "and again for the request whose answer was lost");
        door.give_back(&code, mine);
        assert!(door.take(&code, other, HERE, 1), "and for another when the first was refused");

        let (code, _) = door.invite(0);
        for _ in 0..3 * WRONG_IN_ALL {
            assert!(!door.take("x", mine, elsewhere(1), 1));
        }
        assert!(!door.take(&code, mine, elsewhere(1), 1), "who guesses is not listened to any more");
        assert!(door.take(&code, mine, HERE, 1), "and nobody else");
        let (code, _) = door.invite(0);
        guess(|from| assert!(!door.take("x", mine, from, 1)));
        assert!(!door.take(&code, mine, HERE, 1), "many guesses from anywhere void it");
    }

    #[test]
    fn a_house_is_set_up_with_a_code_that_lapses_and_cannot_be_guessed() {
        let door = Door::new();
        assert!(!door.is_setup_code("", HERE, 0), "nobody has asked for one yet");
        let (code, minutes) = door.setup_code(0);
        assert!(door.is_setup_code(&format!("{} {}", &code[..4], &code[4..]), HERE, 1) && door.is_setup_code(&code, HERE, 1));
        assert_eq!(door.setup_code(60_000), (code.clone(), minutes - 1), "looking again voids nothing");
        assert!(!door.is_setup_code(&code, HERE, i64::from(minutes) * 60_000), "it lapses");
        let (code, _) = door.setup_code(0);
        for _ in 0..WRONG_OF_ONE {
            assert!(!door.is_setup_code("12", elsewhere(1), 1));
        }
        assert!(!door.is_setup_code(&code, elsewhere(1), 1), "after five wrong ones nothing is right from there");
        assert!(door.is_setup_code(&code, HERE, 1));
        assert_eq!(door.setup_code(1).0, code, "and it still stands on the screen");
        assert!(door.is_setup_code(&code, elsewhere(1), 1), "whoever looked at it again goes on");
        guess(|from| assert!(!door.is_setup_code("12", from, 1)));
        assert!(!door.is_setup_code(&code, HERE, 1), "many guesses from anywhere void it");
        let (fresh, _) = door.setup_code(1);
        assert!(door.is_setup_code(&fresh, HERE, 1), "and another stands on the screen");
        door.close_setup();
        assert!(!door.is_setup_code(&fresh, HERE, 1), "a house that is founded has none");
    }

    #[test]
    fn a_code_for_a_password_is_one_persons_works_once_and_lapses() {
        let door = Door::new();
        let (sari, budi) = (EmployeeId(1), EmployeeId(2));
        let (code, minutes) = door.password_code(sari, 0);
        assert!(!door.is_password_code(budi, &code, HERE, 1), "it is nobody else's");
        assert_eq!(door.password_code(sari, 60_000), (code.clone(), minutes - 1), "asking again voids nothing");
        assert!(
            door.is_password_code(sari, &code, HERE, 1) && door.is_password_code(sari, &code, HERE, 1),
            "until it has done its work"
        );
        assert!(door.use_password_code(sari) && !door.use_password_code(sari));
        assert!(!door.is_password_code(sari, &code, HERE, 1), "it works once");
        let (code, minutes) = door.password_code(sari, 0);
        assert!(!door.is_password_code(sari, &code, HERE, i64::from(minutes) * 60_000), "it lapses");
    }

    #[test]
    fn guessing_a_code_gets_five_tries_however_often_it_is_asked_for() {
        let door = Door::new();
        let sari = EmployeeId(1);
        assert!(door.may_mail(sari, 0) && !door.may_mail(sari, 1), "one letter while a code holds");
        let (code, _) = door.password_code(sari, 1);
        for _ in 0..WRONG_OF_ONE {
            assert!(!door.is_password_code(sari, "00", elsewhere(1), 2));
        }
        assert!(!door.is_password_code(sari, &code, elsewhere(1), 2), "who guessed is shut out");
        assert!(door.is_password_code(sari, &code, HERE, 2), "and the code holds for whoever has it");
        assert_eq!(door.password_code(sari, 2).0, code);
        assert!(door.is_password_code(sari, &code, elsewhere(1), 2), "whoever is told it again goes on");
        guess(|from| assert!(!door.is_password_code(sari, "00", from, 2)));
        assert!(!door.is_password_code(sari, &code, HERE, 2), "many guesses from anywhere void it");
        assert!(!door.may_mail(sari, 3), "and no letter brings a fresh one before its time");
        let (fresh, _) = door.password_code(sari, 4);
        assert!(door.is_password_code(sari, &fresh, HERE, 5), "somebody who manages them may");
        assert!(door.may_mail(sari, i64::from(PASSWORD_MINUTES) * 60_000 + 5));
    }

    #[test]
    fn a_name_that_nobody_has_is_locked_like_one_that_somebody_has() {
        let door = Door::new();
        for _ in 0..staff::Tries::ROUND {
            assert_eq!(door.guessed("Nobody", "10.0.0.7", 0), None);
        }
        assert_eq!(door.guessed(" nobody ", "10.0.0.7", 60_000), Some(14), "in whatever way it is written");
        assert_eq!(door.guessed("Nobody", "10.0.0.8", 60_000), None, "another address has its own tries");
        assert_eq!(
            door.guessed("Nobody", "10.0.0.7", staff::Tries::LOCK_MS),
            None,
            "after a quarter of an hour it may be tried again"
        );
        assert_eq!(door.guessed("Nobody", "10.0.0.7", 2 * staff::Tries::LOCK_MS), None, "as a real one's");
        for n in 0..2 * GUESSES {
            door.guessed(&n.to_string(), "10.0.0.9", staff::Tries::LOCK_MS);
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
