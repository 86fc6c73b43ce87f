//! Compiles the cashier's window. Without the feature `screen` there is nothing to do.

fn main() {
    #[cfg(feature = "screen")]
    screen();
    // rust-embed reads this folder at compile time; `make web` fills it.
    println!("cargo::rerun-if-changed=ui/web/dist");
}

#[cfg(feature = "screen")]
fn screen() {
    let config = slint_build::CompilerConfiguration::new()
        .with_bundled_translations("ui/cashier/lang")
        // Ids and labels by which tests find elements.
        .with_debug_info(true)
        .embed_resources(slint_build::EmbedResourcesKind::EmbedFiles);
    if let Err(error) = slint_build::compile_with_config("ui/cashier/app.slint", config) {
        panic!("the cashier's window does not compile: {error}");
    }
}
