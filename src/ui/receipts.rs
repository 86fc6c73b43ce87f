//! The day's receipts and their reprint.

use slint::ComponentHandle;

use crate::domain::id::ReceiptId;
use crate::domain::time;
use crate::hub::wire::Op;
use crate::ui::bridge::Bridge;
use crate::ui::desk::Desk;
use crate::ui::generated::{CashierWindow, ReceiptRow, Receipts};
use crate::ui::{rows, shape};
use crate::views::receipt::ReceiptView;

pub fn connect(window: &CashierWindow, bridge: &Bridge) {
    let receipts = window.global::<Receipts>();
    let list = bridge.clone();
    receipts.on_open(move |id| {
        list.act(|window, desk| {
            desk.receipt = id.parse().ok();
            window.global::<Receipts>().set_trouble(Default::default());
            window.global::<Receipts>().set_told(false);
            window.global::<Receipts>().set_mailed(false);
        })
    });
    let copies = bridge.clone();
    receipts.on_reprint(move |id| {
        if let Ok(receipt) = id.parse() {
            reprint(&copies, receipt);
        }
    });
}

fn reprint(bridge: &Bridge, receipt: ReceiptId) {
    bridge.act(|window, _| {
        window.global::<Receipts>().set_busy(true);
        window.global::<Receipts>().set_told(false);
        window.global::<Receipts>().set_trouble(Default::default());
    });
    bridge.submit(Op::ReceiptReprint { receipt }, |window, _, answer| {
        let receipts = window.global::<Receipts>();
        receipts.set_busy(false);
        match answer {
            Ok(_) => receipts.set_told(true),
            Err(refused) => receipts.set_trouble(refused.message.into()),
        }
    });
}

/// To the address that was typed.
pub fn mail(bridge: &Bridge, receipt: &str, address: &str) {
    let (Ok(receipt), address) = (receipt.parse::<ReceiptId>(), address.trim().to_owned()) else { return };
    if address.is_empty() {
        return;
    }
    bridge.act(|window, _| {
        let receipts = window.global::<Receipts>();
        receipts.set_busy(true);
        receipts.set_mailed(false);
        receipts.set_trouble(Default::default());
    });
    bridge.submit(Op::ReceiptMail { receipt, address: Some(address) }, |window, _, answer| {
        let receipts = window.global::<Receipts>();
        receipts.set_busy(false);
        match answer {
            Ok(_) => receipts.set_mailed(true),
            Err(refused) => receipts.set_trouble(refused.message.into()),
        }
    });
}

pub fn draw(window: &CashierWindow, desk: &mut Desk) {
    let receipts = window.global::<Receipts>();
    let zone = desk.zone();
    let row = |r: &ReceiptView| ReceiptRow {
        id: r.id.to_string().into(),
        number: r.number.as_str().into(),
        time: time::hour(r.at_ms, &zone).into(),
        place: r.place.as_str().into(),
        takeaway: r.takeaway,
        total: desk.money(r.settlement.due),
        copies: shape::int(r.copies),
    };
    let list = desk.room.receipts.values().rev().map(row).collect();
    rows::sync(receipts.get_rows(), list, |a, b| a.id == b.id, |m| receipts.set_rows(m));
    let Some(chosen) = desk.receipt.and_then(|id| desk.room.receipts.get(&id)) else {
        return receipts.set_shown(false);
    };
    receipts.set_id(chosen.id.to_string().into());
    receipts.set_number(chosen.number.as_str().into());
    receipts.set_time(time::stamp(chosen.at_ms, &zone).into());
    receipts.set_place(chosen.place.as_str().into());
    receipts.set_takeaway(chosen.takeaway);
    receipts.set_cashier(chosen.cashier.as_str().into());
    receipts.set_copies(shape::int(chosen.copies));
    receipts.set_bill(shape::bill(desk, &chosen.bill, chosen.settlement.rounding));
    receipts.set_tendered(desk.money(chosen.settlement.tendered));
    receipts.set_change(desk.money(chosen.settlement.change));
    receipts.set_shown(true);
}
