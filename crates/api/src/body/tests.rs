use super::*;
use proptest::prelude::*;
use serde_json::json;

const FORM: Option<&str> = Some("application/x-www-form-urlencoded");
const JSON: Option<&str> = Some("application/json; charset=utf-8");

fn form(text: &str) -> Result<Value, String> {
    decode(FORM, text.as_bytes(), None).map(Value::Object).map_err(|error| error.to_string())
}

fn json_body(text: &str) -> Result<Value, String> {
    decode(JSON, text.as_bytes(), None).map(Value::Object).map_err(|error| error.to_string())
}

#[test]
fn rails_nests_with_empty_brackets_and_php_with_numbers() {
    assert_eq!(
        form("every=1&period=month&on[days_of_month][]=1&on[days_of_month][]=16"),
        Ok(json!({"every": "1", "period": "month", "on": {"days_of_month": ["1", "16"]}}))
    );
    assert_eq!(
        form("on%5Bweekdays%5D%5B0%5D=Monday&on%5Bweekdays%5D%5B1%5D=Friday"),
        Ok(json!({"on": {"weekdays": {"0": "Monday", "1": "Friday"}}}))
    );
}

#[test]
fn a_list_of_objects_begins_a_new_one_where_a_name_comes_again() {
    assert_eq!(
        form("a[][b]=1&a[][c]=2&a[][b]=3"),
        Ok(json!({"a": [{"b": "1", "c": "2"}, {"b": "3"}]}))
    );
    assert_eq!(form("a[][b][]=1&a[][b][]=2"), Ok(json!({"a": [{"b": ["1", "2"]}]})));
    assert_eq!(form("a[][]=1&a[][]=2"), Ok(json!({"a": [["1"], ["2"]]})));
}

#[test]
fn plus_is_a_space_and_escapes_are_undone_once() {
    assert_eq!(
        form("description=Membership+fee%2B%25&metadata[a b]=%E0%B8%81"),
        Ok(json!({"description": "Membership fee+%", "metadata": {"a b": "ก"}}))
    );
}

#[test]
fn what_is_not_bracketed_right_is_a_name() {
    assert_eq!(
        form("a[b=1&[c]=2&d]=3&e[f]g=4"),
        Ok(json!({"a[b": "1", "[c]": "2", "d]": "3", "e[f]g": "4"}))
    );
}

#[test]
fn the_last_value_wins_and_a_key_alone_is_null() {
    assert_eq!(form("a=1&a=2&b&&=x"), Ok(json!({"a": "2", "b": null, "": "x"})));
}

#[test]
fn a_name_has_one_shape() {
    assert_eq!(form("a=1&a[b]=2"), Err("a[b] is given both as a value and as an object".into()));
    assert_eq!(form("a[]=1&a[b]=2"), Err("a[b] is given both as a list and as an object".into()));
    assert_eq!(form("a[b]=1&a[]=2"), Err("a[] is given both as an object and as a list".into()));
}

#[test]
fn json_is_kept_verbatim_with_its_nulls() {
    let text = r#"{"transfer":null,"on":{"days_of_month":null},"metadata":{"z":1,"a":[{}]}}"#;
    assert_eq!(json_body(text).map(|value| value.to_string()), Ok(text.to_owned()));
}

#[test]
fn an_empty_body_says_nothing() {
    for content_type in [None, JSON, FORM] {
        assert_eq!(decode(content_type, b" \r\n", None), Ok(Map::new()));
        assert_eq!(decode(content_type, b"", None), Ok(Map::new()));
    }
    assert_eq!(json_body("{}"), Ok(json!({})));
}

#[test]
fn a_body_of_no_declared_kind_is_what_it_looks_like() {
    let decoded = |bytes: &[u8]| decode(None, bytes, None).map(Value::Object);
    assert_eq!(decoded(b" {\"limit\": 3}"), Ok(json!({"limit": 3})));
    assert_eq!(decoded(b"limit=3"), Ok(json!({"limit": "3"})));
}

