//! The mail worker: one thread that takes the next letter, writes it, hands it to the server, and
//! says how it went. A server that is away or says "later" is asked again, later each time; a
//! "no" for good is shown to people. A letter keeps its Message-ID over all tries.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, SystemTime};

use anyhow::Context;
use lettre::message::header::ContentType;
use lettre::message::{Attachment, Mailbox, MultiPart, SinglePart};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::{Message, SmtpTransport, Transport};

use crate::domain::id::EmployeeId;
use crate::domain::mail::{Letter, MailRoute, MailSecurity, MailSettings};
use crate::domain::staff::Actor;
use crate::ops::mail::{Claim, ClaimLetter, EndLetter, LetterEnd, RecoverLetters};
use crate::ops::{self, OpError};
use crate::store::error::StoreError;
use crate::store::letters::{self, LetterRow};
use crate::store::reader::Reader;
use crate::store::sites;
use crate::store::writer::Writer;
use crate::views::letter::{self, Text};
use crate::workers::bell::{Bell, join_within};
use crate::workers::report;

/// A worker looks for itself this often: whatever wakes it may have been missed.
const TICK: Duration = Duration::from_secs(30);
/// Between two tries to write down how a letter went.
const AGAIN: Duration = Duration::from_millis(200);
/// How long the letter in hand may take when the program ends.
const GOODBYE: Duration = Duration::from_secs(3);
/// How long the server may take for one answer.
const PATIENCE: Duration = Duration::from_secs(20);

/// Makes a one-time code for a new password; and says for how many minutes it holds.
pub type CodeMaker = Box<dyn Fn(EmployeeId) -> (String, u32) + Send>;

pub struct MailWorker {
    bell: Arc<Bell>,
    thread: std::sync::Mutex<Option<JoinHandle<()>>>,
}

impl MailWorker {
    /// Begins with what is left over from before.
    pub fn start(writer: Writer, reader: Reader, codes: CodeMaker) -> Result<MailWorker, OpError> {
        ops::run(&writer, Actor::Machine, RecoverLetters)?;
        let bell: Arc<Bell> = Arc::default();
        let work = Work { bell: bell.clone(), writer, reader, codes };
        let thread = std::thread::Builder::new().name("mail".to_owned()).spawn(move || work.run());
        let thread = thread.map_err(|e| OpError::Store(StoreError::Fatal(e.to_string())))?;
        bell.ring();
        Ok(MailWorker { bell, thread: std::sync::Mutex::new(Some(thread)) })
    }

    /// A letter may be new.
    pub fn ring(&self) {
        self.bell.ring();
    }

    /// Ends the thread once it has finished the letter in hand.
    pub fn stop(&self) {
        self.bell.stop();
        let Some(thread) = self.thread.lock().unwrap_or_else(|e| e.into_inner()).take() else { return };
        // A server that takes its time holds up no restart: what is on its way is sent again under
        // the same id.
        join_within(thread, GOODBYE, "a letter is on its way; it is sent again after the start");
    }
}

struct Work {
    bell: Arc<Bell>,
    writer: Writer,
    reader: Reader,
    codes: CodeMaker,
}

impl Work {
    fn run(self) {
        let mut seen = 0;
        while !self.bell.has_stopped() && !self.writer.has_stopped() {
            let wait = match ops::run(&self.writer, Actor::Machine, ClaimLetter) {
                Ok(Claim::Letter(letter)) => {
                    self.deliver(&letter);
                    continue;
                }
                Ok(Claim::Later(due)) => {
                    let due = due.and_then(|ms| u64::try_from(ms).ok()).map_or(TICK, Duration::from_millis);
                    due.min(TICK)
                }
                Err(error) => {
                    tracing::error!(%error, "no letter can be taken");
                    TICK
                }
            };
            match self.bell.wait(seen, wait) {
                Some(rings) => seen = rings,
                None => return,
            }
        }
    }

