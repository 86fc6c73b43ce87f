//! The first start: fills the page and keeps what was answered until the house is opened with it,
//! all at once. A restart in the middle begins anew; nothing was changed until then.

mod steps;

use slint::ComponentHandle;

use crate::domain::founding::Founding;
use crate::domain::site::Language;
use crate::domain::words::{say, word};
use crate::hub::asked::{FoundPrinter, SetupShown, Shown, Wanted};
use crate::hub::wire::{Me, Op, Outcome};
use crate::ui::bridge::Bridge;
use crate::ui::desk::Desk;
use crate::ui::generated::{CashierWindow, FormField, Frame, Page, Purpose, Setup, SetupLine, SetupStep, Typing};
use crate::ui::manage::form::{Kind, Maker};
use crate::ui::manage::{looks_same, shown_field};
use crate::ui::setup::steps::{Answers, Scene, Step};
use crate::ui::{rows, shape};

/// How often the hub is asked how the machine stands: its address comes and goes with a cable.
const FRESH_MS: i64 = 5_000;

/// What was answered, and where in it somebody is.
#[derive(Default)]
pub struct State {
    step: Step,
    /// The furthest step that was come to.
    reached: Step,
    answers: Answers,
    machine: Option<SetupShown>,
    code: String,
    asked_ms: Option<i64>,
    found: Vec<FoundPrinter>,
    /// The house was opened on this screen: what comes next stands there until somebody goes on.
    done: bool,
    /// The tables' codes are being printed.
    slips: bool,
}

/// Whether the page has anything to show: there is no house, or it was opened here just now.
pub fn is_wanted(desk: &Desk) -> bool {
    let unfounded = desk.room.site.as_ref().is_some_and(|s| !s.founded);
    matches!(desk.room.me, Some(Me::Device { .. })) && (unfounded || desk.setup.done)
}

fn scene(desk: &Desk) -> Scene<'_> {
    Scene {
        language: desk.tongue(),
        answers: &desk.setup.answers,
        machine: desk.setup.machine.as_ref(),
        found: &desk.setup.found,
        now_ms: desk.now_ms(),
        mono_ms: desk.mono_ms(),
    }
}

pub fn connect(window: &CashierWindow, bridge: &Bridge) {
    let page = window.global::<Setup>();
    let edits = bridge.clone();
    page.on_edit(move |key| {
        let mut text = None;
        edits.act(|_, desk| {
            let form = scene(desk).form(desk.setup.step);
            text = form.field(&key).map(|f| match f.kind {
                Kind::Pin | Kind::Secret => String::new(),
                _ => f.value.clone(),
            });
        });
        // Without the desk's lock: the field answers by calling back.
        if let Some(text) = text {
            edits.with_window(|window| window.global::<Typing>().invoke_ask(Purpose::SetupField, key, text.into()));
        }
    });
    let picks = bridge.clone();
    page.on_pick(move |key, choice| picks.act(|_, desk| pick(desk, &key, &choice)));
    let flips = bridge.clone();
    page.on_flip(move |key| {
        flips.act(|_, desk| {
            let on = scene(desk).form(desk.setup.step).on(&key);
            desk.setup.answers.flags.insert(key.into(), !on);
        });
    });
    let goes = bridge.clone();
    page.on_go(move |key| {
        goes.act(|window, desk| {
            let step = Step::ALL.into_iter().find(|s| key == s.key()).filter(|s| *s <= desk.setup.reached);
            if let Some(step) = step {
                show(window, desk, step);
            }
        });
    });
    let backs = bridge.clone();
    page.on_back(move || {
        backs.act(|window, desk| {
            if let Some(step) = desk.setup.step.before() {
                show(window, desk, step);
            }
        });
    });
    let nexts = bridge.clone();
    page.on_next(move || next(&nexts));
    let finds = bridge.clone();
    page.on_find(move || find(&finds));
    let others = bridge.clone();
    page.on_other(move || other(&others));
}

/// A text that was typed into a field.
pub fn write(desk: &mut Desk, key: &str, text: &str) {
    let secret = scene(desk).form(desk.setup.step).field(key).is_some_and(|f| f.kind == Kind::Secret);
    // A password is what was typed, to the last space.
    let text = if secret { text.to_owned() } else { text.trim().to_owned() };
    if matches!(key, "date" | "hour") {
        desk.setup.answers.timed_ms = desk.mono_ms();
    }
    desk.setup.answers.values.insert(key.to_owned(), text);
    desk.setup.answers.problems.remove(key);
}

fn pick(desk: &mut Desk, key: &str, choice: &str) {
    if key == "language" {
        desk.language = Language::ALL.into_iter().find(|l| l.tag() == choice);
    }
    // Another currency has other coins.
    if key == "currency" {
        desk.setup.answers.values.remove("rounding");
    }
    match key {
        "found" | "ticket-found" => desk.setup.answers.take(key, choice),
        _ => drop(desk.setup.answers.values.insert(key.to_owned(), choice.to_owned())),
    }
    // What is wrong elsewhere may be right with it.
    desk.setup.answers.problems.clear();
}

