//! Money: paying a visit's bill in cash, and printing a receipt again.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::domain::event::Event;
use crate::domain::id::{ReceiptId, VisitId};
use crate::domain::job::PrintJob;
use crate::domain::mail::Letter;
use crate::domain::money::Money;
use crate::domain::payment::{Payment, Settlement, Tender};
use crate::domain::refusal::Refusal;
use crate::domain::staff::Right;
use crate::ops::visit::{close_if_over, open_visit};
use crate::ops::{OpError, Operation, not_found, refuse};
use crate::store::bills::ReceiptRow;
use crate::store::letters::To;
use crate::store::write_tx::WriteTx;
use crate::store::{bills, sites, visits};
use crate::views::floor::{self, OpenBill};

/// Pays everything that a visit has in process or done and has not paid yet.
pub struct PayCash {
    /// Made by the till: the same payment is never taken twice.
    pub uid: Uuid,
    pub visit: VisitId,
    /// The total that the cashier saw.
    pub total: Money,
    pub tendered: Money,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Paid {
    pub receipt: ReceiptId,
    pub number: String,
    pub change: Money,
}

impl Operation for PayCash {
    const NAME: &'static str = "bill.pay_cash";
    const RIGHT: Right = Right::TakePayment;
    type Output = Paid;

    fn apply(self, tx: &mut WriteTx<'_>) -> Result<Paid, OpError> {
        if let Some(id) = bills::of_payment(tx.conn(), self.uid)? {
            return repeated(tx, id, &self);
        }
        if self.tendered > Money::MAX || self.tendered < Money::ZERO {
            return Err(Refusal::AmountTooLarge.into());
        }
        let site = tx.site()?;
        let visit = open_visit(tx, self.visit)?;
        let open = floor::open_bill(tx.conn(), &site, &visit)?;
        if open.waiting > 0 {
            return Err(Refusal::BillWaiting.into());
        }
        if open.orders.is_empty() {
            return Err(Refusal::BillEmpty.into());
        }
        if open.bill.total != self.total {
            return Err(Refusal::BillChanged { total: open.bill.total }.into());
        }
        let settlement = Settlement::cash(open.bill.total, self.tendered, site.cash_rounding).map_err(refuse)?;
        let payment = Payment { uid: self.uid, tender: Tender::Cash, amount: settlement.due };
        record_paid(tx, self.visit, open, payment, settlement)
    }
}

/// The bill is paid: a numbered receipt, what is printed and mailed of it, and the visit's end if
/// nothing else is open.
fn record_paid(
    tx: &mut WriteTx<'_>,
    visit: VisitId,
    open: OpenBill,
    payment: Payment,
    settlement: Settlement,
) -> Result<Paid, OpError> {
    let receipt = ReceiptId(sites::next_id(tx.conn(), "receipt")?);
    let number = bills::next_number(tx.conn(), tx.filed_day()?)?;
    let coins = payment.tender == Tender::Cash;
    let OpenBill { bill, orders, .. } = open;
    tx.record(Event::BillPaid { receipt, number: number.clone(), visit, orders, bill, payment, settlement })?;
    // The drawer first: the cashier counts change while the paper runs.
    for printer in sites::printers(tx.conn())? {
        if printer.drawer && coins {
            tx.print(printer.id, &PrintJob::DrawerPulse)?;
        }
        if printer.receipts {
            tx.print(printer.id, &PrintJob::Receipt { receipt, copy: 0 })?;
        }
    }
    mail_to_guests(tx, visit, receipt)?;
    close_if_over(tx, visit)?;
    Ok(Paid { receipt, number, change: settlement.change })
}

/// In a house where an old tablet's "selesai" means paid: all that the visit owes is, unless some
/// of it still waits. Nothing when it owes nothing.
pub(in crate::ops) fn take_as_paid(tx: &mut WriteTx<'_>, visit: VisitId) -> Result<(), OpError> {
    let Some(open_visit) = visits::visit(tx.conn(), visit)?.filter(|v| v.open) else { return Ok(()) };
    let site = tx.site()?;
    let open = floor::open_bill(tx.conn(), &site, &open_visit)?;
    if open.waiting > 0 || open.orders.is_empty() {
        return Ok(());
    }
    let settlement = Settlement::exact(open.bill.total);
    let payment = Payment { uid: Uuid::now_v7(), tender: Tender::Legacy, amount: settlement.due };
    record_paid(tx, visit, open, payment, settlement)?;
    Ok(())
}

/// Guests of the visit who have given an address get the receipt, each address once.
fn mail_to_guests(tx: &mut WriteTx<'_>, visit: VisitId, receipt: ReceiptId) -> Result<(), OpError> {
    let mut written = Vec::new();
    for (guest, _) in visits::guests(tx.conn(), visit)? {
        let mail = visits::person(tx.conn(), guest)?.mail.to_ascii_lowercase();
        if !mail.is_empty() && !written.contains(&mail) {
            tx.mail(&Letter::Receipt { receipt }, &To::Guest(guest))?;
            written.push(mail);
        }
    }
    Ok(())
}

/// This payment was taken before: the same answer, unless it asks for something else.
fn repeated(tx: &WriteTx<'_>, id: ReceiptId, asked: &PayCash) -> Result<Paid, OpError> {
    let row = bills::receipt(tx.conn(), id)?.ok_or(not_found("receipt"))?;
    let same = row.visit == asked.visit && row.bill.total == asked.total && row.settlement.tendered == asked.tendered;
    match same {
        true => Ok(Paid { receipt: id, number: row.number, change: row.settlement.change }),
        false => Err(Refusal::Conflict.into()),
    }
}

/// A receipt of the open day, or of any for whoever sees the reports.
pub(in crate::ops) fn within_reach(tx: &WriteTx<'_>, receipt: ReceiptId) -> Result<ReceiptRow, OpError> {
    let row = bills::receipt(tx.conn(), receipt)?.ok_or(not_found("receipt"))?;
    match tx.actor().may(Right::SeeReports) || Some(row.day) == tx.day() {
        true => Ok(row),
        false => Err(not_found("receipt")),
    }
}

/// The receipt once more: it says SALINAN and how many.
pub struct ReprintReceipt {
    pub receipt: ReceiptId,
}

impl Operation for ReprintReceipt {
    const NAME: &'static str = "receipt.reprint";
    const RIGHT: Right = Right::Reprint;
    type Output = ();

    fn apply(self, tx: &mut WriteTx<'_>) -> Result<(), OpError> {
        let row = within_reach(tx, self.receipt)?;
        let copy = row.copies + 1;
        tx.record(Event::ReceiptReprinted { receipt: self.receipt, copy })?;
        for printer in sites::printers(tx.conn())?.into_iter().filter(|p| p.receipts) {
            tx.print(printer.id, &PrintJob::Receipt { receipt: self.receipt, copy })?;
        }
        Ok(())
    }
}