    fn deliver(&self, row: &LetterRow) {
        // A letter that cannot be written must not take the others with it.
        let end = catch_unwind(AssertUnwindSafe(|| self.send(row)))
            .unwrap_or_else(|_| LetterEnd::ForGood("the program failed writing it".to_owned()));
        // Servers like to repeat whom they do not take: addresses stand in no log and on no bar.
        let end = match end {
            LetterEnd::ForNow(fault) => LetterEnd::ForNow(unaddressed(&fault, &row.address)),
            LetterEnd::ForGood(fault) => LetterEnd::ForGood(unaddressed(&fault, &row.address)),
            LetterEnd::Sent => LetterEnd::Sent,
        };
        if let LetterEnd::ForNow(fault) | LetterEnd::ForGood(fault) = &end {
            tracing::warn!(letter = %row.id, work = row.work.name(), fault, "not mailed");
        }
        // Until it is written down: a letter that went must not go again.
        loop {
            let op = EndLetter { letter: row.id, attempts: row.attempts, end: end.clone() };
            match ops::run(&self.writer, Actor::Machine, op) {
                Ok(()) => return,
                Err(error) => tracing::error!(%error, letter = %row.id, "how a letter went cannot be written down"),
            }
            if self.writer.has_stopped() || !self.bell.rest(AGAIN) {
                return;
            }
        }
    }

    fn send(&self, row: &LetterRow) -> LetterEnd {
        match self.try_send(row) {
            Ok(()) => LetterEnd::Sent,
            Err(error) => judge(&error),
        }
    }

    fn try_send(&self, row: &LetterRow) -> anyhow::Result<()> {
        let code = match &row.work {
            Letter::PasswordCode { employee } => Some((self.codes)(*employee)),
            Letter::Receipt { .. } | Letter::Report { .. } | Letter::Test => None,
        };
        let (settings, password, house, text, file) = self.reader.read(|conn| {
            let text = match (&row.work, &code) {
                (Letter::Receipt { receipt }, _) => letter::receipt(conn, *receipt)?,
                (Letter::PasswordCode { .. }, Some((code, minutes))) => letter::password_code(conn, code, *minutes)?,
                (Letter::Report { period }, _) => letter::report(conn, *period)?,
                (Letter::PasswordCode { .. } | Letter::Test, _) => letter::test(conn)?,
            };
            let file = match &row.work {
                Letter::Report { period } => {
                    Some((report::file_name(*period, "pdf"), report::pdf(conn, *period, row.queued_ms)?))
                }
                Letter::Receipt { .. } | Letter::PasswordCode { .. } | Letter::Test => None,
            };
            Ok::<_, anyhow::Error>((
                letters::settings(conn)?,
                letters::password(conn)?,
                sites::site(conn)?.name.clone(),
                text,
                file,
            ))
        })?;
        let message = compose(&settings, &house, row, text, file)?;
        match &settings.route {
            MailRoute::Off => anyhow::bail!("mail is switched off"),
            MailRoute::Folder { path } => to_folder(Path::new(path), row, &message),
            MailRoute::Smtp { .. } => {
                let server = server(&settings.route, password, PATIENCE)?;
                server.send(&message)?;
                Ok(())
            }
        }
    }
}

/// What a fault means for the letter. A server that does not know us may know us again once
/// somebody has mended the settings: that is not the letter's fault.
fn judge(error: &anyhow::Error) -> LetterEnd {
    let Some(smtp) = error.downcast_ref::<lettre::transport::smtp::Error>() else {
        let fault = format!("{error:#}");
        return match error.is::<Unaddressed>() {
            true => LetterEnd::ForGood(fault),
            false => LetterEnd::ForNow(fault),
        };
    };
    let code = smtp.status().map(|c| c.to_string()).unwrap_or_default();
    // It says its causes itself.
    let fault = smtp.to_string();
    match smtp.is_permanent() && !["530", "534", "535", "538"].contains(&code.as_str()) {
        true => LetterEnd::ForGood(fault),
        false => LetterEnd::ForNow(fault),
    }
}

/// The text without the address, however it is written, and without whatever looks like one.
fn unaddressed(text: &str, address: &str) -> String {
    let words = text.split(' ').map(|word| match word.contains('@') || (!address.is_empty() && word.contains(address)) {
        true => "…",
        false => word,
    });
    words.collect::<Vec<_>>().join(" ")
}

