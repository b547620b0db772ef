//! The fields of a record, each with a salt of its own, so that any one can be shown and none tells of another.
//!
//! A field is hashed as the leaf of a Merkle tree (see [`merkle`](crate::merkle)). The leaf's bytes are a JSON array in
//! the canonical form of RFC 8785, without a line feed:
//!
//! ```text
//! ["cloakroom-field-v2","width","4032","<64 hexadecimal digits of salt>"]
//! ```
//!
//! A value is a string, an array of strings, or `null` for what is not known. Numbers are strings of decimal digits, so
//! that no reader rounds them. Every record has the same fields in the same order, known or not: how many there are
//! tells nothing.

use serde::{Deserialize, Serialize};

use crate::digest::Digest;
use crate::hex::hex;
use crate::merkle::{Tree, leaf_hash};
use crate::secret::Secret;

/// The first element of every field's array.
const DOMAIN: &str = "cloakroom-field-v2";

/// The names of the fields, in their order.
pub const FIELDS: [&str; 24] = [
    "original_sha256",
    "output_sha256",
    "pixels_sha256",
    "tiles_root",
    "pdq_nearest",
    "pdq_box",
    "pdq_dihedral",
    "pdq_quality",
    "features_sha256",
    "original_md5",
    "output_md5",
    "width",
    "height",
    "original_bytes",
    "output_bytes",
    "container",
    "claimed_time",
    "recipient",
    "purpose",
    "app_version",
    "algorithms",
    "cloak",
    "first_form_hash",
    "note",
];

/// What a field says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Value {
    /// It is not known.
    Unknown,
    /// Text; digests in hexadecimal, numbers in decimal.
    Text(String),
    /// Several texts.
    List(Vec<String>),
}

impl Value {
    pub(crate) fn text(value: impl ToString) -> Self {
        Self::Text(value.to_string())
    }

    pub(crate) fn of<T: ToString>(value: Option<T>) -> Self {
        value.map_or(Self::Unknown, Self::text)
    }
}

/// All fields of one record, and the secret that their salts come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fields {
    pub(crate) seed: Secret,
    pub(crate) values: Vec<Value>,
}

impl Fields {
    /// The value of the field of this name.
    pub(crate) fn value(&self, name: &str) -> &Value {
        let at = FIELDS.iter().position(|field| *field == name);
        at.and_then(|at| self.values.get(at))
            .unwrap_or(&Value::Unknown)
    }

    /// The bytes of each leaf.
    pub(crate) fn leaves(&self) -> Vec<String> {
        FIELDS
            .iter()
            .zip(&self.values)
            .map(|(name, value)| leaf(name, value, &self.salt(name)))
            .collect()
    }

    /// The tree over all fields.
    pub(crate) fn tree(&self) -> Tree {
        Tree::of(self.leaves().iter().map(|leaf| leaf_hash(leaf.as_bytes())))
    }

    /// What the record is known by.
    pub(crate) fn root(&self) -> Digest {
        self.tree().root()
    }

    /// The salt of the field of this name: from one salt no other is found.
    fn salt(&self, name: &str) -> [u8; 32] {
        *self
            .seed
            .derive(&[b"cloakroom-field-salt-v2\n", name.as_bytes()])
            .bytes()
    }
}

/// The bytes of a field's leaf.
pub(crate) fn leaf(name: &str, value: &Value, salt: &[u8; 32]) -> String {
    // Strings in this form are as RFC 8785 § 3.2.2.2 has them; there are no numbers and no objects.
    serde_json::to_string(&(DOMAIN, name, value, hex(salt))).unwrap_or_default()
}

/// A leaf that was read: its name and its value. Nothing for bytes that are not a field in its canonical form.
pub fn read_leaf(bytes: &[u8]) -> Option<(String, Value)> {
    let (domain, name, value, salt): (String, String, Value, String) =
        serde_json::from_slice(bytes).ok()?;
    let salt = crate::hex::unhex_array::<32>(&salt)?;
    let canonical = domain == DOMAIN && leaf(&name, &value, &salt).as_bytes() == bytes;
    (canonical && FIELDS.contains(&name.as_str())).then_some((name, value))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields() -> Fields {
        let mut values = vec![Value::Unknown; FIELDS.len()];
        values[11] = Value::text(4032);
        values[17] = Value::text("Zoë \"Z\" \u{1}\n");
        values[6] = Value::List(vec!["a".to_owned(), "b".to_owned()]);
        Fields {
            seed: Secret::from([5; 32]),
            values,
        }
    }

    #[test]
    fn a_leaf_is_canonical_json() {
        let leaves = fields().leaves();
        assert!(leaves[11].starts_with("[\"cloakroom-field-v2\",\"width\",\"4032\",\""));
        assert!(leaves[17].contains(",\"Zoë \\\"Z\\\" \\u0001\\n\","));
        assert!(leaves[6].contains(",[\"a\",\"b\"],"));
        assert!(leaves[0].contains(",null,"));
        for (leaf, (name, value)) in leaves.iter().zip(FIELDS.iter().zip(&fields().values)) {
            assert_eq!(
                read_leaf(leaf.as_bytes()),
                Some(((*name).to_owned(), value.clone()))
            );
            assert_eq!(read_leaf(format!("{leaf} ").as_bytes()), None);
            assert_eq!(read_leaf(leaf.replace(',', ", ").as_bytes()), None);
        }
    }

    #[test]
    fn every_field_has_its_own_salt_and_every_record_its_own_salts() {
        let one = fields();
        let mut salts: Vec<_> = FIELDS.iter().map(|name| one.salt(name)).collect();
        let other = Fields {
            seed: Secret::from([6; 32]),
            ..one.clone()
        };
        salts.extend(FIELDS.iter().map(|name| other.salt(name)));
        salts.sort_unstable();
        salts.dedup();
        assert_eq!(salts.len(), 2 * FIELDS.len());
        assert_ne!(one.root(), other.root());
    }

    #[test]
    fn unknown_names_are_no_fields() {
        let leaf = leaf("height2", &Value::Unknown, &[0; 32]);
        assert_eq!(read_leaf(leaf.as_bytes()), None);
    }
}
