//! Path parameters, taken from the raw path so that a bad escape is the handler's to refuse.

use crate::percent;

/// One parameter of the path.
pub(crate) struct Segment<'a> {
    pub(crate) name: &'a str,
    /// As it was sent, still percent-encoded.
    pub(crate) raw: &'a str,
}

impl Segment<'_> {
    /// The decoded bytes.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        percent::decode(self.raw, false)
    }
}

/// Lays a route's template (`/projects/{id}/jobs/{*tail}`) over the path that matched it.
pub(crate) fn segments<'a>(template: &'a str, path: &'a str) -> Vec<Segment<'a>> {
    let mut found = Vec::new();
    let mut rest = path;
    for part in template.split('/') {
        let (segment, tail) = rest.split_once('/').unwrap_or((rest, ""));
        let name = part.strip_prefix('{').and_then(|part| part.strip_suffix('}'));
        match name.map(|name| name.strip_prefix('*').ok_or(name)) {
            Some(Ok(name)) => {
                found.push(Segment { name, raw: rest });
                return found;
            }
            Some(Err(name)) => found.push(Segment { name, raw: segment }),
            None => {}
        }
        rest = tail;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::segments;

    #[test]
    fn a_tail_keeps_its_slashes_and_an_encoded_slash_does_not_split() {
        let found = segments("/p/{id}/jobs/{*tail}", "/p/a%2Fb/jobs/x/y%20z");
        let found: Vec<_> = found.iter().map(|s| (s.name, s.raw)).collect();
        assert_eq!(found, [("id", "a%2Fb"), ("tail", "x/y%20z")]);
    }
}
