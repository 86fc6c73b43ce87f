//! Compiles the cashier's window.

fn main() {
    let config = slint_build::CompilerConfiguration::new()
        .with_bundled_translations("lang")
        // Ids and labels by which tests find elements.
        .with_debug_info(true)
        .embed_resources(slint_build::EmbedResourcesKind::EmbedFiles);
    if let Err(error) = slint_build::compile_with_config("app.slint", config) {
        panic!("the cashier's window does not compile: {error}");
    }
}
