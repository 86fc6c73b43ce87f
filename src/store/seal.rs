//! Sealed files: what stands on a stick that somebody may take along. The format is age's
//! (age-encryption.org/v1) with a passphrase, so that the `age` tool opens one on any machine, without kasir.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Write};

use age::scrypt;
use age::secrecy::SecretString;

/// How much work a guess costs, as a power of two: 32 MiB and about a second on a Pi. More would not fit
/// beside a till that runs.
const WORK: u8 = 15;
/// Most work that opening a file may ask for: files that other programs sealed ask for more.
const WORK_MAX: u8 = 20;

/// The name of a sealed file ends with it.
pub const ENDING: &str = "age";

#[derive(Debug, thiserror::Error)]
pub enum SealError {
    #[error("the file is sealed; its passphrase is missing (--passphrase-file)")]
    Missing,
    #[error("the passphrase does not open the file")]
    Wrong,
    #[error("the sealed file is damaged: {0}")]
    Damaged(String),
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// Copies `from` into `to`, sealed when there is a passphrase. The caller syncs.
pub fn seal(from: &mut impl Read, to: &mut File, passphrase: Option<&str>) -> Result<(), SealError> {
    let mut out = BufWriter::new(to);
    match passphrase {
        None => {
            io::copy(from, &mut out)?;
        }
        Some(passphrase) => {
            let mut recipient = scrypt::Recipient::new(SecretString::from(passphrase.to_owned()));
            recipient.set_work_factor(WORK);
            let encryptor = age::Encryptor::with_recipients(std::iter::once(&recipient as &dyn age::Recipient))
                .map_err(|e| SealError::Damaged(e.to_string()))?;
            let mut sealed = encryptor.wrap_output(&mut out)?;
            io::copy(from, &mut sealed)?;
            sealed.finish()?;
        }
    }
    out.flush()?;
    Ok(())
}

/// What is in a file that may be sealed; whether it is, its first bytes say.
pub fn open(file: File, passphrase: Option<&str>) -> Result<Box<dyn Read>, SealError> {
    let mut input = BufReader::new(file);
    if !io::BufRead::fill_buf(&mut input)?.starts_with(b"age-encryption.org/") {
        return Ok(Box::new(input));
    }
    let passphrase = passphrase.ok_or(SealError::Missing)?;
    let mut identity = scrypt::Identity::new(SecretString::from(passphrase.to_owned()));
    identity.set_max_work_factor(WORK_MAX);
    let decryptor = age::Decryptor::new_buffered(input).map_err(|e| SealError::Damaged(e.to_string()))?;
    match decryptor.decrypt(std::iter::once(&identity as &dyn age::Identity)) {
        Ok(plain) => Ok(Box::new(plain)),
        Err(age::DecryptError::DecryptionFailed | age::DecryptError::NoMatchingKeys | age::DecryptError::KeyDecryptionFailed) => {
            Err(SealError::Wrong)
        }
        Err(other) => Err(SealError::Damaged(other.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Seek, SeekFrom};

    use super::*;

    fn sealed(text: &[u8]) -> File {
        let mut file = tempfile::tempfile().unwrap();
        seal(&mut &text[..], &mut file, Some("dua belas huruf")).unwrap();
        file
    }

    fn read(file: &File, passphrase: Option<&str>) -> Result<Vec<u8>, SealError> {
        let mut file = file.try_clone().unwrap();
        file.seek(SeekFrom::Start(0)).unwrap();
        let mut text = Vec::new();
        open(file, passphrase)?.read_to_end(&mut text)?;
        Ok(text)
    }

    #[test]
    fn what_was_sealed_opens_with_its_passphrase_and_no_other() {
        let text = b"the guests of May, ".repeat(10_000);
        let file = sealed(&text);
        assert_eq!(read(&file, Some("dua belas huruf")).unwrap(), text);
        assert!(matches!(read(&file, Some("dua belas hurug")), Err(SealError::Wrong)));
        assert!(matches!(read(&file, None), Err(SealError::Missing)));
        let mut raw = Vec::new();
        let mut file = file;
        file.seek(SeekFrom::Start(0)).unwrap();
        file.read_to_end(&mut raw).unwrap();
        assert!(!raw.windows(10).any(|w| w == b"the guests"), "nothing of it is readable");
    }

    #[test]
    fn a_sealed_file_that_was_cut_or_changed_is_not_read() {
        let text = b"x".repeat(200_000);
        let whole = sealed(&text);
        let long = whole.metadata().unwrap().len();
        whole.set_len(long - 1).unwrap();
        assert!(read(&whole, Some("dua belas huruf")).is_err(), "cut");
        let changed = sealed(&text);
        std::os::unix::fs::FileExt::write_all_at(&changed, b"?", long / 2).unwrap();
        assert!(read(&changed, Some("dua belas huruf")).is_err(), "changed");
    }

    #[test]
    fn an_open_file_is_itself() {
        let mut file = tempfile::tempfile().unwrap();
        seal(&mut &b"plain"[..], &mut file, None).unwrap();
        assert_eq!(read(&file, None).unwrap(), b"plain");
    }
}
