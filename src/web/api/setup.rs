//! Setting the house up from a browser: with the one-time code that stands on the machine, and
//! only while there is no house.

use http::{Method, StatusCode};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::founding::Founding;
use crate::domain::site::PrinterSettings;
use crate::hub::asked::{PrinterScan, SetupShown};
use crate::hub::wire::Op;
use crate::store::sites;
use crate::web::api::answers::scan_printers;
use crate::web::api::endpoint::{Access, Body, Endpoint, Gives, special};
use crate::web::api::{Call, Fault, json, nothing};
use crate::web::routes::Answer;

/// What anybody may know.
#[derive(Debug, Serialize, JsonSchema)]
struct Standing {
    /// Whether there is a house.
    founded: bool,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Code {
    /// Stands on the machine's screen; `kasir setup-code` tells it too.
    #[serde(default)]
    code: String,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Trial {
    #[serde(default)]
    code: String,
    printer: PrinterSettings,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct NewHouse {
    #[serde(default)]
    code: String,
    house: Founding,
}

pub fn endpoints() -> Vec<Endpoint> {
    vec![
        special(
            (Method::GET, "setup"),
            "Whether the house is founded",
            Access::Anybody,
            Body::None,
            Gives::Json(StatusCode::OK, |g| g.subschema_for::<Standing>()),
            |call| async move { Ok(json(StatusCode::OK, &Standing { founded: call.look(sites::is_set_up).await? })) },
        ),
        special(
            (Method::POST, "setup/look"),
            "Show the one-time code, and see what there is to know of the machine",
            Access::Anybody,
            Body::Json(|g| g.subschema_for::<Code>()),
            Gives::Json(StatusCode::OK, |g| g.subschema_for::<SetupShown>()),
            look,
        ),
        special(
            (Method::POST, "setup/scan"),
            "Look for printers, with the one-time code",
            Access::Anybody,
            Body::Json(|g| g.subschema_for::<Code>()),
            Gives::Json(StatusCode::OK, |g| g.subschema_for::<PrinterScan>()),
            |call| async move {
                let Code { code } = call.json()?;
                call.speaker.opener(Some(&code)).await?;
                scan_printers(call).await
            },
        ),
        special(
            (Method::POST, "setup/print"),
            "Print a test page at once, with the one-time code",
            Access::Anybody,
            Body::Json(|g| g.subschema_for::<Trial>()),
            Gives::Nothing,
            |call| async move {
                let Trial { code, printer } = call.json()?;
                let language = call.language;
                call.perform(Op::SetupPrint { code: Some(code), printer: Box::new(printer), language }).await?;
                Ok(nothing())
            },
        ),
        special(
            (Method::POST, "setup"),
            "Open the house, once, with the one-time code: all of it or nothing",
            Access::Anybody,
            Body::Json(|g| g.subschema_for::<NewHouse>()),
            Gives::Nothing,
            |call| async move {
                let NewHouse { code, house } = call.json()?;
                call.perform(Op::HouseFound { code: Some(code), house: Box::new(house) }).await?;
                Ok(nothing())
            },
        ),
    ]
}

async fn look(call: Call) -> Result<Answer, Fault> {
    let Code { code } = call.json()?;
    call.speaker.opener(Some(&code)).await?;
    Ok(json(StatusCode::OK, &SetupShown::of(call.hub.clock.now(), call.hub.whereabouts)))
}
