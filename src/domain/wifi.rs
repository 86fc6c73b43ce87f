//! The house's Wi-Fi, as guests join it: by a QR code that phones understand.

use serde::{Deserialize, Serialize};

/// How its network is shut.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum WifiSecurity {
    /// WPA2 or WPA3 with a password.
    #[default]
    Wpa,
    /// Open to everybody in reach.
    None,
}

/// The network that guests are let into. It holds a password, so it stands beside the journal.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wifi {
    /// What it is called (SSID).
    pub name: String,
    pub security: WifiSecurity,
    pub password: String,
    /// It does not tell its name; phones must be told to look for it.
    pub hidden: bool,
}

/// A field that cannot be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BadWifi(pub &'static str);

impl Wifi {
    /// IEEE 802.11: a name of 1 to 32 bytes; a password of 8 to 63 characters of ASCII, or 64
    /// digits of its key.
    pub fn checked(self) -> Result<Wifi, BadWifi> {
        if self.name.is_empty() || self.name.len() > 32 || self.name.chars().any(char::is_control) {
            return Err(BadWifi("wifi_name"));
        }
        let text = &self.password;
        let phrase = (8..=63).contains(&text.len()) && text.bytes().all(|b| (0x20..0x7f).contains(&b));
        let key = text.len() == 64 && text.bytes().all(|b| b.is_ascii_hexdigit());
        match self.security {
            WifiSecurity::Wpa if !phrase && !key => Err(BadWifi("wifi_password")),
            WifiSecurity::Wpa => Ok(self),
            WifiSecurity::None => Ok(Wifi { password: String::new(), ..self }),
        }
    }

    /// What the QR code says, as ZXing has laid it down and phones read it.
    pub fn join(&self) -> String {
        let kind = match self.security {
            WifiSecurity::Wpa => "WPA",
            WifiSecurity::None => "nopass",
        };
        let mut text = format!("WIFI:T:{kind};S:{};", escaped(&self.name));
        if !self.password.is_empty() {
            text.push_str(&format!("P:{};", escaped(&self.password)));
        }
        if self.hidden {
            text.push_str("H:true;");
        }
        text.push(';');
        text
    }
}

/// Backslashes before what would end a field, and quotes around what would be read as a number.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for ch in text.chars() {
        if matches!(ch, '\\' | ';' | ',' | ':' | '"') {
            out.push('\\');
        }
        out.push(ch);
    }
    // "1234ABCD" alone could be the bytes it spells.
    let spells = text.len().is_multiple_of(2) && text.bytes().all(|b| b.is_ascii_hexdigit());
    if spells { format!("\"{out}\"") } else { out }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wifi(name: &str, password: &str) -> Wifi {
        Wifi { name: name.to_owned(), password: password.to_owned(), ..Wifi::default() }
    }

    #[test]
    fn phones_read_what_stands_in_the_code() {
        assert_eq!(wifi("Warung Tamu", "makan-enak").join(), "WIFI:T:WPA;S:Warung Tamu;P:makan-enak;;");
        assert_eq!(wifi(r#"a;b:c,"d\e"#, "12345678x").join(), r#"WIFI:T:WPA;S:a\;b\:c\,\"d\\e;P:12345678x;;"#);
        assert_eq!(wifi("Tamu", "12345678").join(), r#"WIFI:T:WPA;S:Tamu;P:"12345678";;"#);
        let open = Wifi { security: WifiSecurity::None, hidden: true, ..wifi("Tamu", "x") }.checked().unwrap();
        assert_eq!(open.join(), "WIFI:T:nopass;S:Tamu;H:true;;");
    }

    #[test]
    fn a_network_that_cannot_be_is_refused() {
        for (name, password, field) in [
            ("", "12345678", "wifi_name"),
            ("a\nb", "12345678", "wifi_name"),
            ("Warung dengan nama yang terlalu panjang", "12345678", "wifi_name"),
            ("Tamu", "1234567", "wifi_password"),
            ("Tamu", "sandi-dengan-é", "wifi_password"),
        ] {
            assert_eq!(wifi(name, password).checked().unwrap_err(), BadWifi(field), "{name} {password}");
        }
        assert!(wifi("Tamu", &"a".repeat(64)).checked().is_ok(), "64 digits of the key");
        assert!(wifi("Tamu", &"x".repeat(64)).checked().is_err());
    }
}
