//! `kasir backup` and `kasir restore`.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

use crate::app::Store;
use crate::cli::{BackupArgs, RestoreArgs, ask, clock, done, say, unexpected};
use crate::control::{Request, Response};
use crate::domain::backup::{Label, PASSPHRASE_MIN};
use crate::domain::staff::Actor;
use crate::domain::time::{self, BusinessDay};
use crate::hub::door::random;
use crate::ops;
use crate::ops::backup::NoteRestored;
use crate::store::backup;
use crate::store::data_dir::{self, DataDir};
use crate::store::ledger::{self, Made};
use crate::store::restore::{self, Plan, Restored};

/// The first line of a file.
fn passphrase(file: Option<&Path>) -> anyhow::Result<Option<String>> {
    let Some(file) = file else { return Ok(None) };
    let text = std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    Ok(Some(text.lines().next().unwrap_or_default().to_owned()))
}

pub fn backup(args: &BackupArgs) -> anyhow::Result<()> {
    let passphrase = passphrase(args.passphrase_file.as_deref())?;
    if passphrase.as_ref().is_some_and(|p| p.chars().count() < PASSPHRASE_MIN) {
        bail!("a passphrase has at least {PASSPHRASE_MIN} letters: whoever has the file may guess as often as they like");
    }
    let file = std::path::absolute(&args.file).with_context(|| format!("cannot find {}", args.file.display()))?;
    if file.is_file() {
        bail!("{} is there already; nothing was written", file.display());
    }
    let Response::Copied { path: copy, day, seq, at_ms, now_ms, rows } = (match ask(&args.place, Request::Backup)? {
        copied @ Response::Copied { .. } => copied,
        other => return unexpected(other),
    }) else {
        bail!("kasir answered something else than was asked");
    };
    let sealed = passphrase.is_some();
    let file = match (file.is_dir(), day) {
        (true, day) => {
            file.join(Label { day: day.unwrap_or(BusinessDay::at(now_ms, &jiff::tz::TimeZone::UTC, 0)), seq, sealed }.file_name())
        }
        (false, _) => file,
    };
    let delivered = backup::deliver(&copy, &file, passphrase.as_deref());
    let removed = std::fs::remove_file(&copy);
    let bytes = delivered?;
    removed.with_context(|| format!("the backup is made; {} could not be removed", copy.display()))?;
    let made = Made { path: file.clone(), made_ms: now_ms, day, seq, at_ms, bytes, sealed };
    done(ask(&args.place, Request::BackupMade { made })?)?;
    say(format!(
        "{} holds everything up to event {seq}, and was read back. The journal is whole, and the {rows} rows of the tables follow from it.",
        file.display()
    ));
    Ok(())
}

pub fn restore(args: &RestoreArgs) -> anyhow::Result<()> {
    let data = args.place.config()?.data;
    let passphrase = passphrase(args.passphrase_file.as_deref())?;
    if !args.file.is_file() {
        bail!("there is no file {}", args.file.display());
    }
    // Trying changes nothing, and may be done beside a kasir that runs.
    let (dir, work) = match args.only_try {
        true => (None, data.join(format!(".trial-{}", std::process::id()))),
        false => {
            let dir = DataDir::take(&data).context("kasir must not run while a backup is brought back")?;
            restore::finish(&data)?;
            (Some(dir), restore::folder(&data))
        }
    };
    let outcome = bring_back(args, &data, passphrase.as_deref(), &work);
    if dir.is_none() || outcome.is_err() {
        restore::clear(&work)?;
    }
    let restored = outcome?;
    match dir {
        None => {
            tell(&restored);
            say("This was a trial; nothing was changed.");
        }
        Some(_dir) => {
            let kept = format!("before-restore-{}", &restored.epoch[..8]);
            hand_over(&data, &work)?;
            let had = data_dir::database(&data).exists();
            let kept = restore::swap(&data, &kept)?;
            tell(&restored);
            if had {
                say(format!("The file that was there is kept in {}; remove it when all is well.", kept.display()));
            }
            say("Start kasir again. Staff log in anew; guests' phones and other screens find back by themselves.");
        }
    }
    Ok(())
}

