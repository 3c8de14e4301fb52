//! What makes the schemas of answers.

use schemars::SchemaGenerator;
use schemars::generate::SchemaSettings;

/// Makes schemas that refer to the components of the document.
pub(super) fn generator() -> SchemaGenerator {
    let settings = SchemaSettings::draft2020_12().for_serialize().with(|settings| {
        settings.definitions_path = "/components/schemas".into();
        settings.meta_schema = None;
    });
    settings.into_generator()
}
