//! `kasir load`: asks the hub's own machine for the codes, runs the rush, tells the figures.

use anyhow::{Context, bail};

use crate::cli::{LoadArgs, runtime, say, unexpected};
use crate::control::{self, Request, Response};
use crate::load::native;
use crate::load::{Plan, Screen};
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
    let invite = match ask(Request::Invite)? {
        Response::Invited { code, .. } => code,
        other => return unexpected(other),
    };
    let plan = Plan {
        socket: format!("ws://{authority}/ws"),
        codes,
        orders: args.orders,
        rate: args.rate,
        screen: Screen { invite, name: args.cashier, pin: args.pin },
    };
    let figures = runtime()?.block_on(native::within(&plan))?;
    match args.json {
        true => say(serde_json::to_string(&figures)?),
        false => figures.lines().iter().for_each(say),
    }
    Ok(())
}
