//! Domain values to SQL and back. A stored word that is none of the known ones is damage,
//! never a default.

use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, ValueRef};
use uuid::Uuid;

use crate::domain::id::*;
use crate::domain::mail::LetterState;
use crate::domain::money::Money;
use crate::domain::order::{LineState, OrderState};
use crate::domain::payment::Tender;
use crate::domain::staff::Role;
use crate::domain::time::BusinessDay;

macro_rules! integers {
    ($($name:ident),*) => {$(
        impl ToSql for $name {
            fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
                Ok(self.0.into())
            }
        }
        impl FromSql for $name {
            fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
                i64::column_result(value).map($name)
            }
        }
    )*};
}

integers!(
    CategoryId, ProductId, TableId, VisitId, GuestId, OrderId, ReceiptId, EmployeeId, DeviceId, PrinterId, JobId, RatingId,
    LetterId, Money
);

/// Enumerations are stored as the word that the wire and the journal use too.
macro_rules! words {
    ($($name:ident: $all:expr),* $(,)?) => {$(
        impl ToSql for $name {
            fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
                Ok(self.name().into())
            }
        }
        impl FromSql for $name {
            fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
                let word = value.as_str()?;
                $all.iter().copied().find(|v: &$name| v.name() == word).ok_or(FromSqlError::InvalidType)
            }
        }
    )*};
}

words! {
    OrderState: OrderState::ALL,
    LineState: LineState::ALL,
    Role: Role::ALL,
    Tender: Tender::ALL,
    LetterState: LetterState::ALL,
}

/// What `LIKE … ESCAPE '\\'` finds wherever the text stands, whose `%` and `_` are letters like any other.
pub fn containing(text: &str) -> String {
    format!("%{}%", text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_"))
}

/// A UUID as its usual text.
pub struct Uid(pub Uuid);

impl ToSql for Uid {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.0.to_string().into())
    }
}

impl FromSql for Uid {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        value.as_str()?.parse().map(Uid).map_err(|_| FromSqlError::InvalidType)
    }
}

impl ToSql for BusinessDay {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.to_string().into())
    }
}

impl FromSql for BusinessDay {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        value.as_str()?.parse().map_err(|_| FromSqlError::InvalidType)
    }
}
