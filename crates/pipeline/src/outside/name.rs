//! What a file's name tells.

use std::path::Path;

use super::{Carrier, Trace};
use crate::safe_name::told;

/// What the name tells, for the person. Names of people and places in it cannot be recognised.
pub(super) fn traces(path: &Path) -> Vec<Trace> {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    told(&stem)
        .into_iter()
        .map(|(topic, value)| Trace::new(Carrier::Name, topic, "File name", &value))
        .collect()
}

#[cfg(test)]
mod tests {
    use metadata::Topic;

    use super::*;

    fn told(name: &str) -> Vec<(Topic, String)> {
        traces(Path::new(name))
            .into_iter()
            .map(|trace| (trace.finding.topic, trace.finding.value))
            .collect()
    }

    #[test]
    fn names_are_explained() {
        let whatsapp = told("/in/WhatsApp Image 2024-01-31 at 14.20.45.jpeg");
        assert_eq!(
            whatsapp,
            [
                (Topic::Time, "2024-01-31 14:20:45".to_owned()),
                (Topic::Software, "as WhatsApp names them".to_owned())
            ]
        );
        assert_eq!(told("beach.jpg"), []);
    }
}
