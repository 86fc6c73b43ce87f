//! Every "no" that a person or a program can get: a stable code, the parameters of its
//! sentence, and what the caller does next. The sentences are in `lang/*.ftl` under
//! `refusal-<code>`; a test holds the two together.

use std::collections::BTreeMap;

use crate::domain::job::PrinterFault;
use crate::domain::money::Money;

/// What the one who asked can do about it; also the HTTP status of an edge that has one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remedy {
    /// The message itself is wrong: mend the program (400).
    Request,
    /// Log in, or ask somebody who may (403).
    Rights,
    /// It is not there (404).
    Missing,
    /// The rules or the present state forbid it (409).
    Rule,
    /// Wait and send the same again (503).
    Later,
}

/// A "no".
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.code())]
pub enum Refusal {
    /// The message is not of the protocol; `detail` is for the programmer.
    BadRequest {
        detail: String,
    },
    /// More frames a second than a person makes.
    TooFast,
    NotFound {
        what: &'static str,
    },
    Denied,
    /// The same request id came with another body.
    Conflict,
    NotLoggedIn,
    DeviceUnknown,
    CodeWrong,
    PinWrong {
        left: u32,
    },
    PinLocked {
        minutes: u32,
    },
    PinForm,
    TextEmpty {
        field: &'static str,
    },
    TextLong {
        field: &'static str,
        max: usize,
    },
    TextForm {
        field: &'static str,
    },
    TextCard,
    OrderEmpty,
    TooManyLines {
        max: usize,
    },
    TooManyWaiting,
    TooManyGuests,
    Quantity {
        max: u32,
    },
    SoldOut {
        product: String,
    },
    OutOfStock {
        product: String,
        left: i64,
    },
    OrderState {
        state: &'static str,
    },
    OrderPaid,
    ReasonMissing,
    MadeMissing,
    VisitClosed,
    VisitInUse,
    CategoryInUse,
    TableInUse,
    NotCounted,
    TooManyPending,
    LastOwner,
    Pending,
    LoginWrong,
    LogInAgain,
    PasswordForm,
    TooManyLetters,
    MailOff,
    /// It ends before it begins, or is longer than a report covers.
    Period,
    LetterState,
    PictureForm,
    PrinterOwes {
        count: u32,
    },
    /// It is being printed, has been printed or was thrown away meanwhile; or is not printed yet.
    PaperState,
    /// One scan of the network at a time.
    ScanRuns,
    LoginLocked {
        minutes: u32,
    },
    /// There is a house already: it is founded once.
    Founded,
    /// There is no house yet.
    NotFounded,
    /// A printer that was tried did not print.
    PrinterSilent {
        fault: PrinterFault,
    },
    /// A row of a menu file; `detail` says what is wrong with it.
    MenuRow {
        line: u64,
        detail: String,
    },
    BillEmpty,
    BillWaiting,
    BillChanged {
        total: Money,
    },
    TenderedShort {
        due: Money,
    },
    AmountTooLarge,
    Setting {
        key: &'static str,
    },
    Exists {
        what: &'static str,
    },
    Busy,
    /// Nothing new is taken on until there is room.
    DiskFull,
    /// The hub stopped before it knew whether the change is on disk; ask again with the same
    /// id.
    OutcomeUnknown,
    /// The hub cannot write any more.
    Stopped,
    Internal,
}

