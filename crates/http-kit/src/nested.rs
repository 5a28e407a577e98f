//! Parameter names with brackets: `scope[]=a`, `a[b]=c`, `list[][key]=v`.

use serde_json::{Map, Value};

/// Deeper nesting than this is refused.
const MAX_DEPTH: usize = 32;

/// Puts one pair where its name says. Fails with a sentence where the name contradicts an earlier one.
pub(crate) fn insert(params: &mut Map<String, Value>, key: &str, value: String) -> Result<(), String> {
    let Some(open) = key.find('[').filter(|&at| at > 0) else {
        params.insert(key.to_owned(), Value::String(value));
        return Ok(());
    };
    let (name, rest) = key.split_at(open);
    put(params.entry(name).or_insert(Value::Null), name, rest, value, MAX_DEPTH)
}

fn put(slot: &mut Value, name: &str, rest: &str, value: String, depth: usize) -> Result<(), String> {
    if depth == 0 {
        return Err(format!("{name} is nested too deeply"));
    }
    if rest.is_empty() {
        *slot = Value::String(value);
        return Ok(());
    }
    let inner = rest.strip_prefix('[').and_then(|rest| rest.split_once(']'));
    let Some((key, rest)) = inner else {
        // Not a name in brackets after all: it is taken as it stands.
        *slot = Value::String(value);
        return Ok(());
    };
    if key.is_empty() {
        let items = array(slot, name)?;
        if rest.is_empty() {
            items.push(Value::String(value));
            return Ok(());
        }
        return put(element(items, rest), name, rest, value, depth - 1);
    }
    if slot.is_null() {
        *slot = Value::Object(Map::new());
    }
    match slot {
        Value::Object(members) => put(members.entry(key).or_insert(Value::Null), name, rest, value, depth - 1),
        _ => Err(format!("{name} is invalid")),
    }
}

fn array<'a>(slot: &'a mut Value, name: &str) -> Result<&'a mut Vec<Value>, String> {
    if slot.is_null() {
        *slot = Value::Array(Vec::new());
    }
    slot.as_array_mut().ok_or_else(|| format!("{name} is invalid"))
}

/// The element `list[][key]` means: the last one until it has the key already, then a new one.
fn element<'a>(items: &'a mut Vec<Value>, rest: &str) -> &'a mut Value {
    let key = rest.strip_prefix('[').and_then(|rest| rest.split_once(']'));
    let fits = match (items.last(), key) {
        (Some(Value::Object(last)), Some((key, after))) => {
            !last.contains_key(key) || (after.starts_with('[') && last[key].is_array())
        }
        _ => false,
    };
    if !fits {
        items.push(Value::Null);
    }
    let last = items.len() - 1;
    &mut items[last]
}

#[cfg(test)]
mod tests {
    use super::insert;
    use serde_json::{Map, Value, json};

    fn read(pairs: &[(&str, &str)]) -> Result<Value, String> {
        let mut params = Map::new();
        for (key, value) in pairs {
            insert(&mut params, key, (*value).to_owned())?;
        }
        Ok(Value::Object(params))
    }

    #[test]
    fn names_build_lists_and_hashes() {
        assert_eq!(read(&[("s[]", "a"), ("s[]", "b")]), Ok(json!({"s": ["a", "b"]})));
        assert_eq!(read(&[("s[x]", "a"), ("t", "1")]), Ok(json!({"s": {"x": "a"}, "t": "1"})));
        let pairs = [("v[][key]", "A"), ("v[][value]", "1"), ("v[][key]", "B"), ("v[][value]", "2")];
        assert_eq!(read(&pairs), Ok(json!({"v": [{"key": "A", "value": "1"}, {"key": "B", "value": "2"}]})));
        assert_eq!(read(&[("a[b][c]", "1")]), Ok(json!({"a": {"b": {"c": "1"}}})));
    }

    #[test]
    fn contradictions_and_depth_are_refused() {
        assert_eq!(read(&[("s", "a"), ("s[]", "b")]), Err("s is invalid".to_owned()));
        assert!(read(&[(&format!("a{}", "[b]".repeat(100)), "x")]).is_err());
    }

    #[test]
    fn odd_names_are_names() {
        assert_eq!(read(&[("[x]", "a"), ("a[b", "c")]), Ok(json!({"[x]": "a", "a": "c"})));
    }
}
