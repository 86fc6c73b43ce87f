//! The ticket that is being written: where it goes and what stands on it. The sum is a preview
//! of the lines; prices, tax and stock are decided by the hub when the order arrives.

use slint::{ComponentHandle, SharedString};
use uuid::Uuid;

use crate::domain::id::{ProductId, TableId, VisitId};
use crate::domain::money::Money;
use crate::domain::site::QUANTITY_MAX;
use crate::hub::wire::{NewLine, Op, Outcome, Place};
use crate::ui::bridge::Bridge;
use crate::ui::desk::Desk;
use crate::ui::generated::{self as g, CashierWindow, OrderTicket, TicketLine};
use crate::ui::{board, rows, shape, tables};

/// Where the order goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Destination {
    #[default]
    Takeaway,
    Table(TableId),
    Party(TableId),
    Visit(VisitId),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Tells two lines of one product apart.
    key: u32,
    product: ProductId,
    quantity: u32,
    note: String,
}

/// What has been written so far.
#[derive(Debug, Default)]
pub struct Ticket {
    /// The order's id, made with the first line and kept until the hub has answered: however
    /// often it is sent, it is one order.
    order: Option<Uuid>,
    entries: Vec<Entry>,
    last_key: u32,
    pub destination: Destination,
    guest: String,
    sending: bool,
}

impl Ticket {
    /// One more of a product, on its line without a note; nothing while it is being sent.
    pub fn add(&mut self, product: ProductId) {
        if self.sending {
            return;
        }
        self.order.get_or_insert_with(Uuid::now_v7);
        match self.entries.iter_mut().find(|e| e.product == product && e.note.is_empty()) {
            Some(entry) => entry.quantity = (entry.quantity + 1).min(QUANTITY_MAX),
            None => {
                self.last_key += 1;
                self.entries.push(Entry { key: self.last_key, product, quantity: 1, note: String::new() });
            }
        }
    }

    fn more(&mut self, key: &str) {
        if let Some(entry) = self.entry(key) {
            entry.quantity = (entry.quantity + 1).min(QUANTITY_MAX);
        }
    }

    /// One less; the last one takes the line away.
    fn less(&mut self, key: &str) {
        if let Some(entry) = self.entry(key) {
            entry.quantity -= 1;
        }
        self.entries.retain(|e| e.quantity > 0);
    }

    pub fn set_note(&mut self, key: &str, note: &str) {
        if self.sending {
            return;
        }
        if let Some(entry) = self.entry(key) {
            note.trim().clone_into(&mut entry.note);
        }
    }

    pub fn set_guest(&mut self, guest: &str) {
        guest.trim().clone_into(&mut self.guest);
    }

    fn entry(&mut self, key: &str) -> Option<&mut Entry> {
        let key: u32 = key.parse().ok()?;
        self.entries.iter_mut().find(|e| e.key == key)
    }

    fn place(&self) -> Place {
        match self.destination {
            Destination::Takeaway => Place::Takeaway { guest: self.guest.clone() },
            Destination::Table(table) => Place::Table { table },
            Destination::Party(table) => Place::NewParty { table },
            Destination::Visit(visit) => Place::Visit { visit },
        }
    }

    fn request(&self) -> Option<Op> {
        let lines: Vec<NewLine> =
            self.entries.iter().map(|e| NewLine { product: e.product, quantity: e.quantity, note: e.note.clone() }).collect();
        let order = self.order.filter(|_| !lines.is_empty())?;
        Some(Op::OrderPlace { order, place: Some(self.place()), lines })
    }

    pub fn on_ticket(&self, product: ProductId) -> u32 {
        self.entries.iter().filter(|e| e.product == product).map(|e| e.quantity).sum()
    }
}

pub fn connect(window: &CashierWindow, bridge: &Bridge) {
    let ticket = window.global::<OrderTicket>();
    let on = |change: fn(&CashierWindow, &mut Desk, &str)| {
        let bridge = bridge.clone();
        move |text: SharedString| bridge.act(|window, desk| change(window, desk, &text))
    };
    ticket.on_more(on(|_, desk, key| unless_sending(desk, |ticket| ticket.more(key))));
    ticket.on_less(on(|_, desk, key| unless_sending(desk, |ticket| ticket.less(key))));
    ticket.on_to_table(on(|window, desk, id| aim(window, desk, id.parse().ok().map(Destination::Table))));
    ticket.on_to_party(on(|window, desk, id| aim(window, desk, id.parse().ok().map(Destination::Party))));
    let takeaway = bridge.clone();
    ticket.on_to_takeaway(move || takeaway.act(|window, desk| aim(window, desk, Some(Destination::Takeaway))));
    let clearing = bridge.clone();
    ticket.on_clear(move || {
        clearing.act(|window, desk| {
            if !desk.ticket.sending {
                desk.ticket = Ticket::default();
                desk.menu_stale = true;
                window.global::<OrderTicket>().set_trouble(Default::default());
            }
        })
    });
    let sending = bridge.clone();
    ticket.on_send(move || send(&sending));
}