impl Refusal {
    /// Stable: clients and tests depend on it.
    pub fn code(&self) -> &'static str {
        match self {
            Refusal::BadRequest { .. } => "bad-request",
            Refusal::TooFast => "too-fast",
            Refusal::NotFound { .. } => "not-found",
            Refusal::Denied => "denied",
            Refusal::Conflict => "conflict",
            Refusal::NotLoggedIn => "not-logged-in",
            Refusal::DeviceUnknown => "device-unknown",
            Refusal::CodeWrong => "code-wrong",
            Refusal::PinWrong { .. } => "pin-wrong",
            Refusal::PinLocked { .. } => "pin-locked",
            Refusal::PinForm => "pin-form",
            Refusal::TextEmpty { .. } => "text-empty",
            Refusal::TextLong { .. } => "text-long",
            Refusal::TextForm { .. } => "text-form",
            Refusal::TextCard => "text-card",
            Refusal::OrderEmpty => "order-empty",
            Refusal::TooManyLines { .. } => "too-many-lines",
            Refusal::TooManyWaiting => "too-many-waiting",
            Refusal::TooManyGuests => "too-many-guests",
            Refusal::Quantity { .. } => "quantity",
            Refusal::SoldOut { .. } => "sold-out",
            Refusal::OutOfStock { .. } => "out-of-stock",
            Refusal::OrderState { .. } => "order-state",
            Refusal::OrderPaid => "order-paid",
            Refusal::ReasonMissing => "reason-missing",
            Refusal::MadeMissing => "made-missing",
            Refusal::VisitClosed => "visit-closed",
            Refusal::VisitInUse => "visit-in-use",
            Refusal::CategoryInUse => "category-in-use",
            Refusal::TableInUse => "table-in-use",
            Refusal::NotCounted => "not-counted",
            Refusal::TooManyPending => "too-many-pending",
            Refusal::LastOwner => "last-owner",
            Refusal::Pending => "pending",
            Refusal::LoginWrong => "login-wrong",
            Refusal::PasswordForm => "password-form",
            Refusal::LogInAgain => "log-in-again",
            Refusal::TooManyLetters => "too-many-letters",
            Refusal::MailOff => "mail-off",
            Refusal::Period => "period",
            Refusal::LetterState => "letter-state",
            Refusal::PictureForm => "picture-form",
            Refusal::PrinterOwes { .. } => "printer-owes",
            Refusal::PaperState => "paper-state",
            Refusal::ScanRuns => "scan-runs",
            Refusal::LoginLocked { .. } => "login-locked",
            Refusal::Founded => "founded",
            Refusal::NotFounded => "not-founded",
            Refusal::PrinterSilent { .. } => "printer-silent",
            Refusal::MenuRow { .. } => "menu-row",
            Refusal::BillEmpty => "bill-empty",
            Refusal::BillWaiting => "bill-waiting",
            Refusal::BillChanged { .. } => "bill-changed",
            Refusal::TenderedShort { .. } => "tendered-short",
            Refusal::AmountTooLarge => "amount-too-large",
            Refusal::Setting { .. } => "setting",
            Refusal::Exists { .. } => "exists",
            Refusal::Busy => "busy",
            Refusal::DiskFull => "disk-full",
            Refusal::OutcomeUnknown => "outcome-unknown",
            Refusal::Stopped => "stopped",
            Refusal::Internal => "internal",
        }
    }

    pub fn remedy(&self) -> Remedy {
        match self {
            Refusal::BadRequest { .. }
            | Refusal::Period
            | Refusal::TextEmpty { .. }
            | Refusal::TextLong { .. }
            | Refusal::TextForm { .. }
            | Refusal::TextCard
            | Refusal::PinForm
            | Refusal::PasswordForm
            | Refusal::PictureForm
            | Refusal::MenuRow { .. }
            | Refusal::Setting { .. } => Remedy::Request,
            Refusal::Denied
            | Refusal::NotLoggedIn
            | Refusal::DeviceUnknown
            | Refusal::CodeWrong
            | Refusal::PinWrong { .. }
            | Refusal::Pending
            | Refusal::LoginWrong
            | Refusal::LogInAgain
            | Refusal::LoginLocked { .. }
            | Refusal::PinLocked { .. } => Remedy::Rights,
            Refusal::NotFound { .. } => Remedy::Missing,
            Refusal::Conflict
            | Refusal::OrderEmpty
            | Refusal::TooManyLines { .. }
            | Refusal::TooManyWaiting
            | Refusal::TooManyGuests
            | Refusal::Quantity { .. }
            | Refusal::SoldOut { .. }
            | Refusal::OutOfStock { .. }
            | Refusal::OrderState { .. }
            | Refusal::OrderPaid
            | Refusal::ReasonMissing
            | Refusal::MadeMissing
            | Refusal::VisitClosed
            | Refusal::VisitInUse
            | Refusal::CategoryInUse
            | Refusal::TableInUse
            | Refusal::NotCounted
            | Refusal::TooManyPending
            | Refusal::MailOff
            | Refusal::TooManyLetters
            | Refusal::LetterState
            | Refusal::LastOwner
            | Refusal::PrinterOwes { .. }
            | Refusal::Founded
            | Refusal::NotFounded
            | Refusal::PrinterSilent { .. }
            | Refusal::PaperState
            | Refusal::BillEmpty
            | Refusal::BillWaiting
            | Refusal::BillChanged { .. }
            | Refusal::TenderedShort { .. }
            | Refusal::AmountTooLarge
            | Refusal::Exists { .. } => Remedy::Rule,
            Refusal::TooFast
            | Refusal::ScanRuns
            | Refusal::Busy
            | Refusal::DiskFull
            | Refusal::OutcomeUnknown
            | Refusal::Stopped
            | Refusal::Internal => Remedy::Later,
        }
    }

    /// What the sentence needs, by name. Amounts stay in minor units: the edge that shows
    /// them knows the currency.
    pub fn params(&self) -> BTreeMap<&'static str, String> {
        let pairs: Vec<(&'static str, String)> = match self {
            Refusal::BadRequest { detail } => vec![("detail", detail.clone())],
            Refusal::NotFound { what } | Refusal::Exists { what } => vec![("what", (*what).to_owned())],
            Refusal::PinWrong { left } => vec![("left", left.to_string())],
            Refusal::PinLocked { minutes } | Refusal::LoginLocked { minutes } => vec![("minutes", minutes.to_string())],
            Refusal::TextEmpty { field } | Refusal::TextForm { field } => vec![("field", (*field).to_owned())],
            Refusal::TextLong { field, max } => vec![("field", (*field).to_owned()), ("max", max.to_string())],
            Refusal::PrinterOwes { count } => vec![("count", count.to_string())],
            Refusal::PrinterSilent { fault } => vec![("fault", fault.name().to_owned())],
            Refusal::MenuRow { line, detail } => vec![("line", line.to_string()), ("detail", detail.clone())],
            Refusal::TooManyLines { max } => vec![("max", max.to_string())],
            Refusal::Quantity { max } => vec![("max", max.to_string())],
            Refusal::SoldOut { product } => vec![("product", product.clone())],
            Refusal::OutOfStock { product, left } => vec![("product", product.clone()), ("left", left.to_string())],
            Refusal::OrderState { state } => vec![("state", (*state).to_owned())],
            Refusal::BillChanged { total } => vec![("amount", total.to_string())],
            Refusal::TenderedShort { due } => vec![("amount", due.to_string())],
            Refusal::Setting { key } => vec![("key", (*key).to_owned())],
            Refusal::TooFast
            | Refusal::Denied
            | Refusal::Conflict
            | Refusal::NotLoggedIn
            | Refusal::DeviceUnknown
            | Refusal::CodeWrong
            | Refusal::PinForm
            | Refusal::TextCard
            | Refusal::OrderEmpty
            | Refusal::TooManyWaiting
            | Refusal::TooManyGuests
            | Refusal::OrderPaid
            | Refusal::ReasonMissing
            | Refusal::MadeMissing
            | Refusal::VisitClosed
            | Refusal::VisitInUse
            | Refusal::CategoryInUse
            | Refusal::TableInUse
            | Refusal::NotCounted
            | Refusal::TooManyPending
            | Refusal::LastOwner
            | Refusal::Pending
            | Refusal::LoginWrong
            | Refusal::PasswordForm
            | Refusal::MailOff
            | Refusal::Period
            | Refusal::TooManyLetters
            | Refusal::LogInAgain
            | Refusal::LetterState
            | Refusal::PictureForm
            | Refusal::Founded
            | Refusal::NotFounded
            | Refusal::PaperState
            | Refusal::ScanRuns
            | Refusal::BillEmpty
            | Refusal::BillWaiting
            | Refusal::AmountTooLarge
            | Refusal::Busy
            | Refusal::DiskFull
            | Refusal::OutcomeUnknown
            | Refusal::Stopped
            | Refusal::Internal => vec![],
        };
        pairs.into_iter().collect()
    }

    /// One of each, for tests and the translator's list.
    pub fn samples() -> Vec<Refusal> {
        vec![
            Refusal::BadRequest { detail: "…".into() },
            Refusal::TooFast,
            Refusal::NotFound { what: "order" },
            Refusal::Denied,
            Refusal::Conflict,
            Refusal::NotLoggedIn,
            Refusal::DeviceUnknown,
            Refusal::CodeWrong,
            Refusal::PinWrong { left: 3 },
            Refusal::PinLocked { minutes: 15 },
            Refusal::PinForm,
            Refusal::TextEmpty { field: "name" },
            Refusal::TextLong { field: "note", max: 140 },
            Refusal::TextForm { field: "mail" },
            Refusal::TextCard,
            Refusal::OrderEmpty,
            Refusal::TooManyLines { max: 100 },
            Refusal::TooManyWaiting,
            Refusal::TooManyGuests,
            Refusal::Quantity { max: 20 },
            Refusal::SoldOut { product: "Es Teh".into() },
            Refusal::OutOfStock { product: "Rendang".into(), left: 1 },
            Refusal::OrderState { state: "done" },
            Refusal::OrderPaid,
            Refusal::ReasonMissing,
            Refusal::MadeMissing,
            Refusal::VisitClosed,
            Refusal::VisitInUse,
            Refusal::CategoryInUse,
            Refusal::TableInUse,
            Refusal::NotCounted,
            Refusal::TooManyPending,
            Refusal::LastOwner,
            Refusal::Pending,
            Refusal::LoginWrong,
            Refusal::PasswordForm,
            Refusal::MailOff,
            Refusal::Period,
            Refusal::TooManyLetters,
            Refusal::LogInAgain,
            Refusal::LetterState,
            Refusal::PictureForm,
            Refusal::PrinterOwes { count: 3 },
            Refusal::PaperState,
            Refusal::ScanRuns,
            Refusal::LoginLocked { minutes: 15 },
            Refusal::Founded,
            Refusal::NotFounded,
            Refusal::PrinterSilent { fault: PrinterFault::Refused },
            Refusal::MenuRow { line: 3, detail: "…".into() },
            Refusal::BillEmpty,
            Refusal::BillWaiting,
            Refusal::BillChanged { total: Money(92_400) },
            Refusal::TenderedShort { due: Money(92_400) },
            Refusal::AmountTooLarge,
            Refusal::Setting { key: "timezone" },
            Refusal::Exists { what: "table" },
            Refusal::Busy,
            Refusal::DiskFull,
            Refusal::OutcomeUnknown,
            Refusal::Stopped,
            Refusal::Internal,
        ]
    }
}

