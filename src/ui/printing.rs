//! The papers: what waits and why, and what somebody decides about it. The list is asked for while
//! its page is shown, and anew whenever a printer changes.

use slint::ComponentHandle;

use crate::domain::id::{JobId, PrinterId};
use crate::domain::job::PaperState;
use crate::domain::time;
use crate::domain::words::{say, word};
use crate::hub::asked::{Shown, Wanted};
use crate::hub::wire::Op;
use crate::ui::bridge::Bridge;
use crate::ui::desk::Desk;
use crate::ui::generated::{CashierWindow, Frame, OtherPrinter, Page, PrintRow, PrintState, Printing};
use crate::ui::{rows, shape};
use crate::views::papers::PaperRow;
use crate::views::site::PrinterView;

/// What the page shows and its user is in the middle of.
#[derive(Default)]
pub struct State {
    papers: Option<Vec<PaperRow>>,
    /// How the printers were when the list was asked for: when they are not, it is asked for again.
    asked_at: Option<Vec<PrinterView>>,
    chosen: Option<JobId>,
}

impl State {
    pub fn forget(&mut self) {
        *self = State::default();
    }
}

pub fn connect(window: &CashierWindow, bridge: &Bridge) {
    let page = window.global::<Printing>();
    let chooses = bridge.clone();
    page.on_choose(move |id| {
        chooses.act(|_, desk| {
            let id = id.parse().ok();
            desk.printing.chosen = if desk.printing.chosen == id { None } else { id };
        });
    });
    let prints = bridge.clone();
    page.on_print(move |id| with_paper(&prints, &id, |paper| Op::PaperPrint { papers: vec![paper] }));
    let again = bridge.clone();
    page.on_again(move |id, printer| {
        let printer: Option<PrinterId> = printer.parse().ok();
        with_paper(&again, &id, |paper| Op::PaperAgain { paper, printer });
    });
    let moves = bridge.clone();
    page.on_move(move |id, printer| {
        if let Ok(printer) = printer.parse() {
            with_paper(&moves, &id, |paper| Op::PaperMove { papers: vec![paper], printer });
        }
    });
    let throws = bridge.clone();
    page.on_throw_away(move |id| with_paper(&throws, &id, |paper| Op::PaperThrowAway { papers: vec![paper] }));
    let all = bridge.clone();
    let frame = window.global::<Frame>();
    frame.on_print_old(move |printer| with_old(&all, &printer, |papers| Op::PaperPrint { papers }));
    let none = bridge.clone();
    frame.on_throw_away_old(move |printer| with_old(&none, &printer, |papers| Op::PaperThrowAway { papers }));
}

fn with_paper(bridge: &Bridge, id: &str, op: impl FnOnce(JobId) -> Op) {
    if let Ok(paper) = id.parse() {
        ask(bridge, op(paper));
    }
}

/// The old papers of a printer, as they are on the screen.
fn with_old(bridge: &Bridge, printer: &str, op: impl FnOnce(Vec<JobId>) -> Op) {
    let mut old = Vec::new();
    bridge.act(|_, desk| {
        old =
            printer.parse().ok().and_then(|id: PrinterId| desk.room.printers.get(&id)).map(|p| p.old.clone()).unwrap_or_default();
    });
    if !old.is_empty() {
        ask(bridge, op(old));
    }
}

fn ask(bridge: &Bridge, op: Op) {
    bridge.act(|window, _| {
        window.global::<Printing>().set_busy(true);
        window.global::<Printing>().set_trouble(Default::default());
    });
    bridge.submit(op, |window, desk, answer| {
        let page = window.global::<Printing>();
        page.set_busy(false);
        desk.printing.asked_at = None;
        match answer {
            Ok(_) => desk.printing.chosen = None,
            Err(refused) => page.set_trouble(refused.message.into()),
        }
    });
}

pub fn draw(window: &CashierWindow, desk: &mut Desk, bridge: &Bridge) {
    if window.global::<Frame>().get_page() != Page::Printing {
        return;
    }
    let printers: Vec<PrinterView> = desk.room.printers.values().cloned().collect();
    if desk.printing.asked_at.as_ref() != Some(&printers) {
        desk.printing.asked_at = Some(printers);
        bridge.later(look);
    }
    let page = window.global::<Printing>();
    page.set_loaded(desk.printing.papers.is_some());
    let papers = desk.printing.papers.as_deref().unwrap_or_default();
    page.set_open_count(shape::int(papers.iter().filter(|p| !p.state.is_final()).count()));
    let list = papers.iter().map(|p| row(desk, p)).collect();
    rows::sync(page.get_rows(), list, |a, b| a.id == b.id, |m| page.set_rows(m));
    let chosen = desk.printing.chosen;
    page.set_chosen(chosen.map(|id| id.to_string()).unwrap_or_default().into());
    let own = papers.iter().find(|p| Some(p.id) == chosen).map(|p| p.printer);
    let others = desk
        .room
        .printers
        .values()
        .filter(|p| Some(p.id) != own)
        .map(|p| OtherPrinter { id: p.id.to_string().into(), name: p.name.as_str().into() })
        .collect();
    rows::sync(page.get_others(), others, |a, b| a.id == b.id, |m| page.set_others(m));
}

fn look(bridge: &Bridge) {
    bridge.look(Wanted::Papers {}, |window, desk, look| match look {
        Ok(shown) => {
            if let Shown::Papers(papers) = &*shown {
                desk.printing.papers = Some(papers.papers.clone());
            }
        }
        Err(refused) => window.global::<Printing>().set_trouble(refused.message.into()),
    });
}

fn row(desk: &Desk, paper: &PaperRow) -> PrintRow {
    let language = desk.tongue();
    let kind = word(language, &format!("till-paper-{}", paper.kind.replace('_', "-")));
    let place = match (paper.takeaway, paper.place.as_str()) {
        (_, "") => None,
        (true, number) => Some(say(language, "paper-takeaway", &[("n", number)])),
        (false, name) => Some(say(language, "paper-table", &[("name", name)])),
    };
    let number = (!paper.number.is_empty()).then(|| format!("#{}", paper.number));
    let copy = paper.copy.then(|| word(language, "till-paper-copy"));
    let station = paper.station.as_ref().map(|s| match s.as_str() {
        "kitchen" | "bar" => word(language, &format!("station-{s}")),
        other => other.to_owned(),
    });
    let title: Vec<String> = [Some(kind), station, place, number, copy].into_iter().flatten().collect();
    let instead = paper.meant_for.as_ref().map(|name| say(language, "till-paper-instead", &[("printer", name)]));
    let why = paper.fault.map(|fault| word(language, &format!("till-fault-{}", fault.name().replace('_', "-"))));
    let since = time::hour(paper.ended_ms.unwrap_or(paper.since_ms), &desk.zone());
    let detail: Vec<String> = [Some(paper.printer_name.clone()), instead, Some(since), why].into_iter().flatten().collect();
    PrintRow {
        id: paper.id.to_string().into(),
        title: title.join(" · ").into(),
        detail: detail.join(" · ").into(),
        mark: word(language, &format!("till-paper-state-{}", paper.state.name().replace('_', "-"))).into(),
        state: match paper.state {
            PaperState::Waiting => PrintState::Waiting,
            PaperState::Sending => PrintState::Sending,
            PaperState::Failed => PrintState::Failed,
            PaperState::Old => PrintState::Old,
            PaperState::Sent => PrintState::Sent,
            PaperState::Confirmed => PrintState::Confirmed,
            PaperState::ThrownAway => PrintState::ThrownAway,
        },
    }
}