fn show(window: &CashierWindow, desk: &mut Desk, step: Step) {
    desk.setup.step = step;
    desk.setup.reached = desk.setup.reached.max(step);
    let page = window.global::<Setup>();
    page.set_trouble(Default::default());
    page.set_notice(Default::default());
}

/// Goes on, if the step's answers can stand; from the last step the house is opened.
fn next(bridge: &Bridge) {
    let mut house = None;
    bridge.act(|window, desk| {
        if desk.setup.done {
            desk.setup = State::default();
            return;
        }
        let step = desk.setup.step;
        if let Err(problem) = scene(desk).read(step, &mut Founding::default()) {
            return say_problem(desk, problem.field, problem.key);
        }
        match step.next() {
            Some(next) => show(window, desk, next),
            None => match scene(desk).house() {
                Ok(whole) => {
                    window.global::<Setup>().set_busy(true);
                    window.global::<Setup>().set_trouble(Default::default());
                    house = Some(whole);
                }
                Err((step, problem)) => {
                    show(window, desk, step);
                    say_problem(desk, problem.field, problem.key);
                }
            },
        }
    });
    let Some(house) = house else { return };
    let slips = house.slips;
    bridge.submit(Op::HouseFound { code: None, house: Box::new(house) }, move |window, desk, answer| {
        let page = window.global::<Setup>();
        page.set_busy(false);
        match answer {
            // What was typed is kept at the hub and nowhere else.
            Ok(_) => desk.setup = State { done: true, slips, machine: desk.setup.machine.take(), ..State::default() },
            // Somebody else was quicker, or the first answer was lost: there is a house.
            Err(refused) if refused.code == "founded" => desk.setup = State::default(),
            Err(refused) => page.set_trouble(refused.message.into()),
        }
    });
}

fn say_problem(desk: &mut Desk, field: &str, key: &str) {
    let text = word(desk.tongue(), key);
    desk.setup.answers.problems.insert(field.to_owned(), text);
}

/// Looks for printers; what nobody has said yet is answered with them.
fn find(bridge: &Bridge) {
    bridge.act(|window, _| {
        let page = window.global::<Setup>();
        page.set_busy(true);
        page.set_trouble(Default::default());
        page.set_notice(Default::default());
    });
    bridge.look(Wanted::SetupScan {}, |window, desk, look| {
        let page = window.global::<Setup>();
        page.set_busy(false);
        let found = match look.as_deref() {
            Ok(Shown::PrinterScan(scan)) => scan.found.clone(),
            Ok(_) => return,
            Err(refused) => return page.set_trouble(refused.message.as_str().into()),
        };
        let told = match found.len() {
            0 => word(desk.tongue(), "till-told-scan-none"),
            n => say(desk.tongue(), "setup-found", &[("n", &n.to_string())]),
        };
        page.set_notice(told.into());
        desk.setup.answers.suggest(&found);
        desk.setup.answers.problems.clear();
        desk.setup.found = found;
    });
}

/// The step's other button: a test page on every printer that was named.
fn other(bridge: &Bridge) {
    let mut trials = Vec::new();
    bridge.act(|window, desk| {
        let page = window.global::<Setup>();
        page.set_trouble(Default::default());
        page.set_notice(Default::default());
        let mut house = Founding::default();
        match scene(desk).read(Step::Printers, &mut house) {
            Ok(()) => trials = house.printers,
            Err(problem) => say_problem(desk, problem.field, problem.key),
        }
        page.set_busy(!trials.is_empty());
    });
    let mut trials = trials.into_iter();
    if let Some(first) = trials.next() {
        try_out(bridge, first, trials);
    }
}

fn try_out(
    bridge: &Bridge,
    printer: crate::domain::site::PrinterSettings,
    mut rest: std::vec::IntoIter<crate::domain::site::PrinterSettings>,
) {
    let (again, name) = (bridge.clone(), printer.name.clone());
    let mut language = Language::default();
    bridge.act(|_, desk| language = desk.tongue());
    let trial = Op::SetupPrint { code: None, printer: Box::new(printer), language };
    bridge.submit(trial, move |window, desk, answer| {
        let page = window.global::<Setup>();
        match (answer, rest.next()) {
            (Ok(_), Some(next)) => again.later(move |bridge| try_out(bridge, next, rest)),
            (Ok(_), None) => {
                page.set_busy(false);
                page.set_notice(word(desk.tongue(), "setup-printed").into());
            }
            (Err(refused), _) => {
                page.set_busy(false);
                page.set_trouble(format!("{name}: {}", refused.message).into());
            }
        }
    });
}

/// Asks how the machine stands, and for the code that a browser needs.
fn ask(bridge: &Bridge) {
    bridge.look(Wanted::Setup {}, |_, desk, look| {
        if let Ok(shown) = look
            && let Shown::Setup(machine) = &*shown
        {
            desk.setup.machine = Some(machine.clone());
        }
    });
    bridge.submit(Op::SetupCode {}, |_, desk, answer| {
        if let Ok(Outcome::Invited { code, .. }) = answer {
            desk.setup.code = code;
        }
    });
}

