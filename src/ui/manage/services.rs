//! The house's lines to the outside: how letters leave it, and where head office's copy goes.
//! Each is one row that says how it does, and a form that never shows the password.

use crate::domain::mail::{MailRoute, MailSecurity, MailSettings};
use crate::domain::sync::{SyncFault, SyncSettings, SyncTls};
use crate::domain::text;
use crate::domain::time;
use crate::domain::words::say;
use crate::hub::asked::SyncShown;
use crate::hub::wire::Op;
use crate::ui::generated::Tone;
use crate::ui::manage::form::{Field, Form, Maker, Problem};
use crate::ui::manage::parts::{Ops, Row};
use crate::views::manage::{MailSetup, SyncSetup};
use crate::views::site::{MailView, SyncView};

/// Where databases of this kind mostly listen.
const MYSQL_PORT: u16 = 3_306;
/// Where mail servers mostly do.
const SMTP_PORT: u16 = 587;

const SECURITIES: [(&str, MailSecurity); 3] =
    [("starttls", MailSecurity::Starttls), ("tls", MailSecurity::Tls), ("none", MailSecurity::None)];
const TLS: [(&str, SyncTls); 2] = [("required", SyncTls::Required), ("off", SyncTls::Off)];

/// Parts of a sentence, those that say nothing left out.
fn joined(parts: &[String]) -> String {
    parts.iter().filter(|p| !p.is_empty()).map(String::as_str).collect::<Vec<_>>().join(" · ")
}

pub fn mail_row(make: Maker, setup: &MailSetup, state: Option<&MailView>) -> Row {
    let way = match &setup.settings.route {
        MailRoute::Off => String::new(),
        MailRoute::Smtp { host, port, .. } => format!("{host}:{port}"),
        MailRoute::Folder { path } => path.clone(),
    };
    let fault = state.and_then(|s| s.fault.clone()).unwrap_or_default();
    let row = Row::plain("mail", &make.word("till-part-mail"), joined(&[way, setup.settings.from.clone(), fault]), String::new());
    let count = |key: &str, n: u32| say(make.language, key, &[("n", &n.to_string())]);
    match state {
        _ if setup.settings.route == MailRoute::Off => Row { off: true, ..row },
        Some(s) if s.waiting > 0 => row.marked(count("till-letters-waiting", s.waiting), Tone::Warn),
        Some(s) if s.failed > 0 => row.marked(count("till-letters-failed", s.failed), Tone::Bad),
        _ => row.marked(make.word("till-letters-sent"), Tone::Good),
    }
}

pub fn mail_form(make: Maker, setup: &MailSetup) -> Form {
    let settings = &setup.settings;
    let (kind, folder) = match &settings.route {
        MailRoute::Off => ("off", String::new()),
        MailRoute::Smtp { .. } => ("smtp", String::new()),
        MailRoute::Folder { path } => ("folder", path.clone()),
    };
    let mut kinds = vec!["off", "smtp"];
    // Only this machine's command line leads letters into a folder.
    if kind == "folder" {
        kinds.push(kind);
    }
    let kinds = kinds.into_iter().map(|k| (k.to_owned(), make.word(&format!("till-mail-{k}")))).collect();
    let mut fields = vec![make.choice("route", kind.to_owned(), kinds)];
    fields.extend(server_fields(make, setup).map(|f| f.only("route", &["smtp"])));
    fields.push(make.fixed("folder", folder).only("route", &["folder"]));
    fields.extend([
        make.text("from", &settings.from).hinted(make.word("till-hint-from")),
        make.text("owner", &settings.owner.join(", ")).hinted(make.word("till-hint-owner")),
        make.text("test-to", settings.owner.first().map_or("", String::as_str))
            .hinted(make.word("till-hint-test-to"))
            .only("route", &["smtp", "folder"]),
    ]);
    let actions = vec![make.save(), make.act("test-mail", String::new())];
    Form { of: Some("mail".to_owned()), title: make.word("till-part-mail"), fields, actions }
}

/// The mail server and how it is spoken to.
fn server_fields(make: Maker, setup: &MailSetup) -> impl Iterator<Item = Field> {
    let (host, port, security, user, ca_file) = match &setup.settings.route {
        MailRoute::Smtp { host, port, security, user, ca_file } => {
            (host.as_str(), *port, *security, user.as_str(), ca_file.as_str())
        }
        MailRoute::Off | MailRoute::Folder { .. } => ("", SMTP_PORT, MailSecurity::Starttls, "", ""),
    };
    let securities = SECURITIES.map(|(k, _)| (k.to_owned(), make.word(&format!("till-security-{k}")))).to_vec();
    let chosen = SECURITIES.iter().find(|(_, s)| *s == security).map_or("", |(k, _)| k);
    [
        make.text("host", host).called(make.word("till-field-server")).hinted(make.word("till-hint-mail-host")),
        make.choice("security", chosen.to_owned(), securities).hinted(make.word("till-hint-security")),
        make.number("port", port).hinted(make.word("till-hint-mail-port")),
        make.text("user", user).hinted(make.word("till-hint-mail-user")),
        // The hub forgets the password with the server that it was for.
        password(make, setup.has_password && matches!(setup.settings.route, MailRoute::Smtp { .. })),
        make.text("ca-file", ca_file).hinted(make.word("till-hint-ca-file")),
    ]
    .into_iter()
}

