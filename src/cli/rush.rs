//! `kasir load`: asks the hub's own machine for the codes, runs the rush, tells the figures.

use std::time::Duration;

use anyhow::{Context, bail};

use crate::cli::{LoadArgs, Protocol, runtime, say, unexpected};
use crate::control::{self, Request, Response};
use crate::load::figures::Figures;
use crate::load::{Plan, Screen, legacy, native};
use crate::store::data_dir;

pub fn run(args: LoadArgs) -> anyhow::Result<()> {
    let authority = args.hub.strip_prefix("http://").context("--hub begins with http://")?.trim_end_matches('/').to_owned();
    let socket = data_dir::socket(&args.place.config()?.data);
    let ask = |request| {
        control::ask(&socket, &request)?
            .with_context(|| format!("no kasir runs on {}; --data names its directory", socket.display()))
    };
    let tables = match ask(Request::Tables)? {
        Response::Tables { tables } => tables,
        other => return unexpected(other),
    };
    let codes: Vec<String> =
        tables.iter().filter_map(|(_, path)| path.strip_prefix("/t/").map(str::to_owned)).take(args.tables).collect();
    if codes.len() < args.tables {
        bail!("there are {} tables, not {}", codes.len(), args.tables);
    }
    if let Protocol::Legacy = args.protocol {
        let menu = match ask(Request::MenuExport)? {
            Response::Menu { text } => text,
            other => return unexpected(other),
        };
        let tables = tables.iter().map(|(number, _)| number.clone()).take(args.tables).collect();
        let socket = format!("ws://{authority}/");
        let plan = legacy::Plan { socket, tables, dishes: uncounted(&menu), orders: args.orders, gap: gap(&args) };
        return tell(&args, &runtime()?.block_on(legacy::run(&plan))?);
    }
    let invite = match ask(Request::Invite)? {
        Response::Invited { code, .. } => code,
        other => return unexpected(other),
    };
    let plan = Plan {
        socket: format!("ws://{authority}/ws"),
        codes,
        orders: args.orders,
        gap: gap(&args),
        screen: Screen { invite, name: args.cashier.clone(), pin: args.pin.clone() },
    };
    tell(&args, &runtime()?.block_on(native::within(&plan))?)
}

/// From one order to the next.
fn gap(args: &LoadArgs) -> Option<Duration> {
    let by_rate = args.rate.map(|rate| Duration::from_secs(1) / rate.max(1));
    args.every.map(|seconds| Duration::from_secs(u64::from(seconds))).or(by_rate)
}

fn tell(args: &LoadArgs, figures: &Figures) -> anyhow::Result<()> {
    match args.json {
        true => say(serde_json::to_string(figures)?),
        false => figures.lines().iter().for_each(say),
    }
    Ok(())
}

/// The dishes without a count: the others run out in a rush.
fn uncounted(menu: &str) -> Vec<String> {
    let mut rows = csv::Reader::from_reader(menu.as_bytes());
    let stock = rows.headers().ok().and_then(|h| h.iter().position(|c| c == "stock")).unwrap_or(usize::MAX);
    let rows = rows.into_records().filter_map(Result::ok);
    rows.filter(|r| r.get(stock).unwrap_or_default().is_empty()).filter_map(|r| r.get(0).map(str::to_owned)).collect()
}