pub fn draw(window: &CashierWindow, desk: &mut Desk, bridge: &Bridge) {
    if window.global::<Frame>().get_page() != Page::Setup {
        return;
    }
    let now = desk.mono_ms();
    if desk.linked && !desk.setup.done && desk.setup.asked_ms.is_none_or(|at| now - at >= FRESH_MS) {
        desk.setup.asked_ms = Some(now);
        bridge.later(ask);
    }
    let page = window.global::<Setup>();
    let scene = scene(desk);
    let state = &desk.setup;
    let tell = |key: &str| word(scene.language, key);
    let make = Maker { language: scene.language, currency: scene.currency() };
    let key = if state.done { "done" } else { state.step.key() };
    let row = |step: &Step| SetupStep {
        key: step.key().into(),
        label: tell(&format!("setup-step-{}", step.key())).into(),
        done: state.done || *step <= state.reached && *step != state.step,
    };
    rows::sync(page.get_steps(), Step::ALL.iter().map(row).collect(), |a, b| a.key == b.key, |m| page.set_steps(m));
    page.set_step(if state.done { Default::default() } else { key.into() });
    page.set_title(tell(&format!("setup-title-{key}")).into());
    let fields: Vec<FormField> = match state.done {
        true => Vec::new(),
        false => scene.form(state.step).shown().map(|f| shown_field(f, make)).collect(),
    };
    rows::sync_as(page.get_fields(), fields, |a, b| a.key == b.key, looks_same, |m| page.set_fields(m));
    page.set_first(state.step == Step::Language && !state.done);
    page.set_last(state.step == Step::End);
    page.set_done(state.done);
    page.set_next_text(
        tell(match (state.done, state.step) {
            (true, _) => "setup-go-in",
            (false, Step::End) => "setup-open",
            (false, _) => "setup-next",
        })
        .into(),
    );
    let on_printers = |key: &str| if state.step == Step::Printers && !state.done { tell(key) } else { String::new() };
    page.set_find_text(on_printers("till-act-scan").into());
    page.set_other_text(on_printers("till-act-test").into());
    page.set_hint(told(&scene, state).into());
    draw_aside(&page, &scene, state);
}

/// What stands above the fields.
fn told(scene: &Scene<'_>, state: &State) -> String {
    let reachable = state.machine.as_ref().is_none_or(|m| m.reachable);
    let key = match (state.done, state.step) {
        (true, _) if state.slips => "setup-told-done-slips",
        (true, _) => "setup-told-done",
        (false, Step::Network) if !reachable => "setup-told-no-network",
        (false, step) => return word(scene.language, &format!("setup-told-{}", step.key())),
    };
    word(scene.language, key)
}

/// What stands beside the fields.
fn draw_aside(page: &Setup<'_>, scene: &Scene<'_>, state: &State) {
    let tell = |key: &str| word(scene.language, key);
    let (mut title, mut lines, mut note, mut address) = (String::new(), Vec::new(), String::new(), String::new());
    let base = state.machine.as_ref().filter(|m| m.reachable).map(|m| m.address.clone());
    match (state.done, state.step, base) {
        (true, _, Some(base)) => {
            title = tell("setup-aside-cards");
            address = format!("{base}/office");
        }
        (false, Step::Language | Step::Network, Some(base)) if !state.code.is_empty() => {
            title = tell(if state.step == Step::Network { "setup-aside-network" } else { "setup-aside-phone" });
            address = format!("{base}/setup");
            note = tell("setup-note-phone");
        }
        (false, Step::Money, _) => {
            (title, lines) = scene.example();
            note = tell("setup-note-example");
        }
        (false, Step::End, _) => {
            title = tell("setup-aside-end");
            lines = scene.summary();
        }
        _ => {}
    }
    // The code stands in the picture too, behind the mark that no browser sends on.
    let scanned = match (state.done, address.is_empty()) {
        (_, true) => String::new(),
        (true, false) => format!("{address}#/tables/sheets"),
        (false, false) => format!("{address}#{}", state.code),
    };
    if page.get_address() != address.as_str() || page.get_code() != spaced(state, &address).as_str() {
        page.set_with_qr(!scanned.is_empty());
        page.set_qr(shape::qr(&scanned));
    }
    page.set_code(spaced(state, &address).into());
    page.set_address(address.into());
    page.set_aside(title.into());
    page.set_note(note.into());
    let line = |(label, value, strong): (String, String, bool)| SetupLine { label: label.into(), value: value.into(), strong };
    let lines = lines.into_iter().map(line).collect();
    rows::sync(page.get_lines(), lines, |a, b| a.label == b.label, |m| page.set_lines(m));
}

/// "1234 5678", where it is shown.
fn spaced(state: &State, address: &str) -> String {
    match (state.done || address.is_empty(), state.code.get(..4), state.code.get(4..)) {
        (false, Some(head), Some(tail)) => format!("{head} {tail}"),
        _ => String::new(),
    }
}