/// A password goes in and never comes out.
fn password(make: Maker, kept: bool) -> Field {
    let hint = if kept { "till-hint-password-kept" } else { "till-hint-password" };
    make.secret("password").hinted(make.word(hint))
}

pub fn mail_ops(setup: &MailSetup, form: &Form, action: &str) -> Ops {
    let route = match form.value("route") {
        "smtp" => smtp(form)?,
        "folder" => setup.settings.route.clone(),
        _ => MailRoute::Off,
    };
    let from = match (&route, form.value("from")) {
        (MailRoute::Off, "") => String::new(),
        (_, from) => address("from", from)?,
    };
    let owner = form.value("owner").split([',', ' ']).filter(|a| !a.is_empty());
    let owner = owner.map(|a| address("owner", a)).collect::<Result<_, _>>()?;
    // What stands in fields that are not shown is not meant.
    let password = new_password(form).filter(|_| matches!(route, MailRoute::Smtp { .. }));
    if let MailRoute::Smtp { host, user, .. } = &route
        && !user.is_empty()
        && password.is_none()
        && !(setup.has_password && is_of(&setup.settings.route, host, user))
    {
        return Err(Problem { field: "password", key: "till-problem-password" });
    }
    // Trying it out must not switch it off.
    if action == "test-mail" && route == MailRoute::Off {
        return Err(Problem { field: "route", key: "till-problem-mail-off" });
    }
    let mut ops = vec![Op::MailSet { settings: MailSettings { route, from, owner }, password }];
    if action == "test-mail" {
        ops.push(Op::MailTest { address: address("test-to", form.value("test-to"))? });
    }
    Ok(ops)
}

fn smtp(form: &Form) -> Result<MailRoute, Problem> {
    let found = SECURITIES.iter().find(|(k, _)| *k == form.value("security"));
    let (_, security) = found.ok_or(Problem { field: "security", key: "till-problem-choice" })?;
    Ok(MailRoute::Smtp {
        host: host(form)?,
        port: port(form)?,
        security: *security,
        user: form.value("user").to_owned(),
        ca_file: form.value("ca-file").to_owned(),
    })
}

/// Whether the password that is kept is for that server and user.
fn is_of(kept: &MailRoute, host: &str, user: &str) -> bool {
    matches!(kept, MailRoute::Smtp { host: h, user: u, .. } if h == host && u == user)
}

fn address(field: &'static str, typed: &str) -> Result<String, Problem> {
    text::mail(typed).map_err(|_| Problem { field, key: "till-problem-mail" })
}

fn host(form: &Form) -> Result<String, Problem> {
    match form.value("host") {
        "" => Err(Problem { field: "host", key: "till-problem-host" }),
        host => Ok(host.to_owned()),
    }
}

fn port(form: &Form) -> Result<u16, Problem> {
    form.read("port").map_err(|_| Problem { field: "port", key: "till-problem-number" })
}

/// A missing one leaves what is kept. Spaces may be part of it.
fn new_password(form: &Form) -> Option<String> {
    form.field("password").map(|f| f.value.clone()).filter(|p| !p.is_empty())
}

pub fn sync_row(make: Maker, shown: &SyncShown, state: SyncView, zone: &jiff::tz::TimeZone) -> Row {
    let settings = &shown.setup.settings;
    let place = if settings.host.is_empty() { String::new() } else { format!("{}/{}", settings.host, settings.database) };
    let waiting = match (state.waiting, state.since_ms) {
        (0, _) => String::new(),
        (n, None) => say(make.language, "till-sync-waiting", &[("n", &n.to_string())]),
        (n, Some(ms)) => say(make.language, "till-sync-since", &[("n", &n.to_string()), ("since", &time::stamp(ms, zone))]),
    };
    let said = if state.fault.is_some() { shown.detail.clone() } else { String::new() };
    let row = Row::plain("sync", &make.word("till-part-sync"), joined(&[place, waiting, said]), String::new());
    let word = |key: &str| make.word(&format!("till-sync-{key}"));
    match state.fault {
        _ if !settings.on => Row { off: true, ..row },
        // It comes back by itself; what the others mean is for somebody to put right.
        Some(fault @ SyncFault::Unreachable) => row.marked(word(fault.name()), Tone::Warn),
        Some(fault) => row.marked(word(fault.name()), Tone::Bad),
        // Switched on, and the copy has not begun.
        None if state.waiting > 0 || !state.on => row.marked(word("sending"), Tone::Plain),
        None => row.marked(word("sent"), Tone::Good),
    }
}

