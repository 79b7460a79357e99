//! Forms, as Rack reads them: `a=1`, `a[b]=1`, `a[]=1`, `a[][b]=1`, and `a[0]=1`,
//! which is an object with the key 0 until somebody expects a list.

use std::borrow::Cow;

use percent_encoding::percent_decode;
use serde_json::{Map, Value};

use super::{BodyError, DEPTH_MAX, KEY_BYTES_MAX, PAIRS_MAX};

/// Reads `application/x-www-form-urlencoded`, or a query. `place` is what it is called in errors.
pub(super) fn decode(bytes: &[u8], place: &'static str) -> Result<Map<String, Value>, BodyError> {
    let mut params = Map::new();
    let mut at = 0;
    let mut pairs = 0;
    for pair in bytes.split(|byte| *byte == b'&') {
        let begin = at;
        at += pair.len() + 1;
        if pair.is_empty() {
            continue;
        }
        pairs += 1;
        if pairs > PAIRS_MAX {
            return Err(BodyError::TooMany { pairs_max: PAIRS_MAX });
        }
        let (key, value) = halves(pair);
        // Without `=` it is a key with nothing: null, as in Rack.
        let value = match value {
            Some(value) => Value::String(unescape(value, place, begin)?),
            None => Value::Null,
        };
        insert(&mut params, &unescape(key, place, begin)?, value)?;
    }
    Ok(params)
}

fn halves(pair: &[u8]) -> (&[u8], Option<&[u8]>) {
    let mut halves = pair.splitn(2, |byte| *byte == b'=');
    (halves.next().unwrap_or_default(), halves.next())
}

fn unescape(bytes: &[u8], place: &'static str, begin: usize) -> Result<String, BodyError> {
    let spaced: Cow<'_, [u8]> = if bytes.contains(&b'+') {
        bytes.iter().map(|byte| if *byte == b'+' { b' ' } else { *byte }).collect()
    } else {
        Cow::Borrowed(bytes)
    };
    percent_decode(&spaced)
        .decode_utf8()
        .map(Cow::into_owned)
        .map_err(|_| BodyError::NotUtf8 { place, byte: begin })
}

/// Puts a value where its key says.
pub(super) fn insert(
    params: &mut Map<String, Value>,
    key: &str,
    value: Value,
) -> Result<(), BodyError> {
    let (name, steps) = path(key)?;
    place_in_map(params, name, &steps, value, key)
}

/// One level of a key, after the first.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Step<'k> {
    /// `[name]`
    Name(&'k str),
    /// `[]`
    Push,
}

/// `on[days][]` as `on`, then `days`, then a push. What is not bracketed right is
/// a name as it stands.
fn path(key: &str) -> Result<(&str, Vec<Step<'_>>), BodyError> {
    if key.len() > KEY_BYTES_MAX {
        return Err(BodyError::LongKey { key_bytes_max: KEY_BYTES_MAX });
    }
    let Some(open) = key.find('[').filter(|open| *open > 0) else { return Ok((key, Vec::new())) };
    let (name, mut rest) = key.split_at(open);
    let mut steps = Vec::new();
    while !rest.is_empty() {
        let Some((inner, after)) = rest.strip_prefix('[').and_then(|rest| rest.split_once(']'))
        else {
            return Ok((key, Vec::new()));
        };
        steps.push(if inner.is_empty() { Step::Push } else { Step::Name(inner) });
        rest = after;
    }
    if steps.len() >= DEPTH_MAX {
        return Err(BodyError::TooDeep { depth_max: DEPTH_MAX });
    }
    Ok((name, steps))
}

fn place_in_map(
    map: &mut Map<String, Value>,
    name: &str,
    steps: &[Step<'_>],
    value: Value,
    key: &str,
) -> Result<(), BodyError> {
    let Some((step, rest)) = steps.split_first() else {
        map.insert(name.to_owned(), value);
        return Ok(());
    };
    let entry = map.entry(name.to_owned()).or_insert_with(|| match step {
        Step::Push => Value::Array(Vec::new()),
        Step::Name(_) => Value::Object(Map::new()),
    });
    match (step, entry) {
        (Step::Push, Value::Array(list)) => push(list, rest, value, key),
        (Step::Name(inner), Value::Object(map)) => place_in_map(map, inner, rest, value, key),
        (step, entry) => Err(BodyError::TwoShapes {
            key: key.to_owned(),
            one: shape(entry),
            other: if *step == Step::Push { "a list" } else { "an object" },
        }),
    }
}

/// `a[]=1` adds an element; `a[][b]=1` fills the last one, or a new one if that has a `b`.
fn push(
    list: &mut Vec<Value>,
    steps: &[Step<'_>],
    value: Value,
    key: &str,
) -> Result<(), BodyError> {
    match steps.split_first() {
        None => list.push(value),
        Some((Step::Name(name), rest)) => {
            if let Some(Value::Object(last)) = list.last_mut()
                && !is_filled(last, name, rest)
            {
                return place_in_map(last, name, rest, value, key);
            }
            let mut element = Map::new();
            place_in_map(&mut element, name, rest, value, key)?;
            list.push(Value::Object(element));
        }
        Some((Step::Push, rest)) => {
            let mut inner = Vec::new();
            push(&mut inner, rest, value, key)?;
            list.push(Value::Array(inner));
        }
    }
    Ok(())
}

/// Whether an element has a value where the next one would go.
fn is_filled(element: &Map<String, Value>, name: &str, steps: &[Step<'_>]) -> bool {
    match (element.get(name), steps.split_first()) {
        (None, _) | (Some(Value::Array(_)), Some((Step::Push, _))) => false,
        (Some(Value::Object(inner)), Some((Step::Name(next), rest))) => {
            is_filled(inner, next, rest)
        }
        _ => true,
    }
}

const fn shape(value: &Value) -> &'static str {
    match value {
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
        _ => "a value",
    }
}
