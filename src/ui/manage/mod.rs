//! The page where the house is managed: lists and forms, filled from what the hub is asked for,
//! and answered with the same operations as the office's. Nothing is changed here: a form is sent,
//! and the list is read anew.

pub(in crate::ui) mod form;
pub mod found;
mod parts;
mod seen;
mod services;

use std::collections::VecDeque;

use slint::ComponentHandle;

use crate::client::Answer;
use crate::domain::words::word;
use crate::hub::asked::{Shown, Wanted};
use crate::hub::wire::{Op, Outcome};
use crate::ui::bridge::Bridge;
use crate::ui::desk::Desk;
use crate::ui::generated::{
    CashierWindow, Choice, FieldKind, FormAction, FormField, Frame, Manage, ManageRow, Page, Purpose, Section, Typing,
};
use crate::ui::manage::form::{Form, Kind, Maker};
use crate::ui::manage::parts::Row;
use crate::ui::manage::seen::{Part, Seen};
use crate::ui::rows;

/// How old a list may be while somebody looks at it.
const FRESH_MS: i64 = 15_000;
/// Rows shown at once; the search finds the rest of a large menu.
const ROWS_MAX: usize = 120;

/// What the page shows and its user is in the middle of.
#[derive(Default)]
pub struct State {
    part: Part,
    seen: Seen,
    asked_ms: Option<i64>,
    search: String,
    form: Option<Form>,
    /// The form as it was opened: what nobody touched is not asked for.
    opened: Option<Form>,
}

impl State {
    /// Somebody else is at the screen, or the page is left: what was half filled in is dropped.
    pub fn forget(&mut self) {
        *self = State::default();
    }
}

pub fn connect(window: &CashierWindow, bridge: &Bridge) {
    let page = window.global::<Manage>();
    let parts = bridge.clone();
    page.on_choose(move |key| {
        parts.act(|window, desk| {
            let part = Part::ALL.into_iter().find(|p| key == p.key()).unwrap_or_default();
            desk.manage.part = part;
            desk.manage.search.clear();
            close(window, desk);
        });
        ask(&parts);
    });
    let searches = bridge.clone();
    page.on_set_search(move |text| searches.act(|_, desk| search(desk, &text)));
    let opens = bridge.clone();
    page.on_open(move |id| opens.act(|window, desk| open(window, desk, Some(&id))));
    let adds = bridge.clone();
    page.on_new(move || adds.act(|window, desk| open(window, desk, None)));
    let edits = bridge.clone();
    page.on_edit(move |key| {
        let mut text = None;
        edits.act(|_, desk| text = desk.manage.form.as_ref().and_then(|f| f.field(&key)).map(typed));
        // Without the desk's lock: the field answers by calling back.
        if let Some(text) = text {
            edits.with_window(|window| window.global::<Typing>().invoke_ask(Purpose::ManageField, key, text.into()));
        }
    });
    let picks = bridge.clone();
    page.on_pick(move |key, choice| {
        picks.act(|_, desk| {
            fill(desk, &key, |f| f.value = choice.as_str().to_owned());
            // A printer that was found is where the form says from now on.
            if key == "found" {
                for (key, value) in found::fields_at(&choice) {
                    fill(desk, key, |f| f.value = value);
                }
            }
        });
    });
    let flips = bridge.clone();
    page.on_flip(move |key| flips.act(|_, desk| fill(desk, &key, |f| f.on = !f.on)));
    let acts = bridge.clone();
    page.on_act(move |action| act(&acts, &action));
    let closes = bridge.clone();
    page.on_close(move || closes.act(close));
}

/// A text that was typed into a field.
pub fn write(desk: &mut Desk, key: &str, text: &str) {
    fill(desk, key, |f| {
        // A password is what was typed, to the last space.
        f.value = if f.kind == Kind::Secret { text.to_owned() } else { text.trim().to_owned() };
    });
}

pub fn search(desk: &mut Desk, text: &str) {
    text.trim().clone_into(&mut desk.manage.search);
}

/// Somebody filled a field in: what was wrong with it is not said any more.
fn fill(desk: &mut Desk, key: &str, change: impl FnOnce(&mut form::Field)) {
    if let Some(field) = desk.manage.form.as_mut().and_then(|f| f.field_mut(key)) {
        change(field);
        field.problem.clear();
    }
}

/// What the keyboard begins with: nobody reads along a secret that stands there already.
fn typed(field: &form::Field) -> String {
    match field.kind {
        Kind::Pin | Kind::Secret => String::new(),
        _ => field.value.clone(),
    }
}

fn maker(desk: &Desk) -> Maker {
    Maker { language: desk.tongue(), currency: desk.currency() }
}

fn open(window: &CashierWindow, desk: &mut Desk, id: Option<&str>) {
    close(window, desk);
    desk.manage.form = parts::form(desk.manage.part, &desk.manage.seen, maker(desk), id);
    desk.manage.opened = desk.manage.form.clone();
}

