//! Public ids of images: 21 characters of `A-Za-z0-9_-`, made of the image's UUID.
//!
//! Of a UUID's 128 bits the two that say its variant are always the same. The others
//! are 21 times six.

use uuid::Uuid;

/// The six bits that a character stands for.
const CHARACTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
/// How many characters there are.
const LENGTH: u32 = 21;
/// Where the variant stands, counted from the last bit, and what it is (RFC 9562).
const VARIANT_AT: u32 = 62;
const VARIANT: u128 = 0b10;

/// The public id of an image with this id; empty where that is no UUID.
pub(crate) fn of(id: &str) -> String {
    let Ok(uuid) = Uuid::try_parse(id) else { return String::new() };
    let (above, below) = halves(uuid.as_u128());
    let bits = above << VARIANT_AT | below;
    let character = |place| {
        let six = usize::try_from(bits >> (6 * place) & 0b11_1111).unwrap_or_default();
        CHARACTERS.get(six).copied().map_or('A', char::from)
    };
    (0..LENGTH).rev().map(character).collect()
}

/// The id of the image with this public id.
pub(crate) fn read(public: &str) -> Option<String> {
    if u32::try_from(public.len()) != Ok(LENGTH) {
        return None;
    }
    let bits = public.bytes().try_fold(0_u128, |bits, byte| {
        let six = CHARACTERS.iter().position(|character| *character == byte)?;
        Some(bits << 6 | u128::try_from(six).ok()?)
    })?;
    let (above, below) = (bits >> VARIANT_AT, bits & mask());
    let uuid = above << (VARIANT_AT + 2) | VARIANT << VARIANT_AT | below;
    Some(Uuid::from_u128(uuid).hyphenated().to_string())
}

/// What stands above a UUID's variant and what below.
const fn halves(uuid: u128) -> (u128, u128) {
    (uuid >> (VARIANT_AT + 2), uuid & mask())
}

const fn mask() -> u128 {
    (1 << VARIANT_AT) - 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_public_id_is_21_characters() {
        let public = of("5352b013-ae58-4a63-8a3f-97f316a917cf");
        assert_eq!(public.len(), 21);
        assert!(public.bytes().all(|byte| CHARACTERS.contains(&byte)), "{public}");
        assert_eq!(read(&public).as_deref(), Some("5352b013-ae58-4a63-8a3f-97f316a917cf"));
    }

    #[test]
    fn what_is_no_public_id_is_none() {
        for wrong in ["", "abc", "0123456789012345678901", "01234567890123456789+", "é"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn every_text_of_21_characters_is_one_of_one_id(public in "[A-Za-z0-9_-]{21}") {
            prop_assert_eq!(of(&read(&public).unwrap()), public);
        }
    }
}
