//! One row of the table of endpoints, and the usual kinds of rows.

use std::future::Future;

use http::{Method, StatusCode};
use rusqlite::Connection;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Serialize;

use crate::domain::refusal::Refusal;
use crate::domain::staff::Right;
use crate::hub::wire::{Op, Outcome};
use crate::store::error::StoreError;
use crate::web::api::{Call, Fault, json, nothing};
use crate::web::routes::Answer;

type Done = std::pin::Pin<Box<dyn Future<Output = Result<Answer, Fault>> + Send>>;

/// Who may ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    Anybody,
    LoggedIn,
    May(Right),
}

/// A JSON schema, made when the document is.
pub type Shape = fn(&mut SchemaGenerator) -> Schema;

/// What goes in.
pub enum Body {
    None,
    Json(Shape),
    Raw { mimes: &'static [&'static str], max: usize },
}

/// What comes out when all is well.
pub enum Gives {
    Nothing,
    Json(StatusCode, Shape),
    Raw(&'static str),
}

/// One row.
pub struct Endpoint {
    pub method: Method,
    /// With `{name}` where an id stands.
    pub path: &'static str,
    pub summary: &'static str,
    pub access: Access,
    /// What may stand behind the question mark.
    pub query: &'static [&'static str],
    pub body: Body,
    pub gives: Gives,
    pub does: Box<dyn Fn(Call) -> Done + Send + Sync>,
}

impl Endpoint {
    /// The ids in `path`, if this row answers it.
    pub fn matches(&self, path: &str) -> Option<Vec<(&'static str, String)>> {
        let (mut own, mut asked) = (self.path.split('/'), path.split('/'));
        let mut params = Vec::new();
        loop {
            match (own.next(), asked.next()) {
                (None, None) => return Some(params),
                (Some(piece), Some(text)) => match piece.strip_prefix('{').and_then(|p| p.strip_suffix('}')) {
                    Some(name) => params.push((name, text.to_owned())),
                    None if piece == text => {}
                    None => return None,
                },
                _ => return None,
            }
        }
    }
}

/// An endpoint whose work is not of the usual kinds.
pub fn special<F>(
    (method, path): (Method, &'static str),
    summary: &'static str,
    access: Access,
    body: Body,
    gives: Gives,
    does: fn(Call) -> F,
) -> Endpoint
where
    F: Future<Output = Result<Answer, Fault>> + Send + 'static,
{
    Endpoint { method, path, summary, access, query: &[], body, gives, does: Box::new(move |call| Box::pin(does(call))) }
}

/// Shows something.
pub fn view<T: Serialize + JsonSchema + Send + 'static>(
    path: &'static str,
    summary: &'static str,
    right: Right,
    look: fn(&Connection) -> Result<T, StoreError>,
) -> Endpoint {
    Endpoint {
        method: Method::GET,
        path,
        summary,
        access: Access::May(right),
        query: &[],
        body: Body::None,
        gives: Gives::Json(StatusCode::OK, |g| g.subschema_for::<T>()),
        does: Box::new(move |call| Box::pin(async move { Ok(json(StatusCode::OK, &call.look(look).await?)) })),
    }
}

/// Changes something that the body describes.
pub fn change<B: serde::de::DeserializeOwned + JsonSchema + Send + 'static>(
    (method, path): (Method, &'static str),
    summary: &'static str,
    right: Right,
    op: fn(&Call, B) -> Result<Op, Fault>,
) -> Endpoint {
    Endpoint {
        method,
        path,
        summary,
        access: Access::May(right),
        query: &[],
        body: Body::Json(|g| g.subschema_for::<B>()),
        gives: Gives::Nothing,
        does: Box::new(move |call| {
            Box::pin(async move {
                call.perform(op(&call, call.json()?)?).await?;
                Ok(nothing())
            })
        }),
    }
}

/// Adds something that the body describes; `what` names its id in the answer.
pub fn add<B: serde::de::DeserializeOwned + JsonSchema + Send + 'static, A: JsonSchema>(
    path: &'static str,
    summary: &'static str,
    right: Right,
    what: &'static str,
    op: fn(B) -> Op,
) -> Endpoint {
    Endpoint {
        method: Method::POST,
        path,
        summary,
        access: Access::May(right),
        query: &[],
        body: Body::Json(|g| g.subschema_for::<B>()),
        gives: Gives::Json(StatusCode::CREATED, |g| g.subschema_for::<A>()),
        does: Box::new(move |call| {
            Box::pin(async move {
                match call.perform(op(call.json()?)).await? {
                    Outcome::Added { id } => Ok(json(StatusCode::CREATED, &serde_json::json!({ what: id }))),
                    _ => Err(Refusal::Internal.into()),
                }
            })
        }),
    }
}

/// Does something that needs no words.
pub fn act(
    (method, path): (Method, &'static str),
    summary: &'static str,
    right: Right,
    op: fn(&Call) -> Result<Op, Fault>,
) -> Endpoint {
    Endpoint {
        method,
        path,
        summary,
        access: Access::May(right),
        query: &[],
        body: Body::None,
        gives: Gives::Nothing,
        does: Box::new(move |call| {
            Box::pin(async move {
                call.perform(op(&call)?).await?;
                Ok(nothing())
            })
        }),
    }
}