fn close(window: &CashierWindow, desk: &mut Desk) {
    desk.manage.form = None;
    let page = window.global::<Manage>();
    page.set_form_busy(false);
    page.set_form_trouble(Default::default());
    page.set_form_notice(Default::default());
    page.set_code(Default::default());
    page.set_trouble(Default::default());
}

/// Reads the part's lists anew.
fn ask(bridge: &Bridge) {
    let mut wanted: Vec<Wanted> = Vec::new();
    bridge.act(|_, desk| {
        desk.manage.asked_ms = Some(desk.mono_ms());
        wanted = desk.manage.part.needs();
    });
    for of in wanted {
        bridge.look(of, |window, desk, look| match look {
            Ok(shown) => desk.manage.seen.keep(shown),
            Err(refused) => window.global::<Manage>().set_trouble(refused.message.into()),
        });
    }
}

/// Looks for printers on the network; those that answer become a choice of the form.
fn scan(bridge: &Bridge) {
    bridge.act(|window, _| {
        let page = window.global::<Manage>();
        page.set_form_busy(true);
        page.set_form_trouble(Default::default());
        page.set_form_notice(Default::default());
    });
    bridge.look(Wanted::PrinterScan {}, |window, desk, look| {
        let page = window.global::<Manage>();
        page.set_form_busy(false);
        let make = maker(desk);
        let list = match look.as_deref() {
            Ok(Shown::PrinterScan(scan)) => &scan.found,
            Ok(_) => return,
            Err(refused) => return page.set_form_trouble(refused.message.as_str().into()),
        };
        if list.is_empty() {
            return page.set_form_notice(make.word("till-told-scan-none").into());
        }
        let choices = list.iter().map(|f| (found::place(&f.target), found::label(f))).collect();
        if let Some(form) = &mut desk.manage.form {
            form.fields.retain(|f| f.key != "found");
            let at = form.fields.iter().position(|f| f.key == "printer").unwrap_or(0);
            form.fields.insert(at, make.choice("found", String::new(), choices));
        }
    });
}

/// Does what a form's button says.
fn act(bridge: &Bridge, action: &str) {
    if action == "scan" {
        return scan(bridge);
    }
    let mut todo: VecDeque<Op> = VecDeque::new();
    bridge.act(|window, desk| {
        let make = maker(desk);
        let Some(form) = &desk.manage.form else { return };
        let opened = desk.manage.opened.as_ref().unwrap_or(form);
        let asked = parts::ops(desk.manage.part, &desk.manage.seen, make, (form, opened), action);
        let page = window.global::<Manage>();
        page.set_form_trouble(Default::default());
        page.set_form_notice(Default::default());
        match asked {
            Ok(ops) => todo = ops.into(),
            Err(problem) => {
                let field = desk.manage.form.as_mut().and_then(|f| f.field_mut(problem.field));
                if let Some(field) = field {
                    field.problem = word(make.language, problem.key);
                }
            }
        }
        page.set_form_busy(!todo.is_empty());
    });
    // A form stays open after what does not end it, and says so.
    let stays = match action {
        "test-mail" => Some("till-told-test-mail"),
        "test" | "password" | "renew" | "slip" => Some("till-told-done"),
        _ => None,
    };
    next(bridge, todo, stays);
}

/// Asks for the next of them once the one before is done.
fn next(bridge: &Bridge, mut todo: VecDeque<Op>, stays: Option<&'static str>) {
    let Some(op) = todo.pop_front() else { return };
    let again = bridge.clone();
    bridge.submit(op, move |window, desk, answer| {
        let more = !todo.is_empty();
        if answer.is_ok() && more {
            return again.later(move |bridge| next(bridge, todo, stays));
        }
        done(window, desk, answer, stays);
        again.later(ask);
    });
}

fn done(window: &CashierWindow, desk: &mut Desk, answer: Answer, stays: Option<&'static str>) {
    let page = window.global::<Manage>();
    page.set_form_busy(false);
    match answer {
        Ok(Outcome::Invited { code, .. }) => {
            page.set_code(code.into());
            page.set_form_notice(word(desk.tongue(), "till-told-password").into());
        }
        Ok(_) => match stays {
            Some(told) => {
                page.set_form_notice(word(desk.tongue(), told).into());
                forget_secrets(desk);
            }
            None => close(window, desk),
        },
        Err(refused) => {
            // A setting that was refused says so where it stands.
            let key = refused.params.get("key").map(|k| k.replace('_', "-")).unwrap_or_default();
            match desk.manage.form.as_mut().and_then(|f| f.field_mut(&key)) {
                Some(field) => field.problem = refused.message,
                None => page.set_form_trouble(refused.message.into()),
            }
        }
    }
}

/// What was sent is kept at the hub and nowhere else.
fn forget_secrets(desk: &mut Desk) {
    let fields = desk.manage.form.iter_mut().flat_map(|f| &mut f.fields);
    fields.filter(|f| f.kind == Kind::Secret).for_each(|f| f.value.clear());
}