pub fn sync_form(make: Maker, setup: &SyncSetup) -> Form {
    let s = &setup.settings;
    let choices = TLS.map(|(k, _)| (k.to_owned(), make.word(&format!("till-tls-{k}")))).to_vec();
    let chosen = TLS.iter().find(|(_, t)| *t == s.tls).map_or("", |(k, _)| k);
    let mut fields = vec![
        make.flag("on", s.on).hinted(make.word("till-hint-sync")),
        make.text("host", &s.host).called(make.word("till-field-server")).hinted(make.word("till-hint-sync-host")),
        make.number("port", if s.port == 0 { MYSQL_PORT } else { s.port }).hinted(make.word("till-hint-sync-port")),
        make.text("database", &s.database).hinted(make.word("till-hint-database")),
        make.text("user", &s.user).hinted(make.word("till-hint-sync-user")),
        password(make, setup.has_password),
        make.choice("tls", chosen.to_owned(), choices).hinted(make.word("till-hint-tls")),
        make.text("ca-file", &s.ca_file).hinted(make.word("till-hint-ca-file")),
    ];
    if let Some(site) = &setup.site {
        fields.push(make.fixed("site", site.clone()));
    }
    Form { of: Some("sync".to_owned()), title: make.word("till-part-sync"), fields, actions: vec![make.save()] }
}

pub fn sync_ops(setup: &SyncSetup, form: &Form) -> Ops {
    let on = form.on("on");
    let found = TLS.iter().find(|(k, _)| *k == form.value("tls"));
    let (_, tls) = found.ok_or(Problem { field: "tls", key: "till-problem-choice" })?;
    let settings = SyncSettings {
        on,
        host: if on { host(form)? } else { form.value("host").to_owned() },
        port: port(form)?,
        user: form.value("user").to_owned(),
        database: form.value("database").to_owned(),
        tls: *tls,
        ca_file: form.value("ca-file").to_owned(),
    };
    let password = new_password(form);
    let same = |a: &SyncSettings, b: &SyncSettings| (&a.host, a.port, &a.user) == (&b.host, b.port, &b.user);
    if on && password.is_none() && !(setup.has_password && same(&setup.settings, &settings)) {
        return Err(Problem { field: "password", key: "till-problem-password" });
    }
    Ok(vec![Op::SyncSet { settings, password }])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::money::Currency;
    use crate::domain::site::Language;

    fn make() -> Maker {
        Maker { language: Language::Id, currency: Currency::default() }
    }

    fn kept() -> MailSetup {
        let route = MailRoute::Smtp {
            host: "smtp.example.com".to_owned(),
            port: 587,
            security: MailSecurity::Starttls,
            user: "kasir".to_owned(),
            ca_file: String::new(),
        };
        let settings = MailSettings { route, from: "kasir@example.com".to_owned(), owner: vec!["a@example.com".to_owned()] };
        MailSetup { settings, has_password: true }
    }

    fn write(form: &mut Form, key: &str, text: &str) {
        form.field_mut(key).unwrap().value = text.to_owned();
    }

    #[test]
    fn untouched_settings_are_what_they_were() {
        let setup = kept();
        let form = mail_form(make(), &setup);
        let ops = mail_ops(&setup, &form, "save").unwrap();
        assert_eq!(ops, [Op::MailSet { settings: setup.settings.clone(), password: None }]);
        assert_eq!(mail_ops(&setup, &form, "test-mail").unwrap()[1], Op::MailTest { address: "a@example.com".to_owned() });
        let sync =
            SyncSetup { settings: SyncSettings { port: 3_306, ..SyncSettings::default() }, has_password: false, site: None };
        let ops = sync_ops(&sync, &sync_form(make(), &sync)).unwrap();
        assert_eq!(ops, [Op::SyncSet { settings: sync.settings.clone(), password: None }]);
    }

    #[test]
    fn another_server_wants_its_own_password() {
        let setup = kept();
        let mut form = mail_form(make(), &setup);
        write(&mut form, "host", "mail.example.org");
        assert_eq!(mail_ops(&setup, &form, "save").unwrap_err().field, "password");
        write(&mut form, "password", " rahasia ");
        let ops = mail_ops(&setup, &form, "save").unwrap();
        assert!(matches!(&ops[..], [Op::MailSet { password: Some(p), .. }] if p == " rahasia "), "{ops:?}");
        // Who logs in as nobody needs none.
        write(&mut form, "password", "");
        write(&mut form, "user", "");
        assert!(mail_ops(&setup, &form, "save").is_ok());
        let mut form = mail_form(make(), &setup);
        write(&mut form, "owner", "a@example.com, b@example.com");
        let ops = mail_ops(&setup, &form, "save").unwrap();
        assert!(matches!(&ops[..], [Op::MailSet { settings, .. }] if settings.owner.len() == 2), "{ops:?}");
        write(&mut form, "owner", "nobody");
        assert_eq!(mail_ops(&setup, &form, "save").unwrap_err().field, "owner");
    }

    #[test]
    fn a_form_shows_what_its_choice_needs_and_no_password() {
        let setup = kept();
        let mut form = mail_form(make(), &setup);
        let shown = |form: &Form| -> Vec<&'static str> { form.shown().map(|f| f.key).collect() };
        assert!(shown(&form).contains(&"host") && !shown(&form).contains(&"folder"));
        assert_eq!(form.value("password"), "");
        write(&mut form, "route", "off");
        assert_eq!(shown(&form), ["route", "from", "owner"]);
    }
}