/// The address is none that a letter can go to, or was erased.
#[derive(Debug, thiserror::Error)]
#[error("there is no address to send it to")]
struct Unaddressed;

/// A PDF that goes with a letter, and its name.
type Attached = (String, Vec<u8>);

fn compose(settings: &MailSettings, house: &str, row: &LetterRow, text: Text, file: Option<Attached>) -> anyhow::Result<Message> {
    let to: lettre::Address = row.address.parse().map_err(|_| Unaddressed)?;
    let from = settings.from.parse().context("the address that letters come from")?;
    let at = SystemTime::UNIX_EPOCH + Duration::from_millis(u64::try_from(row.queued_ms).unwrap_or(0));
    let part = |kind, body| SinglePart::builder().header(kind).body(body);
    let both = MultiPart::alternative()
        .singlepart(part(ContentType::TEXT_PLAIN, text.plain))
        .singlepart(part(ContentType::TEXT_HTML, text.html));
    let body = match file {
        Some((name, bytes)) => {
            let pdf = ContentType::parse("application/pdf").context("the type of the attached file")?;
            MultiPart::mixed().multipart(both).singlepart(Attachment::new(name).body(bytes, pdf))
        }
        None => both,
    };
    Message::builder()
        .from(Mailbox::new(Some(house.to_owned()), from))
        .to(Mailbox::new(None, to))
        .subject(text.subject)
        .message_id(Some(row.message_id.clone()))
        .date(at)
        .multipart(body)
        .context("the letter cannot be written")
}

/// Connects, speaks TLS and logs in, and goes again; the fault without anybody's address. For `kasir doctor`.
pub fn knock(route: &MailRoute, password: Option<String>, patience: Duration) -> Result<(), String> {
    let told = server(route, password, patience).and_then(|server| match server.test_connection()? {
        true => Ok(()),
        false => anyhow::bail!("it does not answer as a mail server does"),
    });
    told.map_err(|error| unaddressed(&format!("{error:#}"), ""))
}

fn server(route: &MailRoute, password: Option<String>, patience: Duration) -> anyhow::Result<SmtpTransport> {
    let MailRoute::Smtp { host, port, security, user, ca_file } = route else { anyhow::bail!("no server is set") };
    let tls = || -> anyhow::Result<TlsParameters> {
        let mut parameters = TlsParameters::builder(host.clone());
        if !ca_file.is_empty() {
            let pem = std::fs::read(ca_file).with_context(|| format!("cannot read {ca_file}"))?;
            let authority = Certificate::from_pem(&pem).with_context(|| format!("{ca_file} holds no certificate"))?;
            parameters = parameters.add_root_certificate(authority);
        }
        Ok(parameters.build_rustls()?)
    };
    let tls = match security {
        MailSecurity::Starttls => Tls::Required(tls()?),
        MailSecurity::Tls => Tls::Wrapper(tls()?),
        MailSecurity::None => Tls::None,
    };
    let mut server = SmtpTransport::builder_dangerous(host).port(*port).tls(tls).timeout(Some(patience));
    if !user.is_empty() {
        server = server.credentials(Credentials::new(user.clone(), password.unwrap_or_default()));
    }
    Ok(server.build())
}

/// Written aside and renamed, so that nobody reads half a letter.
fn to_folder(folder: &Path, row: &LetterRow, message: &Message) -> anyhow::Result<()> {
    std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let name = format!("{:08}-{}.eml", row.id.0, row.work.name());
    let aside = folder.join(format!(".{name}.part"));
    std::fs::write(&aside, message.formatted()).with_context(|| format!("cannot write in {}", folder.display()))?;
    std::fs::rename(&aside, folder.join(name))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_address_is_told_on() {
        let said = "550 5.1.1 <budi@example.com>: Recipient address rejected, budi@example.com unknown";
        assert_eq!(unaddressed(said, "budi@example.com"), "550 5.1.1 … Recipient address rejected, … unknown");
    }
}