pub fn draw(window: &CashierWindow, desk: &mut Desk, bridge: &Bridge) {
    if window.global::<Frame>().get_page() != Page::Manage {
        return;
    }
    let now = desk.mono_ms();
    if desk.linked && desk.may(desk.manage.part.right()) && desk.manage.asked_ms.is_none_or(|at| now - at >= FRESH_MS) {
        desk.manage.asked_ms = Some(now);
        bridge.later(ask);
    }
    let page = window.global::<Manage>();
    let make = maker(desk);
    let state = &desk.manage;
    let section = |part: Part| Section {
        key: part.key().into(),
        label: make.word(&format!("till-part-{}", part.key())).into(),
        count: state.seen.count(part).map(|n| n.to_string()).unwrap_or_default().into(),
    };
    let sections = Part::ALL.into_iter().filter(|p| desk.may(p.right())).map(section).collect();
    rows::sync(page.get_sections(), sections, |a, b| a.key == b.key, |m| page.set_sections(m));
    page.set_section(state.part.key().into());
    page.set_loaded(state.seen.has(state.part));
    page.set_searchable(!state.part.is_single());
    page.set_search(state.search.as_str().into());
    page.set_empty(make.word(&format!("till-empty-{}", state.part.key())).into());
    let add = if state.part.grows() { make.word(&format!("till-new-{}", state.part.key())) } else { String::new() };
    page.set_add(add.into());
    let all = parts::rows(state.part, &state.seen, make, desk.room.hub.as_ref(), &desk.zone());
    let wanted = state.search.to_lowercase();
    let known = all.len();
    let holds = |r: &Row| wanted.is_empty() || format!("{} {}", r.title, r.detail).to_lowercase().contains(&wanted);
    let list: Vec<ManageRow> = all.into_iter().filter(holds).take(ROWS_MAX).map(shown_row).collect();
    page.set_hidden(crate::ui::shape::int(known - list.len()));
    rows::sync(page.get_rows(), list, |a, b| a.id == b.id, |m| page.set_rows(m));
    draw_form(&page, state.form.as_ref(), make);
}

fn shown_row(row: Row) -> ManageRow {
    ManageRow {
        id: row.id.into(),
        title: row.title.into(),
        detail: row.detail.into(),
        value: row.value.into(),
        mark: row.mark.into(),
        tone: row.tone,
        off: row.off,
    }
}

fn draw_form(page: &Manage<'_>, form: Option<&Form>, make: Maker) {
    let Some(form) = form else { return page.set_form_open(false) };
    page.set_form_title(form.title.as_str().into());
    let fields: Vec<FormField> = form.shown().map(|f| shown_field(f, make)).collect();
    rows::sync_as(page.get_fields(), fields, |a, b| a.key == b.key, looks_same, |m| page.set_fields(m));
    let action = |a: &form::Action| FormAction {
        key: a.key.into(),
        label: a.label.as_str().into(),
        danger: a.danger,
        main: a.main,
        question: a.question.as_str().into(),
    };
    let actions = form.actions.iter().map(action).collect();
    rows::sync(page.get_actions(), actions, |a, b| a.key == b.key, |m| page.set_actions(m));
    page.set_form_open(true);
}

/// A field as it stands on a screen.
pub(in crate::ui) fn shown_field(f: &form::Field, make: Maker) -> FormField {
    let kind = |kind| match kind {
        Kind::Text => FieldKind::Text,
        Kind::Number => FieldKind::Number,
        Kind::Money => FieldKind::Money,
        Kind::Choice => FieldKind::Choice,
        Kind::Flag => FieldKind::Flag,
        Kind::Pin => FieldKind::Pin,
        Kind::Secret => FieldKind::Secret,
        Kind::Fixed => FieldKind::Fixed,
    };
    let choices: Vec<Choice> =
        f.choices.iter().map(|(key, label)| Choice { key: key.as_str().into(), label: label.as_str().into() }).collect();
    // As it would stand on a screen: a secret as dots, an amount with its currency.
    let value = match f.kind {
        Kind::Pin | Kind::Secret => "•".repeat(f.value.chars().count()),
        Kind::Money => make.currency.parse(&f.value).map_or(f.value.clone(), |amount| make.currency.format(amount)),
        _ => f.value.clone(),
    };
    FormField {
        key: f.key.into(),
        label: f.label.as_str().into(),
        kind: kind(f.kind),
        value: value.into(),
        on: f.on,
        choices: slint::ModelRc::new(slint::VecModel::from(choices)),
        choice: f.value.as_str().into(),
        hint: f.hint.as_str().into(),
        problem: f.problem.as_str().into(),
    }
}

/// Whether a field looks the same; its choices are compared by what they hold, for every drawing
/// makes them anew.
pub(in crate::ui) fn looks_same(a: &FormField, b: &FormField) -> bool {
    use slint::Model;
    let texts = |f: &FormField| [&f.key, &f.label, &f.value, &f.choice, &f.hint, &f.problem].map(Clone::clone);
    texts(a) == texts(b) && (a.kind, a.on) == (b.kind, b.on) && a.choices.iter().eq(b.choices.iter())
}
