//! The frame: who is logged in, how the house is doing, which page is shown, in which
//! language and light.

use slint::ComponentHandle;

use crate::domain::disk;
use crate::domain::site::Language;
use crate::domain::staff::Right;
use crate::hub::wire::Me;
use crate::ui::bridge::Bridge;
use crate::ui::desk::Desk;
use crate::ui::generated::{Appearance, CashierWindow, Frame, Page, PrinterRow, Theme};
use crate::ui::{rows, setup, shape};

pub fn connect(window: &CashierWindow, bridge: &Bridge) {
    let bridge = bridge.clone();
    window.global::<Frame>().on_go(move |page| bridge.act(|window, desk| go(window, desk, page)));
}

/// Leads to a page; sheets of the page that is left close.
pub fn go(window: &CashierWindow, desk: &mut Desk, page: Page) {
    desk.sheet = None;
    desk.table = None;
    desk.party = None;
    // Long lists are only kept while their page is shown.
    desk.menu_stale = true;
    desk.receipts.forget();
    desk.reports.forget();
    desk.manage.forget();
    desk.printing.forget();
    window.global::<Frame>().set_page(page);
}

pub fn draw(window: &CashierWindow, desk: &mut Desk, bridge: &Bridge) {
    let frame = window.global::<Frame>();
    route(window, desk);
    match &desk.room.me {
        Some(Me::Employee { name, role, .. }) => {
            frame.set_staff(true);
            frame.set_who(name.into());
            frame.set_role(shape::role(*role));
        }
        _ => frame.set_staff(false),
    }
    frame.set_may_confirm(desk.may(Right::ConfirmOrder));
    frame.set_may_finish(desk.may(Right::FinishOrder));
    frame.set_may_place(desk.may(Right::PlaceOrder));
    frame.set_may_close_visit(desk.may(Right::CloseVisit));
    frame.set_may_pay(desk.may(Right::TakePayment));
    frame.set_may_cancel_waiting(desk.may(Right::CancelWaiting));
    frame.set_may_cancel_in_process(desk.may(Right::CancelInProcess));
    frame.set_may_reprint(desk.may(Right::Reprint));
    frame.set_may_mail_receipt(desk.may(Right::MailReceipt));
    frame.set_may_set_sold_out(desk.may(Right::SetSoldOut));
    frame.set_may_invite(desk.may(Right::ManageDevices));
    frame.set_may_see_reports(desk.may(Right::SeeReports));
    frame.set_may_manage(desk.may(Right::ManageMenu));
    frame.set_may_confirm_day(desk.may(Right::ConfirmClock));

    frame.set_house(desk.room.site.as_ref().map(|s| s.name.as_str()).unwrap_or_default().into());
    frame.set_linked(desk.linked);
    frame.set_unsent(shape::int(bridge.client().unanswered()));
    frame.set_with_paper(desk.with_paper);
    if let Some(hub) = &desk.room.hub {
        frame.set_day(shape::day(hub.day));
        frame.set_day_doubtful(hub.doubtful_day.is_some());
        frame.set_connections(shape::int(hub.connections));
        frame.set_cards_lost(hub.cards_lost.clone().unwrap_or_default().into());
        frame.set_address(hub.address.as_str().into());
        frame.set_reachable(hub.reachable);
        frame.set_mail_on(hub.mail.on);
        frame.set_letters_waiting(shape::int(hub.mail.waiting));
        frame.set_sync_on(hub.sync.on);
        frame.set_sync_waiting(shape::int(hub.sync.waiting));
        let since = hub.sync.since_ms.map(|ms| crate::domain::time::hour(ms, &desk.zone())).unwrap_or_default();
        frame.set_sync_since(since.into());
        frame.set_disk(shape::disk(hub.disk.state));
        frame.set_disk_free(disk::size(hub.disk.free_bytes).into());
        frame.set_mail_troubled(hub.mail.failed > 0 || hub.mail.fault.is_some());
    }
    let zone = desk.zone();
    let hour = desk.now_ms().map(|now| crate::domain::time::hour(now, &zone)).unwrap_or_default();
    window.global::<Theme>().set_dark(is_dark(desk.appearance, &hour));
    frame.set_clock(hour.into());

    let printers: Vec<PrinterRow> = desk
        .room
        .printers
        .values()
        .map(|p| PrinterRow {
            id: p.id.to_string().into(),
            name: p.name.as_str().into(),
            fault: shape::fault(p.fault),
            waiting: shape::int(p.waiting),
            paper_low: p.paper_low,
            old: shape::int(p.old.len()),
        })
        .collect();
    frame.set_printers_failing(shape::int(desk.room.printers.values().filter(|p| p.fault.is_some()).count()));
    let low: Vec<&str> =
        desk.room.printers.values().filter(|p| p.paper_low && p.fault.is_none()).map(|p| p.name.as_str()).collect();
    frame.set_paper_low(low.join(", ").into());
    rows::sync(frame.get_printers(), printers, |a, b| a.id == b.id, |m| frame.set_printers(m));
    speak(desk, bridge);
}

/// Puts everybody where they belong: a stranger enrols, a screen opens the house or asks who is
/// there, staff work.
fn route(window: &CashierWindow, desk: &mut Desk) {
    let frame = window.global::<Frame>();
    let page = frame.get_page();
    let outside = matches!(page, Page::Connecting | Page::Enrol | Page::Setup | Page::Login);
    let wanted = match &desk.room.me {
        None => Page::Connecting,
        Some(Me::Stranger { .. } | Me::Guest { .. }) => Page::Enrol,
        Some(Me::Device { .. }) if setup::is_wanted(desk) => Page::Setup,
        Some(Me::Device { .. }) => Page::Login,
        Some(Me::Employee { .. }) if outside => Page::Orders,
        Some(Me::Employee { .. }) => page,
    };
    if wanted != page {
        if !outside {
            desk.change_hands();
        }
        frame.set_page(wanted);
    }
}

/// The site's language until somebody chooses; said to the hub only when it differs from
/// what it assumes, because saying it asks for everything anew.
fn speak(desk: &mut Desk, bridge: &Bridge) {
    let Some(language) = desk.language.or(desk.room.site.as_ref().map(|s| s.language)) else {
        // Nothing is known yet: the first market's language.
        let _ = slint::select_bundled_translation(Language::default().tag());
        return;
    };
    if desk.spoken != Some(language) {
        if desk.spoken.unwrap_or_default() != language {
            bridge.client().speak(language);
        }
        desk.spoken = Some(language);
        if let Err(error) = slint::select_bundled_translation(language.tag()) {
            tracing::warn!(%error, "the screen stays in English");
        }
    }
}

/// By the hour the till is dark from six in the evening to six in the morning.
fn is_dark(appearance: Appearance, hour: &str) -> bool {
    match appearance {
        Appearance::Light => false,
        Appearance::Dark => true,
        Appearance::Automatic => hour.get(..2).and_then(|h| h.parse::<u32>().ok()).is_some_and(|h| !(6..18).contains(&h)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn evenings_are_dark_unless_somebody_says_otherwise() {
        let auto = |hour| is_dark(Appearance::Automatic, hour);
        assert_eq!(["05:59", "06:00", "17:59", "18:00", ""].map(auto), [true, false, false, true, false]);
        assert!(is_dark(Appearance::Dark, "12:00") && !is_dark(Appearance::Light, "23:00"));
    }
}