impl From<crate::domain::money::Overflow> for Refusal {
    fn from(_: crate::domain::money::Overflow) -> Self {
        Refusal::AmountTooLarge
    }
}

impl From<crate::domain::order::OrderFault> for Refusal {
    fn from(fault: crate::domain::order::OrderFault) -> Self {
        use crate::domain::order::OrderFault;
        match fault {
            OrderFault::State(state) => Refusal::OrderState { state: state.name() },
            OrderFault::Paid => Refusal::OrderPaid,
            OrderFault::NoLine(_) => Refusal::NotFound { what: "line" },
            OrderFault::NoReason => Refusal::ReasonMissing,
            OrderFault::MadeUnknown => Refusal::MadeMissing,
        }
    }
}

impl From<crate::domain::payment::SettlementFault> for Refusal {
    fn from(fault: crate::domain::payment::SettlementFault) -> Self {
        use crate::domain::payment::SettlementFault;
        match fault {
            SettlementFault::TooLittle { due } => Refusal::TenderedShort { due },
            SettlementFault::Overflow(_) => Refusal::AmountTooLarge,
        }
    }
}

/// Names the field that a text came for.
pub fn in_field(field: &'static str) -> impl FnOnce(crate::domain::text::TextFault) -> Refusal {
    use crate::domain::text::TextFault;
    move |fault| match fault {
        TextFault::Empty => Refusal::TextEmpty { field },
        TextFault::Long(max) => Refusal::TextLong { field, max },
        TextFault::Form => Refusal::TextForm { field },
        TextFault::Card => Refusal::TextCard,
    }
}
