//! What a printer answers when it is asked how it does: `DLE EOT n`, answered at once even in an
//! error state, one byte each. Whatever bytes come, reading them never fails: a printer, or
//! whoever says to be one, may send anything.
//!
//! The bits are those of Epson's reference for `DLE EOT`; printers that speak ESC/POS share them.

use crate::domain::job::PrinterFault;

/// What is asked, in the order in which it is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Question {
    /// Whether it is on line.
    Printer,
    /// Why it is not.
    Offline,
    Error,
    Paper,
}

impl Question {
    pub const ALL: [Question; 4] = [Question::Printer, Question::Offline, Question::Error, Question::Paper];

    fn number(self) -> u8 {
        match self {
            Question::Printer => 1,
            Question::Offline => 2,
            Question::Error => 3,
            Question::Paper => 4,
        }
    }

    pub fn bytes(self) -> [u8; 3] {
        [0x10, 0x04, self.number()]
    }
}

/// Bits that are the same in every answer: 0, 1, 4 and 7 of them as 0, 1, 1 and 0. What has others
/// is flow control, or a report that nobody asked for.
pub fn is_answer(byte: u8) -> bool {
    byte & 0b1001_0011 == 0b0001_0010
}

/// How a printer says that it does.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Status {
    pub offline: bool,
    pub cover_open: bool,
    pub paper_out: bool,
    /// The cutter, the head, or worse.
    pub error: bool,
    /// Little is left; it goes on printing.
    pub paper_low: bool,
    /// How many questions it answered.
    pub answers: usize,
}

impl Status {
    /// Takes in the answer to one question; anything else leaves all as it was.
    pub fn hear(&mut self, question: Question, byte: u8) {
        if !is_answer(byte) {
            return;
        }
        let has = |bits: u8| byte & bits != 0;
        self.answers += 1;
        match question {
            Question::Printer => self.offline |= has(0x08),
            Question::Offline => {
                self.cover_open |= has(0x04);
                self.paper_out |= has(0x20);
                self.error |= has(0x40);
            }
            // Of the cutter, for good, and until the head has cooled.
            Question::Error => self.error |= has(0x08 | 0x20 | 0x40),
            Question::Paper => {
                self.paper_low |= has(0x0c);
                self.paper_out |= has(0x60);
            }
        }
    }

    /// What keeps it from printing; the cause that a person can mend first.
    pub fn fault(self) -> Option<PrinterFault> {
        match self {
            Status { cover_open: true, .. } => Some(PrinterFault::CoverOpen),
            Status { paper_out: true, .. } => Some(PrinterFault::PaperOut),
            Status { error: true, .. } => Some(PrinterFault::Error),
            Status { offline: true, .. } => Some(PrinterFault::Offline),
            _ => None,
        }
    }
}

/// Reads what came back on the four questions, in their order; what is no answer is passed over.
pub fn read(bytes: &[u8]) -> Status {
    let mut status = Status::default();
    let answers = bytes.iter().copied().filter(|b| is_answer(*b));
    for (question, byte) in Question::ALL.into_iter().zip(answers) {
        status.hear(question, byte);
    }
    status
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn each_fault_has_its_bit() {
        let said = |bytes: [u8; 4]| (read(&bytes).fault(), read(&bytes).paper_low);
        let well = 0x12;
        assert_eq!(said([well; 4]), (None, false));
        // Bit 2 of the first is the drawer's switch, bit 6 the feed button.
        assert_eq!(said([0x12 | 0x44, well, well, well]), (None, false));
        assert_eq!(said([0x1a, well, well, well]), (Some(PrinterFault::Offline), false));
        assert_eq!(said([0x1a, 0x16, well, well]), (Some(PrinterFault::CoverOpen), false));
        assert_eq!(said([0x1a, 0x32, well, 0x7e]), (Some(PrinterFault::PaperOut), true));
        assert_eq!(said([0x12, well, well, 0x72]), (Some(PrinterFault::PaperOut), false));
        assert_eq!(said([well, well, well, 0x1e]), (None, true));
        for error in [0x1a, 0x32, 0x52] {
            assert_eq!(said([0x1a, 0x52, error, well]), (Some(PrinterFault::Error), false));
        }
    }

    #[test]
    fn what_nobody_asked_for_is_passed_over() {
        // XOFF, an automatic report of four bytes, XON.
        let bytes = [0x13, 0x14, 0x00, 0x00, 0x0f, 0x11, 0x12, 0x12, 0x12, 0x72];
        assert_eq!(read(&bytes).fault(), Some(PrinterFault::PaperOut));
        assert_eq!(read(&[]).answers, 0);
        assert_eq!(read(&[0x12, 0x12]).answers, 2);
    }

    proptest! {
        /// Whatever a printer sends: no panic, no more answers than questions, and a fault only from
        /// bytes that are answers.
        #[test]
        fn any_bytes_are_read(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
            let status = read(&bytes);
            prop_assert!(status.answers <= 4);
            prop_assert_eq!(status.answers, bytes.iter().filter(|b| is_answer(**b)).count().min(4));
            if status.answers == 0 {
                prop_assert_eq!(status, Status::default());
            }
        }

        #[test]
        fn more_trouble_never_looks_like_less(bytes in prop::collection::vec(any::<u8>(), 4)) {
            let answers: Vec<u8> = bytes.iter().map(|b| b & 0b0110_1100 | 0b0001_0010).collect();
            let worse: Vec<u8> = answers.iter().map(|b| b | 0b0110_1100).collect();
            prop_assert_eq!(read(&worse).fault(), Some(PrinterFault::CoverOpen));
            prop_assert!(read(&answers).fault().is_none() || read(&worse).fault().is_some());
        }
    }
}
