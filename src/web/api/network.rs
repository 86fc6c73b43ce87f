//! How phones find the till, and how guests join its Wi-Fi.

use http::{Method, StatusCode};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::refusal::Refusal;
use crate::domain::staff::Right;
use crate::domain::wifi::{Wifi, WifiSecurity};
use crate::ops::network::{NoteCards, PrintWifi, SetWifi};
use crate::store::{sites, wifi};
use crate::web::api::answers::{run, run_once};
use crate::web::api::endpoint::{Access, Body, Endpoint, Gives, special};
use crate::web::api::{Call, Fault, json, nothing, picture};
use crate::web::routes::{ASK, Answer, bare};

/// Where the machine is, and what is told of it.
#[derive(Debug, Serialize, JsonSchema)]
struct Network {
    /// Where browsers on the network find it: "http://192.168.1.10:8080".
    address: String,
    /// Whether anybody but the machine itself can come by that address.
    reachable: bool,
    /// The address that the printed cards carry; null when none were printed.
    cards: Option<String>,
    /// Whether the printed cards lead nowhere: the machine has another address now.
    cards_lost: bool,
    wifi: Option<WifiShown>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct WifiShown {
    name: String,
    security: WifiSecurity,
    hidden: bool,
    has_password: bool,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct WifiChange {
    name: String,
    #[serde(default)]
    security: WifiSecurity,
    /// Missing leaves the one that is kept.
    #[serde(default)]
    password: Option<String>,
    #[serde(default)]
    hidden: bool,
}

pub fn endpoints() -> Vec<Endpoint> {
    let tables = Access::May(Right::ManageTables);
    vec![
        special(
            (Method::GET, "network"),
            "Where phones find the till, what the printed cards carry, and the guests' Wi-Fi",
            tables,
            Body::None,
            Gives::Json(StatusCode::OK, |g| g.subschema_for::<Network>()),
            |call| async move {
                let (site, wifi) = call.look(|conn| Ok((sites::site(conn)?, wifi::wifi(conn)?))).await?;
                let whereabouts = call.hub.whereabouts;
                let shown = Network {
                    address: whereabouts.base(),
                    reachable: whereabouts.is_reachable(),
                    cards_lost: site.cards.as_deref().is_some_and(|base| !whereabouts.leads_here(base)),
                    cards: site.cards.clone(),
                    wifi: wifi.map(|w| WifiShown {
                        name: w.name,
                        security: w.security,
                        hidden: w.hidden,
                        has_password: !w.password.is_empty(),
                    }),
                };
                Ok(json(StatusCode::OK, &shown))
            },
        ),
        special(
            (Method::POST, "network/cards"),
            "The tables' cards are being printed: remember the address that they carry",
            tables,
            Body::None,
            Gives::Nothing,
            |call| async move {
                run_once(&call, NoteCards { base: call.base_for_phones() }).await?;
                Ok(nothing())
            },
        ),
        special(
            (Method::PUT, "network/wifi"),
            "Say how guests join the Wi-Fi",
            Access::May(Right::ManageSite),
            Body::Json(|g| g.subschema_for::<WifiChange>()),
            Gives::Nothing,
            |call| async move {
                let WifiChange { name, security, password, hidden } = call.json()?;
                let keeps_password = password.is_none();
                let wifi = Wifi { name, security, password: password.unwrap_or_default(), hidden };
                // Without the request's id: a hash of its body would be a hash of the password.
                run(&call, None, SetWifi { wifi: Some(wifi), keeps_password }).await?;
                Ok(nothing())
            },
        ),
        special(
            (Method::DELETE, "network/wifi"),
            "Tell guests no Wi-Fi any more",
            Access::May(Right::ManageSite),
            Body::None,
            Gives::Nothing,
            |call| async move {
                run(&call, None, SetWifi { wifi: None, keeps_password: false }).await?;
                Ok(nothing())
            },
        ),
        special(
            (Method::GET, "network/wifi/qr.svg"),
            "The code by which a phone joins the guests' Wi-Fi",
            tables,
            Body::None,
            Gives::Raw("image/svg+xml"),
            qr,
        ),
        special(
            (Method::POST, "network/wifi/print"),
            "Print the Wi-Fi's code where receipts come out",
            tables,
            Body::None,
            Gives::Nothing,
            |call| async move {
                run_once(&call, PrintWifi).await?;
                Ok(nothing())
            },
        ),
    ]
}

async fn qr(call: Call) -> Result<Answer, Fault> {
    let wifi = call.look(wifi::wifi).await?.ok_or(Refusal::NotFound { what: "wifi" })?;
    let svg = picture::qr_svg(&wifi.join()).ok_or(Refusal::Internal)?;
    Ok(bare(svg.into_bytes(), "image/svg+xml", ASK))
}
