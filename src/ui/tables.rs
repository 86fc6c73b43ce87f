//! The room and the sheet of one table with its parties.

use slint::ComponentHandle;

use crate::domain::id::{TableId, VisitId};
use crate::hub::wire::Op;
use crate::ui::bridge::Bridge;
use crate::ui::desk::Desk;
use crate::ui::generated::{CashierWindow, Page, PartyOrder, PartyTab, Room, TableTile};
use crate::ui::ticket::Destination;
use crate::ui::{board, frame, pay, rows, shape};
use crate::views::floor::{TableView, VisitView};

pub fn connect(window: &CashierWindow, bridge: &Bridge) {
    let room = window.global::<Room>();
    let tiles = bridge.clone();
    room.on_open(move |id| {
        tiles.act(|window, desk| {
            (desk.table, desk.party) = (id.parse().ok(), None);
            window.global::<Room>().set_trouble(Default::default());
        })
    });
    let closing = bridge.clone();
    room.on_close(move || closing.act(|_, desk| (desk.table, desk.party) = (None, None)));
    let parties = bridge.clone();
    room.on_choose(move |visit| parties.act(|_, desk| desk.party = visit.parse().ok()));
    let orders = bridge.clone();
    room.on_open_order(move |id| orders.act(|window, desk| board::open(window, desk, &id)));
    let more = bridge.clone();
    room.on_order_for_visit(move |id| {
        more.act(|window, desk| compose_for(window, desk, id.parse().ok().map(Destination::Visit)))
    });
    let fresh = bridge.clone();
    room.on_order_for_table(move |id| {
        fresh.act(|window, desk| compose_for(window, desk, id.parse().ok().map(Destination::Table)))
    });
    let others = bridge.clone();
    room.on_order_for_party(move |id| {
        others.act(|window, desk| compose_for(window, desk, id.parse().ok().map(Destination::Party)))
    });
    let leaving = bridge.clone();
    room.on_free(move |id| free(&leaving, &id));
    let bills = bridge.clone();
    room.on_pay(move |id| {
        bills.act(|window, desk| {
            if let Ok(visit) = id.parse() {
                pay::open(window, desk, visit);
            }
        })
    });
}

/// The party has left; its tab goes when the hub says so.
fn free(bridge: &Bridge, id: &str) {
    let Ok(visit) = id.parse() else { return };
    bridge.act(|window, _| window.global::<Room>().set_trouble(Default::default()));
    bridge.submit(Op::VisitClose { visit }, |window, _, answer| {
        if let Err(refused) = answer {
            window.global::<Room>().set_trouble(refused.message.into());
        }
    });
}

fn compose_for(window: &CashierWindow, desk: &mut Desk, destination: Option<Destination>) {
    if let Some(destination) = destination {
        desk.ticket.destination = destination;
        frame::go(window, desk, Page::Compose);
    }
}

/// Every table, for the room and for the choice of a new order's table.
pub fn tiles(desk: &Desk) -> Vec<TableTile> {
    desk.room
        .tables
        .values()
        .map(|table| TableTile {
            id: table.id.to_string().into(),
            number: table.number.as_str().into(),
            area: table.area.as_str().into(),
            seats: shape::int(table.seats),
            state: shape::table_state(table.state),
            parties: shape::int(table.visits.len()),
            guests: visits(desk, table)
                .iter()
                .flat_map(|v| &v.guests)
                .map(|g| g.name.as_str())
                .collect::<Vec<_>>()
                .join(", ")
                .into(),
        })
        .collect()
}

/// The table's parties, oldest first.
fn visits<'d>(desk: &'d Desk, table: &TableView) -> Vec<&'d VisitView> {
    table.visits.iter().filter_map(|v| desk.room.visits.get(v)).collect()
}

pub fn draw(window: &CashierWindow, desk: &mut Desk) {
    let room = window.global::<Room>();
    rows::sync(room.get_tables(), tiles(desk), |a, b| a.id == b.id, |m| room.set_tables(m));
    let Some(table) = desk.table.and_then(|id: TableId| desk.room.tables.get(&id)) else {
        return room.set_shown(false);
    };
    let visits = visits(desk, table);
    // The party that was chosen, while it is there; else the latest.
    let chosen = visits.iter().find(|v| Some(v.id) == desk.party).or(visits.last()).copied();
    room.set_table(table.id.to_string().into());
    room.set_number(table.number.as_str().into());
    room.set_state(shape::table_state(table.state));
    let tabs = visits.iter().map(|v| PartyTab {
        visit: v.id.to_string().into(),
        place: v.place.as_str().into(),
        chosen: chosen.is_some_and(|c| c.id == v.id),
    });
    rows::sync(room.get_parties(), tabs.collect(), |a, b| a.visit == b.visit, |m| room.set_parties(m));
    match chosen {
        Some(visit) => draw_party(window, desk, visit),
        None => {
            room.set_visit(Default::default());
            room.set_owes(false);
        }
    }
    room.set_shown(true);
}

fn draw_party(window: &CashierWindow, desk: &Desk, visit: &VisitView) {
    let room = window.global::<Room>();
    room.set_visit(visit.id.to_string().into());
    room.set_place(visit.place.as_str().into());
    room.set_guests(visit.guests.iter().map(|g| g.name.as_str()).collect::<Vec<_>>().join(", ").into());
    room.set_bill(shape::bill(desk, &visit.bill, visit.rounding));
    room.set_due(desk.money(visit.due));
    room.set_owes(shape::owes(desk, visit.id));
    rows::sync(room.get_orders(), orders(desk, visit.id), |a, b| a.id == b.id, |m| room.set_orders(m));
}

fn orders(desk: &Desk, visit: VisitId) -> Vec<PartyOrder> {
    let row = |o: &crate::views::order::OrderView| PartyOrder {
        id: o.id.to_string().into(),
        number: o.number.to_string().into(),
        who: o.who.as_str().into(),
        state: shape::order_state(o.state),
        lines: o.lines.iter().map(|l| shape::line_text(l.quantity, &l.name)).collect::<Vec<_>>().join("\n").into(),
        amount: desk.money(o.amount),
    };
    shape::orders_of(desk, visit).into_iter().map(row).collect()
}