fn unless_sending(desk: &mut Desk, change: impl FnOnce(&mut Ticket)) {
    if !desk.ticket.sending {
        change(&mut desk.ticket);
        desk.menu_stale = true;
    }
}

fn aim(window: &CashierWindow, desk: &mut Desk, destination: Option<Destination>) {
    if let (Some(destination), false) = (destination, desk.ticket.sending) {
        desk.ticket.destination = destination;
    }
    window.global::<OrderTicket>().set_choosing_table(false);
}

fn send(bridge: &Bridge) {
    let mut request = None;
    bridge.act(|window, desk| {
        if !desk.ticket.sending {
            request = desk.ticket.request();
            desk.ticket.sending = request.is_some();
            window.global::<OrderTicket>().set_trouble(Default::default());
        }
    });
    let Some(op) = request else { return };
    bridge.submit(op, |window, desk, answer| {
        desk.ticket.sending = false;
        desk.menu_stale = true;
        match answer {
            Ok(Outcome::Placed { order, .. }) => {
                desk.ticket = Ticket::default();
                desk.search.clear();
                // Whoever has gone on to another page meanwhile stays there.
                if window.global::<g::Frame>().get_page() == g::Page::Compose {
                    board::show(window, desk, order);
                }
            }
            Ok(other) => tracing::error!(?other, "an order brought something else"),
            Err(refused) => window.global::<OrderTicket>().set_trouble(refused.message.into()),
        }
    });
}

pub fn draw(window: &CashierWindow, desk: &Desk) {
    let shown = window.global::<OrderTicket>();
    let ticket = &desk.ticket;
    let amount = |e: &Entry| desk.room.products.get(&e.product).and_then(|p| p.price.times(e.quantity).ok()).unwrap_or_default();
    let lines = ticket.entries.iter().map(|e| TicketLine {
        id: e.key.to_string().into(),
        name: desk.room.products.get(&e.product).map(|p| p.name.as_str()).unwrap_or("?").into(),
        quantity: shape::int(e.quantity),
        amount: desk.money(amount(e)),
        note: e.note.as_str().into(),
    });
    rows::sync(shown.get_ticket(), lines.collect(), |a, b| a.id == b.id, |m| shown.set_ticket(m));
    shown.set_total(desk.money(Money::sum(ticket.entries.iter().map(amount)).unwrap_or(Money::MAX)));
    shown.set_guest(ticket.guest.as_str().into());
    shown.set_busy(ticket.sending);
    let table = |id: &TableId| desk.room.tables.get(id).map(|t| t.number.clone()).unwrap_or_default();
    let (destination, place) = match &ticket.destination {
        Destination::Takeaway => (g::Destination::Takeaway, String::new()),
        Destination::Table(id) => (g::Destination::Table, table(id)),
        Destination::Party(id) => (g::Destination::Party, table(id)),
        Destination::Visit(id) => (g::Destination::Visit, desk.room.visits.get(id).map(|v| v.place.clone()).unwrap_or_default()),
    };
    shown.set_destination(destination);
    shown.set_place(place.into());
    rows::sync(shown.get_tables(), tables::tiles(desk), |a, b| a.id == b.id, |m| shown.set_tables(m));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ticket_is_one_order_however_often_it_is_sent() {
        let mut ticket = Ticket::default();
        assert_eq!(ticket.request(), None);
        ticket.add(ProductId(1));
        ticket.add(ProductId(1));
        ticket.set_note("1", " tanpa gula ");
        ticket.add(ProductId(1));
        let first = ticket.request().unwrap();
        assert_eq!(ticket.request().unwrap(), first, "the same id and the same lines");
        let Op::OrderPlace { lines, place, .. } = first else { panic!("not an order") };
        let told: Vec<_> = lines.iter().map(|l| (l.quantity, l.note.as_str())).collect();
        assert_eq!(told, [(2, "tanpa gula"), (1, "")], "a line with a note stays apart");
        assert_eq!(place, Some(Place::Takeaway { guest: String::new() }));
    }

    #[test]
    fn the_last_piece_takes_the_line_away() {
        let mut ticket = Ticket::default();
        ticket.add(ProductId(7));
        ticket.more("1");
        ticket.less("1");
        assert_eq!(ticket.on_ticket(ProductId(7)), 1);
        ticket.less("1");
        ticket.less("1");
        assert_eq!(ticket.request(), None);
    }
}
