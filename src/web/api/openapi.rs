//! The OpenAPI document, made from the table that answers.

use schemars::SchemaGenerator;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use crate::web::api::endpoint::{Access, Body, Endpoint, Gives};

pub fn document(table: &[Endpoint]) -> Value {
    let mut shapes = SchemaSettings::draft2020_12().with(|s| s.definitions_path = "/components/schemas".into()).into_generator();
    let mut paths = Map::new();
    for row in table {
        let path = paths.entry(format!("/{}", row.path)).or_insert_with(|| json!({}));
        path[row.method.as_str().to_ascii_lowercase()] = operation(row, &mut shapes);
    }
    let schemas = Value::Object(shapes.take_definitions(true));
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "kasir",
            "version": env!("CARGO_PKG_VERSION"),
            "license": { "name": "GPL-3.0-only", "identifier": "GPL-3.0-only" },
            "description": "What the office does with a kasir, for tools. Amounts are integers in the currency's minor unit; ids are opaque. Send x-request-id (a UUID that you keep) with a change, so that it happens once however often you send it.",
        },
        "servers": [{ "url": "/api/v1" }],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "responses": { "Problem": {
                "description": "It was not done. `detail` is a sentence in the language of accept-language.",
                "content": { "application/problem+json": { "schema": problem() } },
            } },
            "securitySchemes": {
                "cookie": { "type": "apiKey", "in": "cookie", "name": super::cookie_name(crate::web::Secure(false)) },
                "bearer": { "type": "http", "scheme": "bearer" },
            },
        },
    })
}

fn problem() -> Value {
    json!({
        "type": "object",
        "required": ["type", "title", "status", "detail", "code", "params"],
        "properties": {
            "type": { "type": "string" },
            "title": { "type": "string" },
            "status": { "type": "integer" },
            "detail": { "type": "string" },
            "code": { "type": "string", "description": "Stable: programs may depend on it." },
            "params": { "type": "object", "additionalProperties": { "type": "string" } },
        },
    })
}

fn operation(row: &Endpoint, shapes: &mut SchemaGenerator) -> Value {
    let in_path = row.path.split('/').filter_map(|p| p.strip_prefix('{')?.strip_suffix('}'));
    let parameter = |name: &str, place: &str| json!({ "name": name, "in": place, "required": place == "path", "schema": { "type": "string" } });
    let mut parameters: Vec<Value> = in_path.map(|name| parameter(name, "path")).collect();
    parameters.extend(row.query.iter().map(|name| parameter(name, "query")));
    let mut out = json!({
        "summary": row.summary,
        "operationId": operation_id(row),
        "parameters": parameters,
        "responses": { "default": { "$ref": "#/components/responses/Problem" } },
    });
    match row.access {
        Access::Anybody => out["security"] = json!([]),
        Access::LoggedIn => out["security"] = json!([{ "cookie": [] }, { "bearer": [] }]),
        Access::May(right) => {
            out["security"] = json!([{ "cookie": [] }, { "bearer": [] }]);
            out["x-right"] = serde_json::to_value(right).unwrap_or_default();
        }
    }
    match &row.body {
        Body::None => {}
        Body::Json(shape) => {
            out["requestBody"] = json!({ "required": true, "content": { "application/json": { "schema": shape(shapes) } } });
        }
        Body::Raw { mimes, .. } => {
            let content: Map<String, Value> = mimes.iter().map(|m| ((*m).to_owned(), json!({}))).collect();
            out["requestBody"] = json!({ "required": true, "content": content });
        }
    }
    let (status, answer) = match &row.gives {
        Gives::Nothing => (204, json!({ "description": "Done." })),
        Gives::Json(status, shape) => (
            status.as_u16(),
            json!({ "description": status.canonical_reason(), "content": { "application/json": { "schema": shape(shapes) } } }),
        ),
        Gives::Raw(mime) => (200, json!({ "description": "The file.", "content": { *mime: {} } })),
    };
    out["responses"][status.to_string()] = answer;
    out
}

/// "put_products_picture".
fn operation_id(row: &Endpoint) -> String {
    let words = row.path.split(['/', '.']).filter(|p| !p.starts_with('{'));
    let mut id = row.method.as_str().to_ascii_lowercase();
    for word in words {
        id.push('_');
        id.push_str(word);
    }
    if row.path.ends_with('}') { id + "_one" } else { id }
}