/// What was prepared, under its new epoch.
struct Ready {
    restored: Restored,
    epoch: String,
    rows: u64,
}

fn bring_back(args: &RestoreArgs, data: &Path, passphrase: Option<&str>, work: &Path) -> anyhow::Result<Ready> {
    let epoch = data_encoding::HEXLOWER.encode(&random::<8>());
    let copies = copies(args, data)?;
    let now = data_dir::database(data);
    let plan = Plan { backup: &args.file, passphrase, now: Some(&now), copies: &copies, epoch: epoch.clone() };
    let restored = restore::prepare(&plan, work)?;
    // By the writer, as everything that goes into the journal.
    let store = Store::open_alone(work, clock())?;
    let note = NoteRestored {
        epoch_before: restored.epoch_before.clone(),
        backup: restored.backup.seq,
        reached: restored.reached.seq,
        lost: restored.gap.map_or(0, |g| g.rows),
    };
    let noted = ops::run(&store.writer, Actor::Machine, note);
    store.close()?;
    noted?;
    let found = backup::check(&data_dir::database(work)).context("what was put together is not whole; nothing was changed")?;
    Ok(Ready { restored, epoch, rows: found.rows })
}

/// Where the journal's copy may be: where somebody says, where it was last written, where the database that is
/// there says.
fn copies(args: &RestoreArgs, data: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut all = Vec::new();
    for folder in &args.journal {
        if !folder.is_dir() {
            bail!("there is no folder {}", folder.display());
        }
        all.push(folder.clone());
    }
    all.extend(ledger::read(data).journal.filter(|folder| folder.is_dir() && !all.contains(folder)));
    Ok(all)
}

/// What root makes belongs to whom the directory belongs to.
fn hand_over(data: &Path, work: &Path) -> anyhow::Result<()> {
    use std::os::unix::fs::MetadataExt;
    let owner = std::fs::metadata(data)?;
    if rustix::process::geteuid().is_root() {
        for path in [work.to_owned(), data_dir::database(work)] {
            std::os::unix::fs::chown(&path, Some(owner.uid()), Some(owner.gid()))
                .with_context(|| format!("cannot give {} to its owner", path.display()))?;
        }
    }
    Ok(())
}

fn tell(ready: &Ready) {
    let r = &ready.restored;
    let zone = jiff::tz::TimeZone::system();
    let at = |ms: Option<i64>| ms.map_or_else(|| "an unknown time".to_owned(), |ms| time::stamp(ms, &zone));
    say(format!("The backup is whole. It ends with event {}, of {}.", r.backup.seq, at(r.backup_ms)));
    if r.foreign {
        say("The database that was there has another history: nothing of it was taken.");
    }
    say(format!(
        "{} later events were played back over it: {} from the database that was there, {} from the journal's copy.",
        r.from_file + r.from_copy,
        r.from_file,
        r.from_copy
    ));
    say(format!(
        "Now it ends with event {}, of {}; its {} rows follow from the journal.",
        r.reached.seq,
        at(r.reached_ms),
        ready.rows
    ));
    match r.gap {
        None => say("Nothing that is known of is missing."),
        Some(gap) => say(format!(
            "MISSING: at least {} events after event {}, written between {} and {}. What was ordered and paid in that time must be entered by hand.",
            gap.rows,
            r.reached.seq,
            at(r.reached_ms),
            at(gap.until_ms)
        )),
    }
    for (names, what) in [(&r.unproven.pins, "PIN"), (&r.unproven.passwords, "password")] {
        if !names.is_empty() {
            say(format!(
                "Need a new {what} (the one in the backup was changed since): {}. `sudo kasir user --help` says how.",
                names.join(", ")
            ));
        }
    }
}
