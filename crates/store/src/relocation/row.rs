//! Rows as both databases have them, and sums by which many of them are compared.

use sha2::{Digest, Sha256};

/// What a column holds. Truth is 0 or 1.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Value {
    Null,
    Whole(i64),
    Text(Box<str>),
    Bytes(Box<[u8]>),
}

impl Value {
    /// The integer; 0 where it is none.
    pub(crate) const fn whole(&self) -> i64 {
        match self {
            Value::Whole(number) => *number,
            Value::Null | Value::Text(_) | Value::Bytes(_) => 0,
        }
    }

    /// Adds it to what is hashed, so that no two rows look alike.
    fn feed(&self, hash: &mut Sha256) {
        let (tag, bytes): (u8, &[u8]) = match self {
            Value::Null => (0, &[]),
            Value::Whole(number) => {
                hash.update([1]);
                hash.update(number.to_le_bytes());
                return;
            }
            Value::Text(text) => (2, text.as_bytes()),
            Value::Bytes(bytes) => (3, bytes),
        };
        hash.update([tag]);
        hash.update(u64::try_from(bytes.len()).unwrap_or(u64::MAX).to_le_bytes());
        hash.update(bytes);
    }
}

/// The columns of one row, in the order of its part.
pub(crate) type Row = Vec<Value>;

/// How many rows there are, and the sum of their hashes: the same in whatever order they come.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(crate) struct Sum {
    pub(crate) rows: u64,
    hashes: [u64; 4],
}

impl Sum {
    /// Adds a row.
    pub(crate) fn add(&mut self, row: &Row) {
        let mut hash = Sha256::new();
        for value in row {
            value.feed(&mut hash);
        }
        let hash: [u8; 32] = hash.finalize().into();
        self.rows += 1;
        let mut carry = false;
        let (words, _) = hash.as_chunks::<8>();
        for (limb, word) in self.hashes.iter_mut().zip(words) {
            let (sum, over) = limb.overflowing_add(u64::from_le_bytes(*word));
            let (sum, over_again) = sum.overflowing_add(u64::from(carry));
            (*limb, carry) = (sum, over || over_again);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sum(rows: &[Row]) -> Sum {
        let mut sum = Sum::default();
        for row in rows {
            sum.add(row);
        }
        sum
    }

    #[test]
    fn sums_are_of_what_rows_hold_and_not_of_their_order() {
        let one = vec![Value::Whole(1), Value::Text("a".into()), Value::Null];
        let other = vec![Value::Whole(2), Value::Bytes((*b"a").into()), Value::Whole(0)];
        assert_eq!(sum(&[one.clone(), other.clone()]), sum(&[other.clone(), one.clone()]));
        assert_ne!(sum(std::slice::from_ref(&one)), sum(std::slice::from_ref(&other)));
        assert_ne!(sum(&[one.clone(), one.clone()]), sum(&[other.clone(), other]));
        let torn = vec![Value::Whole(1), Value::Text("".into()), Value::Text("a".into())];
        let other_way = vec![Value::Whole(1), Value::Text("a".into()), Value::Text("".into())];
        assert_ne!(sum(&[torn]), sum(&[other_way]));
        assert_eq!(sum(&[one]).rows, 1);
    }
}
