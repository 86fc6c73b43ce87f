//! rust-embed reads this folder at compile time; `make web` fills it.

fn main() {
    println!("cargo::rerun-if-changed=ui/web/dist");
}