#[test]
fn the_body_wins_over_the_query() {
    assert_eq!(
        decode(JSON, br#"{"limit": 3}"#, Some("limit=5&filters[status]=running"))
            .map(Value::Object),
        Ok(json!({"limit": 3, "filters": {"status": "running"}}))
    );
}

#[test]
fn what_cannot_be_read_is_refused_with_its_place() {
    assert_eq!(
        json_body("{\n  \"every\": ,\n}"),
        Err("the body is not JSON: expected value (line 2, column 12)".into())
    );
    assert_eq!(json_body("[]"), Err("the body must be a JSON object".into()));
    assert_eq!(
        decode(JSON, b"{\"a\": \"\xff\"}", None).map_err(|error| error.to_string()),
        Err("the body is not UTF-8: see byte 7".into())
    );
    assert_eq!(form("a=1&b=%ff"), Err("the body is not UTF-8: see byte 4".into()));
    assert_eq!(
        decode(None, b"", Some("b=%ff")).map_err(|error| error.to_string()),
        Err("the query is not UTF-8: see byte 0".into())
    );
}

#[test]
fn every_limit_is_refused_by_name() {
    let too_large = vec![b' '; BYTES_MAX + 1];
    let refusal = decode(None, &too_large, None).unwrap_err();
    assert_eq!(refusal.status().as_u16(), 413);
    assert_eq!(refusal.to_string(), "the body is larger than 1048576 bytes");

    let many = "a=1&".repeat(PAIRS_MAX + 1);
    assert_eq!(form(&many), Err("the request has more than 1000 values".into()));
    let many = format!("{{\"a\":[{}1]}}", "1,".repeat(PAIRS_MAX));
    assert_eq!(json_body(&many), Err("the request has more than 1000 values".into()));

    let deep = format!("a{}=1", "[b]".repeat(DEPTH_MAX));
    assert_eq!(form(&deep), Err("the request is nested more than 8 levels deep".into()));
    let deep = format!("{{\"a\":{}{}}}", "[".repeat(DEPTH_MAX), "]".repeat(DEPTH_MAX));
    assert_eq!(json_body(&deep), Err("the request is nested more than 8 levels deep".into()));
    let deepest = format!("a{}=1", "[b]".repeat(DEPTH_MAX - 1));
    assert!(form(&deepest).is_ok());

    let long = format!("{}=1", "k".repeat(KEY_BYTES_MAX + 1));
    assert_eq!(form(&long), Err("a key of the request is longer than 256 bytes".into()));
}

proptest! {
    #[test]
    fn no_body_is_too_strange_to_be_answered(
        bytes in prop::collection::vec(any::<u8>(), 0..200),
        query in "[a\\[\\]=&%0-9+]{0,60}",
        kind in 0_usize..4,
    ) {
        let content_type = [None, JSON, FORM, Some("text/plain")][kind];
        let _ = decode(content_type, &bytes, Some(&query));
    }

    #[test]
    fn no_form_is_too_strange_to_be_answered(text in "[ab\\[\\]=&%0]{0,80}") {
        let _ = form(&text);
    }

    /// Where keys are distinct and properly nested, serde_qs reads the same.
    #[test]
    fn what_serde_qs_nests_is_nested_the_same(
        pairs in prop::collection::btree_map("[a-c](\\[[d-f]\\]){0,2}", "[ -~]{0,8}", 0..6),
    ) {
        let text = pairs
            .iter()
            .map(|(key, value)| {
                let escape = |text: &str| {
                    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC)
                        .to_string()
                };
                format!("{}={}", escape(key), escape(value))
            })
            .collect::<Vec<_>>()
            .join("&");
        let oracle: Result<Map<String, Value>, _> =
            serde_qs::Config::new().use_form_encoding(true).deserialize_str(&text);
        if let (Ok(ours), Ok(theirs)) = (form(&text), oracle) {
            prop_assert_eq!(sorted(&ours), sorted(&Value::Object(theirs)));
        }
    }
}

fn sorted(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let mut fields: Vec<_> = map.iter().map(|(k, v)| (k.clone(), sorted(v))).collect();
            fields.sort_by(|one, other| one.0.cmp(&other.0));
            Value::Object(fields.into_iter().collect())
        }
        other => other.clone(),
    }
}
